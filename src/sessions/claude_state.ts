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
  const pretty = /^\s*\{\s*\n/.test(text);
  const [outer, inner] = pretty ? ["  ", "    "] : ["", ""];
  const colon = pretty ? ": " : ":";
  const { valueEnd, end } = placeOf(text, PROJECTS);
  if (state[PROJECTS] === undefined) {
    const member = `"${PROJECTS}"${colon}${indented({ [folder]: entry }, outer)}`;
    return insertAt(text, end, member, outer);
  }
  if (valueEnd === undefined || text[valueEnd] !== "}") return text;
  const member = JSON.stringify(folder) + colon + indented(entry, inner);
  return insertAt(text, valueEnd, member, inner);
}

function parsedObject(text: string): Record<string, unknown> | undefined {
  try {
    const value = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
