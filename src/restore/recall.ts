/**
 * What recovery must know beside the journal, kept in Lifeboat's own state folder: where roots were
 * that the user chose (`--root`, `--target`), because no path of a journal is believed that this
 * machine does not know by itself; and which folders are made for a home that is not there, because
 * until they are made the journal has no place.
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

/** Writes down the roots of a restore, and the folders that it is about to make. */
export function rememberRoots({ host, id, roots }: Site, made: string[] = []): void {
  ensureDir(host.fs, folderOf(host), host.platform);
  const record = `${JSON.stringify({ id, roots, made })}\n`;
  replaceFile(host.fs, recordOf(host, id), record, host.platform);
}

function readRecord(host: Host, id: string): { roots: TargetRoot[]; made: string[] } {
  try {
    return { made: [], ...JSON.parse(readText(host.fs, recordOf(host, id), MAX_BYTES)) };
  } catch (error) {
    if (isNotFound(error)) return { roots: [], made: [] };
    throw error;
  }
}

/** The roots of a restore that were written down; none when they are the home's own. */
export function recalledRoots(host: Host, id: string): TargetRoot[] {
  return readRecord(host, id).roots;
}

/** The folders that a restore was about to make, outermost first. */
export function recalledFolders(host: Host, id: string): string[] {
  return readRecord(host, id).made;
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
