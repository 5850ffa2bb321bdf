import { objectOf } from "./head.ts";

/** The key of `.claude.json` under which every folder has its own entry (agent-homes.md 2.2). */
const PROJECTS = "projects";

/** Where the value of a key of the outermost object lies in valid JSON, and what ends that object. */
interface Place {
  /** Of the closing bracket of the value; nothing where there is no such key. */
  valueEnd?: number;
  /** Of the closing bracket of the outermost object. */
  end: number;
}

const STRING = /"(?:[^"\\]|\\.)*"/sy;

function endOfString(text: string, at: number): number {
  STRING.lastIndex = at;
  STRING.exec(text);
  return STRING.lastIndex;
}

/** Looks for a key of the outermost object of a text that has been parsed already. */
function placeOf(text: string, key: string): Place {
  let [depth, valueEnd, end] = [0, undefined as number | undefined, text.length];
  let isMeant = false;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '"') {
      const after = endOfString(text, at);
      const isKey = depth === 1 && /^\s*:/.test(text.slice(after, after + 64));
      if (isKey) isMeant = JSON.parse(text.slice(at, after)) === key;
      at = after - 1;
    } else if (char === "{" || char === "[") depth++;
    else if (char === "}" || char === "]") {
      depth--;
      // The last one counts where a key is there twice, as for every parser.
      if (depth === 1 && isMeant) valueEnd = at;
      if (depth === 0) end = at;
    }
  }
  return { valueEnd, end };
}

/** Puts a member into an object as its last, in the way in which the text is written. */
function insertAt(text: string, end: number, member: string, indent: string): string {
  const before = text.slice(0, end).trimEnd();
  const isEmpty = before.endsWith("{");
  const pretty = indent !== "";
  const space = text.slice(before.length, end);
  const tail = pretty && !space.includes("\n") ? `\n${indent.slice(2)}` : space;
  const lead = pretty ? `\n${indent}` : "";
  return before + (isEmpty ? "" : ",") + lead + member + tail + text.slice(end);
}

function indented(value: unknown, indent: string): string {
  if (indent === "") return JSON.stringify(value);
  return JSON.stringify(value, null, 2).replaceAll("\n", `\n${indent}`);
}

/** What `.claude.json` says of a folder; nothing where it says nothing, or is no such file. */
export function projectEntry(text: string, folder: string): Record<string, unknown> | undefined {
  try {
    const projects = objectOf(objectOf(JSON.parse(text))[PROJECTS]);
    return Object.hasOwn(projects, folder) ? objectOf(projects[folder]) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * `.claude.json` with an entry for one more folder; all other bytes stay as they are. The same text
 * where the folder has an entry already, or where it is no file of that kind: it is never replaced.
 */
export function addProjectEntry(
  text: string,
  folder: string,
  entry: Record<string, unknown>,
): string {
  if (projectEntry(text, folder)) return text;
  const state = parsedObject(text);
  if (!state) return text;
  return state[PROJECTS] === undefined
    ? addMember(text, PROJECTS, { [folder]: entry })
    : addMember(text, folder, entry, PROJECTS);
}

/** Keys of `.claude.json` whose members each stand for themselves: folders, and servers. */
const MAPS = [PROJECTS, "mcpServers"];

/** What came of merging two of these files. */
export interface MergedState {
  text: string;
  /** Keys, folders and servers that were added. */
  added: number;
}

/**
 * A `.claude.json` that comes back, with all keys, folders and servers that only the one that is here
 * has (agent-homes.md 6); its other bytes stay as they are. The same text where either is no such file.
 */
export function mergeState(stored: string, here: string): MergedState {
  const [known, more] = [parsedObject(stored), parsedObject(here)];
  let [text, added] = [stored, 0];
  const add = (key: string, value: unknown, map?: string) => {
    const longer = addMember(text, key, value, map);
    if (longer !== text) added++;
    text = longer;
  };
  for (const [key, value] of Object.entries(known && more ? more : {})) {
    if (!Object.hasOwn(known!, key)) add(key, value);
    else if (MAPS.includes(key)) {
      const there = objectOf(known![key]);
      for (const [name, one] of Object.entries(objectOf(value))) {
        if (!Object.hasOwn(there, name)) add(name, one, key);
      }
    }
  }
  return { text, added };
}

/** Adds a member to the outermost object, or to the object at one of its keys; else the same text. */
function addMember(text: string, key: string, value: unknown, map?: string): string {
  const pretty = /^\s*\{\s*\n/.test(text);
  const indent = !pretty ? "" : map === undefined ? "  " : "    ";
  const place = placeOf(text, map ?? "");
  const end = map === undefined ? place.end : place.valueEnd;
  if (end === undefined || text[end] !== "}") return text;
  const member = JSON.stringify(key) + (pretty ? ": " : ":") + indented(value, indent);
  return insertAt(text, end, member, indent);
}

function parsedObject(text: string): Record<string, unknown> | undefined {
  try {
    const value = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
