/**
 * Edits of files that belong to the user: kept as they were before, so that taking an edit back gives
 * the very same bytes where nobody has touched the file since.
 */
import {
  ensureDir,
  type Host,
  isNotFound,
  isoWithOffset,
  pathsOf,
  readText,
  removeIfThere,
  replaceFile,
  sha256Of,
} from "../base/mod.ts";
import { realPathOf } from "../profiles/mod.ts";
import type { InstallStep } from "./install.ts";

const MAX_BYTES = 16 << 20;

/** Gives a text as it shall be; gets, and gives, nothing where there is no file. */
export type Change = (text: string | undefined) => string | undefined;

/** What an edit does, or did, to a file of the user. */
export interface UserFileEdit {
  /** What was put there: `hooks`, `mcp`. */
  what: string;
  /** The file itself, where the named path is a link. */
  path: string;
  action: Exclude<InstallStep["action"], "kept">;
  before?: string;
  after?: string;
}

/** What is kept of an edit in the state folder. */
interface EditRecord {
  path: string;
  /** ISO 8601. */
  at: string;
  existed: boolean;
  /** SHA-256 of what was written, upper-case hex. */
  written: string;
}

/** A record, and a copy of the file from before, for each file and each thing that is put there. */
function keptPaths(host: Host, { path, what }: Pick<UserFileEdit, "path" | "what">) {
  const { join } = pathsOf(host.platform);
  const folder = join(host.folders.state, "edits");
  const name = `${what}-${sha256Of(path).slice(0, 32)}`;
  return { folder, record: join(folder, `${name}.json`), copy: join(folder, `${name}.before`) };
}

function readIfThere(host: Host, path: string): string | undefined {
  try {
    return readText(host.fs, path, MAX_BYTES);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** What changing a file would do. */
export function planEdit(host: Host, named: string, what: string, change: Change): UserFileEdit {
  const path = realPathOf(host, named);
  const before = readIfThere(host, path);
  const after = change(before);
  const action = after === before
    ? "unchanged"
    : after === undefined
    ? "remove"
    : before === undefined
    ? "create"
    : "change";
  return { what, path, action, before, after };
}

/** The text from before an edit, where the file still is what the edit has made of it. */
function untouched(host: Host, path: string, what: string): { before?: string } | undefined {
  const { record, copy } = keptPaths(host, { path, what });
  const [kept, text] = [readIfThere(host, record), readIfThere(host, path)];
  if (kept === undefined || text === undefined) return undefined;
  try {
    const { existed, written } = JSON.parse(kept) as EditRecord;
    if (written !== sha256Of(text)) return undefined;
    return { before: existed ? readIfThere(host, copy) : undefined };
  } catch {
    return undefined; // it is taken back by `change` then
  }
}

/** What taking an edit back would do: the bytes from before it; where others came since, `change`. */
export function planRevert(host: Host, named: string, what: string, change: Change): UserFileEdit {
  const known = untouched(host, realPathOf(host, named), what);
  return planEdit(host, named, what, known ? () => known.before : change);
}

/**
 * The same for a configuration, of which `remove` takes out what is ours. Where our name does not stand
 * there is nothing, whatever is wrong with the rest; and what was kept may hold an older entry of ours.
 */
export function planRemoval(
  host: Host,
  named: string,
  what: string,
  remove: (text: string) => string,
): UserFileEdit {
  const known = untouched(host, realPathOf(host, named), what);
  return planEdit(host, named, what, (there) => {
    const text = known ? known.before : there;
    return text?.includes("lifeboat") ? remove(text) : text;
  });
}

/** Writes a file of the user with the permissions that it had. */
function write(host: Host, { path, after }: UserFileEdit): void {
  if (after === undefined) return removeIfThere(host.fs, path);
  ensureDir(host.fs, pathsOf(host.platform).dirname(path), host.platform);
  const mode = readIfThere(host, path) === undefined ? undefined : host.fs.lstat(path).mode;
  replaceFile(host.fs, path, after, host.platform);
  if (mode !== undefined) host.fs.setMode(path, mode);
}

/** Carries an edit out; what was there is kept before, unless an earlier edit has put that there. */
function applyEdit(host: Host, edit: UserFileEdit): void {
  const { path, what, before, after } = edit;
  if (after === undefined) return write(host, edit);
  const { folder, record, copy } = keptPaths(host, edit);
  const original = (untouched(host, path, what) ?? { before }).before;
  ensureDir(host.fs, folder, host.platform);
  if (original === undefined) removeIfThere(host.fs, copy);
  else replaceFile(host.fs, copy, original, host.platform);
  const at = isoWithOffset(host.now());
  const kept: EditRecord = { path, at, existed: original !== undefined, written: sha256Of(after) };
  replaceFile(host.fs, record, JSON.stringify(kept, null, 2) + "\n", host.platform);
  write(host, edit);
}

/** Takes an edit back, and forgets what was kept for that. */
function applyRevert(host: Host, edit: UserFileEdit): void {
  write(host, edit);
  const { record, copy } = keptPaths(host, edit);
  removeIfThere(host.fs, record);
  removeIfThere(host.fs, copy);
}

/** An edit as a step of an installation. */
export function editStep(host: Host, edit: UserFileEdit): InstallStep {
  const { what, path, action } = edit;
  return { what, path, action, carryOut: () => applyEdit(host, edit) };
}

/** Taking an edit back as a step. */
export function revertStep(host: Host, edit: UserFileEdit): InstallStep {
  const { what, path, action } = edit;
  return { what, path, action, carryOut: () => applyRevert(host, edit) };
}
