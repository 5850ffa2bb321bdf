import { randomUUID } from "node:crypto";
import process from "node:process";
import { type Host, lstatIfThere, pathsOf, readUnsizedText, removeIfThere } from "../base/mod.ts";

const PREFIX = "lifeboat-staging-";

/**
 * Room that is memory and not disk, for copies of databases: SQLite needs a file. Only Linux has it
 * for every user. Undefined where there is none. What a killed run left there is removed.
 */
export function makeMemoryFolder(host: Host): string | undefined {
  if (host.platform !== "linux") return undefined;
  const { join } = pathsOf(host.platform);
  for (const parent of memoryFolders(host)) {
    clearLeftovers(host, parent);
    const folder = join(parent, `${PREFIX}${process.pid}-${randomUUID()}`);
    try {
      host.fs.makeDir(folder, 0o700);
      return folder;
    } catch {
      continue; // not writable for this user: the next one may be
    }
  }
}

/** Folders on a file system in memory, as the kernel tells. */
function memoryFolders(host: Host): string[] {
  const candidates = ["/dev/shm", host.env.XDG_RUNTIME_DIR ?? ""];
  try {
    const mounts = readMounts(host);
    return candidates.filter((path) => /^(tmpfs|ramfs)$/.test(mounts.get(path) ?? ""));
  } catch {
    return []; // no /proc
  }
}

/** File system types by mount point. */
function readMounts(host: Host): Map<string, string> {
  const text = readUnsizedText(host.fs, "/proc/self/mounts");
  return new Map(
    text.split("\n").map((line) => {
      const [, path = "", type = ""] = line.split(" ");
      return [path, type];
    }),
  );
}

function clearLeftovers(host: Host, parent: string): void {
  for (const { name } of host.fs.list(parent).entries) {
    const pid = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
    if (pid === undefined || lstatIfThere(host.fs, `/proc/${pid}`)) continue;
    try {
      removeIfThere(host.fs, pathsOf(host.platform).join(parent, name));
    } catch {
      continue; // another user's
    }
  }
}
