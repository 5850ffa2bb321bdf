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
  /** Of an object: keys so far, and those that shall be renamed. */
  keys: Set<string>;
  renamed: (Replacement & { key: string })[];
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Where a string that begins at `start` ends, after its closing quote. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === BACKSLASH) at++;
    else if (code === QUOTE) return at + 1;
  }
  return text.length;
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
  const taken = new Set(keys);
  for (const { key, ...replacement } of renamed) {
    if (taken.has(key)) continue;
    taken.add(key);
    replacements.push(replacement);
  }
}

function findReplacements(text: string, isPath: IsPath, edit: PathEdit): Replacement[] {
  const replacements: Replacement[] = [];
  const open: Open[] = [];
  const keys: string[] = [];
  let awaitsKey = false;

  function takeKey(start: number, end: number): void {
    const { keys: known, renamed } = open.at(-1)!;
    const token = text.slice(start, end);
    const key: string = JSON.parse(token);
    known.add(key);
    keys[keys.length - 1] = key;
    const made = isPath(keys, "key") ? replacePath(token, edit) : undefined;
    if (made) renamed.push({ start, end, key: JSON.parse(made.text), ...made });
  }

  function takeValue(start: number, end: number): void {
    const made = isPath(keys, "value") ? replacePath(text.slice(start, end), edit) : undefined;
    if (made) replacements.push({ start, end, ...made });
  }

  function begin(isObject: boolean): void {
    open.push({ isObject, keys: new Set(), renamed: [] });
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
    const character = text[at];
    if (character === '"') {
      const end = endOfString(text, at);
      if (awaitsKey) takeKey(at, end);
      else takeValue(at, end);
      awaitsKey = false;
      at = end - 1;
    } else if (character === "{" || character === "[") begin(character === "{");
    else if (character === "}" || character === "]") finish();
    else if (character === ",") awaitsKey = open.at(-1)?.isObject ?? false;
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
