/** What proves that a file is as it was in the earlier backup (design.md section 3). */
import type { EarlierFile } from "../archive/mod.ts";
import { type FileInfo, type FileSystem, readFully, sha256Of, withFile } from "../base/mod.ts";

/**
 * What counts as proof. `times`: size and time. `tails`: also the end of the content, since on
 * Windows the time of a file stands still while it is written through an open handle
 * (agent-homes.md 1.5). `nothing`: every file is read, and its hash decides.
 */
export type Trust = "times" | "tails" | "nothing";

/** What is still to be compared: nothing, the end of the content, or all of it. */
export type Proof = "none" | "tail" | "whole";

/**
 * A file that was written this shortly before its last capture may have been written again within
 * the same tick of the file system's clock, ms.
 */
const SETTLED_MS = 2000;

/** The unit of the time of the last change, ms. */
const CHANGED_UNIT_MS = 1000;

/**
 * Whether a time lay so long before the earlier backup began that it tells later changes. Tools that
 * give a file another content and its old time, as a restore does, are told by the time of the change.
 */
export function isSettled(startedMs: number, { mtimeMs, changedMs }: FileInfo): boolean {
  return mtimeMs <= startedMs - SETTLED_MS && changedMs <= startedMs - CHANGED_UNIT_MS;
}

/** Decides by what the earlier backup knows of a file, and a look at it now. */
export function proofNeeded(
  { trust, startedMs }: { trust: Trust; startedMs: number },
  [, bytes, mtimeMs, mode, sha256, method, mainBytes]: EarlierFile["entry"],
  info: FileInfo,
): Proof {
  const size = mainBytes ?? bytes; // the copy of a database has grown by its WAL
  const looksSame = size === info.size && mtimeMs === info.mtimeMs && mode === info.mode;
  if (trust === "nothing" || !looksSame || !sha256 || !isSettled(startedMs, info)) return "whole";
  if (method === "raw_database") return "whole";
  if (trust === "times") return "none";
  // Pages are written anywhere in a database, not at its end.
  return method === "sqlite_backup" ? "whole" : "tail";
}

/** Whether a file still ends as it did: its last slice, all of one that has no slices. */
export function hasSameTail(fs: FileSystem, path: string, { entry, group }: EarlierFile): boolean {
  const last = group.lines.at(-1)!;
  const [offset, bytes, sha256] = last.kind === "slice"
    ? [last.offset, last.length, last.sha256]
    : [0, entry[1], entry[4]];
  try {
    return withFile(fs.open(path), (file) => {
      const tail = new Uint8Array(bytes);
      file.seek(offset);
      return readFully(file, tail) === bytes && sha256Of(tail) === sha256;
    });
  } catch {
    return false; // whoever reads all of it finds out why
  }
}
