/**
 * Paths in a JSON text, replaced where they stand: every other byte stays as it is (numbers, order of
 * keys, spaces, escapes), which parsing and writing again would not give.
 */
import { matchPath, type PathMapping } from "./paths.ts";

/**
 * Says whether a string of a JSON text is a path, by the keys on the way to it (arrays add none). Of a
 * key that is a path itself, it is the last one.
 */
export type IsPath = (keys: readonly string[], kind: "key" | "value") => boolean;

/** What is done with paths. */
export interface PathEdit {
  mappings: PathMapping[];
  /** Told of each path that is replaced. */
  onPath(mapping: PathMapping): void;
}

interface Replacement {
  start: number;
  end: number;
  text: string;
  mapping: PathMapping;
}

/** An object, or an array, that has begun and not ended. */
interface Open {
  isObject: boolean;
  /** Of an object: the sources of its keys so far, and those that shall be renamed. */
  keys: string[];
  renamed: Replacement[];
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const SLASH = 0x2f;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const BEGIN_ARRAY = 0x5b;
const END_ARRAY = 0x5d;
const BEGIN_OBJECT = 0x7b;
const END_OBJECT = 0x7d;

/** Where a string that begins at `start` ends, after its closing quote. */
function endOfString(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    let escapes = 0;
    while (text.charCodeAt(at - 1 - escapes) === BACKSLASH) escapes++;
    if (escapes % 2 === 0) return at + 1;
  }
  return text.length;
}

/** Whether a string can be an absolute path, by its source: the most are told apart so. */
function mayBePath(text: string, start: number): boolean {
  const first = text.charCodeAt(start + 1);
  return first === SLASH || first === BACKSLASH || text.charCodeAt(start + 2) === COLON;
}

/** How many characters of a string's source stand for its first `count` characters. */
function sourceLength(source: string, count: number): number {
  let at = 0;
  for (let done = 0; done < count; done++) {
    if (source.charCodeAt(at) !== BACKSLASH) at++;
    else at += source[at + 1] === "u" ? 6 : 2;
  }
  return at;
}

/** The rest of a path, in its source, with the separators of the other style. */
function restInSource(source: string, rest: (text: string) => string): string {
  const converted = rest("/\\");
  if (converted === "/\\") return source;
  return converted === "//"
    ? source.replaceAll("\\\\", "/")
    : source.replace(/\\\\|\\?\/|\\u002f/gi, "\\\\");
}

/** A string token with its path replaced, or nothing where it is none that is mapped. */
function replacePath(
  token: string,
  { mappings }: PathEdit,
): Pick<Replacement, "text" | "mapping"> | undefined {
  const match = matchPath(JSON.parse(token), mappings);
  if (!match) return undefined;
  const source = token.slice(1, -1);
  const rest = restInSource(source.slice(sourceLength(source, match.length)), match.rest);
  return { text: `"${JSON.stringify(match.start).slice(1, -1)}${rest}"`, mapping: match.mapping };
}

/** A key is not renamed to one that is there: one of the two would be lost. */
function takeRenamed({ keys, renamed }: Open, replacements: Replacement[]): void {
  if (renamed.length === 0) return;
  const taken = new Set(keys.map((source) => JSON.parse(source)));
  for (const replacement of renamed) {
    const key = JSON.parse(replacement.text);
    if (taken.has(key)) continue;
    taken.add(key);
    replacements.push(replacement);
  }
}

/** A key from its source; most have no escapes. */
function keyOf(source: string): string {
  return source.includes("\\") ? JSON.parse(source) : source.slice(1, -1);
}

function findReplacements(text: string, isPath: IsPath, edit: PathEdit): Replacement[] {
  const replacements: Replacement[] = [];
  const open: Open[] = [];
  const keys: string[] = [];
  let awaitsKey = false;

  function take(start: number, end: number, kind: "key" | "value"): Replacement | undefined {
    if (!mayBePath(text, start) || !isPath(keys, kind)) return undefined;
    const made = replacePath(text.slice(start, end), edit);
    return made && { start, end, ...made };
  }

  function takeString(start: number, end: number): void {
    if (!awaitsKey) {
      const made = take(start, end, "value");
      if (made) replacements.push(made);
      return;
    }
    awaitsKey = false;
    const { keys: known, renamed } = open[open.length - 1];
    const source = text.slice(start, end);
    known.push(source);
    keys[keys.length - 1] = keyOf(source);
    const made = take(start, end, "key");
    if (made) renamed.push(made);
  }

  function begin(isObject: boolean): void {
    open.push({ isObject, keys: [], renamed: [] });
    if (isObject) keys.push("");
    awaitsKey = isObject;
  }

  function finish(): void {
    const ended = open.pop()!;
    if (ended.isObject) keys.pop();
    takeRenamed(ended, replacements);
    awaitsKey = false;
  }

  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      const end = endOfString(text, at);
      takeString(at, end);
      at = end - 1;
    } else if (code === BEGIN_OBJECT || code === BEGIN_ARRAY) begin(code === BEGIN_OBJECT);
    else if (code === END_OBJECT || code === END_ARRAY) finish();
    else if (code === COMMA) awaitsKey = open[open.length - 1]?.isObject ?? false;
  }
  return replacements.sort((a, b) => a.start - b.start);
}

/** A JSON text with its paths replaced; undefined where there is none, or where it is no JSON. */
export function editJsonPaths(
  text: string,
  isPath: (value: unknown) => IsPath | undefined,
  edit: PathEdit,
): string | undefined {
  const parsed = parse(text);
  const rule = parsed && isPath(parsed.value);
  if (!rule) return undefined;
  const replacements = findReplacements(text, rule, edit);
  if (replacements.length === 0) return undefined;
  let [done, at] = ["", 0];
  for (const { start, end, text: path, mapping } of replacements) {
    done += text.slice(at, start) + path;
    at = end;
    edit.onPath(mapping);
  }
  return done + text.slice(at);
}

function parse(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}
