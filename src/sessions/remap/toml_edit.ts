/** Keys of a TOML text that are paths, replaced where they stand: comments and order stay. */
import { matchPath, type PathMapping } from "./paths.ts";
import type { PathEdit } from "./json_edit.ts";

/** Says whether a key is a path, by the keys above it and itself. */
export type IsKeyPath = (keys: readonly string[]) => boolean;

/** A part of a dotted key, and where its source stands. */
interface Part {
  key: string;
  start: number;
  end: number;
}

/** Not TOML, as far as keys are looked for. */
class TomlFault extends Error {}

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

function readPart(reader: Reader): Part {
  const start = reader.at;
  const source = reader.take(/"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[A-Za-z0-9_-]+/);
  if (source === "") throw new TomlFault();
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
      if (code > 0x10ffff) throw new TomlFault();
      return String.fromCodePoint(code);
    },
  );
}

/** `a."b c".d` */
function readDotted(reader: Reader): Part[] {
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
      if (!STRINGS.some((pattern) => reader.take(pattern) !== "")) throw new TomlFault();
    } else if (reader.take(/[[{]/) !== "") depth++;
    else if (reader.take(/[\]}]/) !== "") depth--;
    else if (reader.starts("#")) reader.take(/[^\n]*/);
    else if (depth === 0 && reader.starts("\n")) return;
    else reader.take(/[^]/);
  }
}

/** A key as it stands in the text, with the keys of its table before it. */
interface Found {
  above: string[];
  parts: Part[];
}

/** What may stand between two keys. */
const BETWEEN = /(?:\s+|#[^\n]*)*/;

function findKeys(text: string): Found[] {
  const reader = new Reader(text);
  const found: Found[] = [];
  let table: string[] = [];
  for (reader.take(BETWEEN); !reader.ended; reader.take(BETWEEN)) {
    if (reader.take(/\[\[?[ \t]*/) !== "") {
      const parts = readDotted(reader);
      if (reader.take(/[ \t]*\]\]?/) === "") throw new TomlFault();
      found.push({ above: [], parts });
      table = parts.map(({ key }) => key);
    } else {
      found.push({ above: table, parts: readDotted(reader) });
      if (reader.take(/[ \t]*=/) === "") throw new TomlFault();
      skipValue(reader);
    }
  }
  return found;
}

interface Renamed extends Part {
  /** All keys down to it, as they become. */
  full: string;
  text: string;
  mapping: PathMapping;
}

const fullOf = (keys: string[]) => JSON.stringify(keys);

function renamedParts({ above, parts }: Found, isPath: IsKeyPath, edit: PathEdit): Renamed[] {
  return parts.flatMap((part, index) => {
    const before = [...above, ...parts.slice(0, index).map(({ key }) => key)];
    const match = isPath([...before, part.key]) ? matchPath(part.key, edit.mappings) : undefined;
    if (!match) return [];
    const key = match.start + match.rest(part.key.slice(match.length));
    return [{ ...part, full: fullOf([...before, key]), text: quoted(key), mapping: match.mapping }];
  });
}

/** As Codex writes keys: literal where there is something to escape and a literal can hold it. */
function quoted(key: string): string {
  // deno-lint-ignore no-control-regex -- TOML allows none of these in literal strings
  return key.includes("\\") && !/['\x00-\x1f\x7f]/.test(key)
    ? `'${key}'`
    : JSON.stringify(key).replaceAll("\x7f", "\\u007f");
}

/** All keys of a text, with those above them. */
function fullKeys(found: Found[]): Set<string> {
  return new Set(
    found.flatMap(({ above, parts }) =>
      parts.map((_, index) =>
        fullOf([...above, ...parts.slice(0, index + 1).map(({ key }) => key)])
      )
    ),
  );
}

/**
 * A TOML text with those of its keys replaced that are paths; undefined where there is none, or where
 * it is no TOML. A key is not renamed to one that is there: Codex does not start with a table twice.
 */
export function editTomlKeys(text: string, isPath: IsKeyPath, edit: PathEdit): string | undefined {
  let found: Found[];
  try {
    found = findKeys(text);
  } catch (error) {
    if (error instanceof TomlFault) return undefined;
    throw error;
  }
  const known = fullKeys(found);
  const renamed = found.flatMap((one) => renamedParts(one, isPath, edit))
    .filter(({ full }) => !known.has(full));
  if (renamed.length === 0) return undefined;
  let [done, at] = ["", 0];
  for (const { start, end, text: key, mapping } of renamed) {
    done += text.slice(at, start) + key;
    at = end;
    edit.onPath(mapping);
  }
  return done + text.slice(at);
}
