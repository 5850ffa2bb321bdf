/** Where keys stand in a TOML text: the parser keeps no positions, and forgets comments. */

/** A part of a dotted key, and where its source stands. */
export interface TomlKeyPart {
  key: string;
  start: number;
  end: number;
}

/** Not TOML, as far as keys are looked for. */
export class TomlSyntaxError extends Error {}

/** Reads along a text; throws where it is no TOML. */
class Reader {
  at = 0;

  constructor(readonly text: string) {}

  get ended(): boolean {
    return this.at >= this.text.length;
  }

  /** Moves over what matches here, if anything does. */
  take(pattern: RegExp): string {
    const sticky = new RegExp(pattern.source, "y");
    sticky.lastIndex = this.at;
    const found = sticky.exec(this.text)?.[0] ?? "";
    this.at += found.length;
    return found;
  }

  starts(text: string): boolean {
    return this.text.startsWith(text, this.at);
  }
}

function readPart(reader: Reader): TomlKeyPart {
  const start = reader.at;
  const source = reader.take(/"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[A-Za-z0-9_-]+/);
  if (source === "") throw new TomlSyntaxError();
  return { key: keyOf(source), start, end: reader.at };
}

function keyOf(source: string): string {
  if (source.startsWith("'")) return source.slice(1, -1);
  return source.startsWith('"') ? unescaped(source.slice(1, -1)) : source;
}

const ESCAPES: Record<string, string> = { b: "\b", t: "\t", n: "\n", f: "\f", r: "\r", e: "\x1b" };

function unescaped(source: string): string {
  return source.replace(
    /\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))/gs,
    (_, four, eight, one) => {
      if (one !== undefined) return ESCAPES[one] ?? one;
      const code = parseInt(four ?? eight, 16);
      if (code > 0x10ffff) throw new TomlSyntaxError();
      return String.fromCodePoint(code);
    },
  );
}

/** `a."b c".d` */
function readDotted(reader: Reader): TomlKeyPart[] {
  const parts = [readPart(reader)];
  while (reader.take(/[ \t]*\.[ \t]*/) !== "") parts.push(readPart(reader));
  return parts;
}

const STRINGS = [
  /"""(?:[^"\\]|\\[^]|"(?!""))*"{3,5}/,
  /'''(?:[^']|'(?!''))*'{3,5}/,
  /"(?:[^"\\\n]|\\.)*"/,
  /'[^'\n]*'/,
];

/** Moves over a value; arrays and inline tables may go over many lines. */
function skipValue(reader: Reader): void {
  let depth = 0;
  while (!reader.ended) {
    if (reader.starts('"') || reader.starts("'")) {
      if (!STRINGS.some((pattern) => reader.take(pattern) !== "")) throw new TomlSyntaxError();
    } else if (reader.take(/[[{]/) !== "") depth++;
    else if (reader.take(/[\]}]/) !== "") depth--;
    else if (reader.starts("#")) reader.take(/[^\n]*/);
    else if (depth === 0 && reader.starts("\n")) return;
    else reader.take(/[^]/);
  }
}

/** A key, or the header of a table, as it stands in the text. */
export interface TomlKey {
  /** The keys of its table; none for a header. */
  above: string[];
  parts: TomlKeyPart[];
  isHeader: boolean;
  /** Offsets of the header, or of the key with its value. */
  start: number;
  end: number;
}

/** What may stand between two keys. */
const BETWEEN = /(?:\s+|#[^\n]*)*/;

/** All keys and headers of a TOML text, in order. Throws {@linkcode TomlSyntaxError}. */
export function findTomlKeys(text: string): TomlKey[] {
  const reader = new Reader(text);
  const found: TomlKey[] = [];
  let table: string[] = [];
  for (reader.take(BETWEEN); !reader.ended; reader.take(BETWEEN)) {
    const start = reader.at;
    if (reader.take(/\[\[?[ \t]*/) !== "") {
      const parts = readDotted(reader);
      if (reader.take(/[ \t]*\]\]?/) === "") throw new TomlSyntaxError();
      found.push({ above: [], parts, isHeader: true, start, end: reader.at });
      table = parts.map(({ key }) => key);
    } else {
      const parts = readDotted(reader);
      if (reader.take(/[ \t]*=/) === "") throw new TomlSyntaxError();
      skipValue(reader);
      found.push({ above: table, parts, isHeader: false, start, end: reader.at });
    }
  }
  return found;
}
