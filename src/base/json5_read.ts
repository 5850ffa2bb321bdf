/** Where values stand in a JSON or JSON5 text. Pure. */

/** A value and where it stands; of an object or a list also what is in it. */
export interface Node {
  start: number;
  end: number;
  isString?: true;
  items?: Node[];
  members?: Member[];
  /** Offset of the comma behind the last member, where there is one. */
  lastComma?: number;
}

/** A key of an object, and its value. */
export interface Member {
  key: string;
  /** Offset of the key. */
  start: number;
  value: Node;
}

/** Not JSON5, as far as members of objects are looked for. */
export class Json5SyntaxError extends Error {}

const BLANK = /(?:[\s\ufeff]+|\/\/[^\n\r\u2028\u2029]*|\/\*[^]*?\*\/)*/y;
const STRING = /"(?:[^"\\\n\r]|\\(?:\r\n|[^]))*"|'(?:[^'\\\n\r]|\\(?:\r\n|[^]))*'/y;
const NAME =
  /(?:[\p{ID_Start}$_]|\\u[0-9a-fA-F]{4})(?:[\p{ID_Continue}$\u200c\u200d]|\\u[0-9a-fA-F]{4})*/uy;
const WORD = /[^\s,:{}[\]"'/]+/y;

/** Reads along a text. */
export class Reader {
  at = 0;

  constructor(readonly text: string) {}

  take(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0] ?? "";
    this.at += found.length;
    return found;
  }

  /** The next character that is no blank and no comment. */
  next(): string {
    this.take(BLANK);
    return this.text[this.at] ?? "";
  }

  /** Moves over a character that must be there. */
  expect(char: string): void {
    if (this.next() !== char) throw new Json5SyntaxError();
    this.at++;
  }
}

/** The key that a string or name stands for; undefined where it is written with escapes. */
function readKey(reader: Reader): string {
  const source = reader.take(STRING) || reader.take(NAME);
  if (source === "") throw new Json5SyntaxError();
  const inner = /^["']/.test(source) ? source.slice(1, -1) : source;
  return inner.includes("\\") ? JSON.stringify(source) : inner; // no key that is looked for
}

function readValue(reader: Reader): Node {
  const first = reader.next();
  const start = reader.at;
  if (first === "{") return readObject(reader, start);
  if (first === "[") return readList(reader, start);
  if (reader.take(STRING) !== "") return { start, end: reader.at, isString: true };
  if (reader.take(WORD) === "") throw new Json5SyntaxError();
  return { start, end: reader.at };
}

function readList(reader: Reader, start: number): Node {
  const items: Node[] = [];
  reader.expect("[");
  while (reader.next() !== "]") {
    items.push(readValue(reader));
    if (reader.next() !== "]") reader.expect(",");
  }
  reader.expect("]");
  return { start, end: reader.at, items };
}

function readObject(reader: Reader, start: number): Node {
  const members: Member[] = [];
  let lastComma: number | undefined;
  reader.expect("{");
  while (reader.next() !== "}") {
    const at = reader.at;
    const key = readKey(reader);
    reader.expect(":");
    members.push({ key, start: at, value: readValue(reader) });
    lastComma = undefined;
    if (reader.next() === "}") break;
    lastComma = reader.at;
    reader.expect(",");
  }
  reader.expect("}");
  return { start, end: reader.at, members, lastComma };
}

/** Reads a whole text. Throws {@linkcode Json5SyntaxError}. */
export function readText(text: string): Node {
  const reader = new Reader(text);
  const node = readValue(reader);
  if (reader.next() !== "") throw new Json5SyntaxError();
  return node;
}
