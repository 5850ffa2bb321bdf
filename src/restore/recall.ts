/**
 * Where roots were that the user chose (`--root`, `--target`): kept in Lifeboat's own state folder,
 * because recovery believes no path of a journal that this machine does not know by itself.
 */
import {
  ensureDir,
  isNotFound,
  pathsOf,
  readText,
  removeIfThere,
  replaceFile,
} from "../base/mod.ts";
import type { Host } from "../base/mod.ts";
import type { TargetRoot } from "./journal_types.ts";
import { isIdOf, type Site } from "./layout.ts";

const MAX_BYTES = 1 << 20;

function folderOf(host: Host): string {
  return pathsOf(host.platform).join(host.folders.state, "restores");
}

function recordOf(host: Host, id: string): string {
  return pathsOf(host.platform).join(folderOf(host), `${id}.json`);
}

/** Writes down the roots of a restore. */
export function rememberRoots({ host, id, roots }: Site): void {
  ensureDir(host.fs, folderOf(host), host.platform);
  replaceFile(host.fs, recordOf(host, id), `${JSON.stringify({ id, roots })}\n`, host.platform);
}

/** The roots of a restore that were written down; none when they are the home's own. */
export function recalledRoots(host: Host, id: string): TargetRoot[] {
  try {
    return JSON.parse(readText(host.fs, recordOf(host, id), MAX_BYTES)).roots;
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}

/** Ids of a home's restores whose roots were written down. */
export function recalledRestores(host: Host, home: string): string[] {
  try {
    return host.fs.list(folderOf(host)).entries
      .map(({ name }) => name.replace(/\.json(\.partial)?$/, "")) // one may be half-written
      .filter((id) => isIdOf(id, home));
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}

/** Forgets the roots of a restore of which nothing is left. */
export function forgetRoots(host: Host, id: string): void {
  removeIfThere(host.fs, recordOf(host, id));
  removeIfThere(host.fs, `${recordOf(host, id)}.partial`);
}
