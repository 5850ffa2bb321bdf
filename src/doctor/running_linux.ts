/** What /proc tells: which processes there are, what they have open, and who holds a lock. */
import {
  checkInterrupt,
  type Host,
  KERNEL_LOCKS,
  kernelFileId,
  lstatIfThere,
  parseKernelLocks,
  pathsOf,
  readUnsizedText,
} from "../base/mod.ts";
import type { Process, ProcessLookup, Sighting, WatchedFile } from "./process.ts";

/** `USER_HZ`, the unit of times in /proc, on every processor that Lifeboat runs on. */
const TICKS_PER_SECOND = 100;

/** Reads a line of `/proc/<pid>/stat`; nothing for a process that has ended (`Z`, `X`). */
export function parseStat(text: string, bootedAtMs: number): Process | undefined {
  // The name may hold spaces and parentheses itself.
  const [, pid, name, rest] = /^(\d+) \((.*)\) (.*)/s.exec(text) ?? [];
  const [state, parent, ...fields] = rest?.split(" ") ?? [];
  const startTicks = fields[17];
  if (startTicks === undefined || state === "Z" || state === "X") return undefined;
  const startedAtMs = bootedAtMs + Number(startTicks) * 1000 / TICKS_PER_SECOND;
  return { pid: Number(pid), parent: Number(parent), name, startedAtMs, startTicks };
}

/** The processes that /proc shows. Throws when there is no /proc. */
export function linuxProcesses({ fs }: Host): ProcessLookup {
  const boot = /^btime (\d+)$/m.exec(readUnsizedText(fs, "/proc/stat"))?.[1];
  return (pid) => {
    try {
      return parseStat(readUnsizedText(fs, `/proc/${pid}/stat`), Number(boot) * 1000);
    } catch {
      return undefined; // it has ended
    }
  };
}

/** One open file of the home for each process that has any. */
export function* filesOpenOnLinux(
  host: Host,
  isOwn: (path: string) => boolean,
): Generator<Sighting> {
  for (const { name } of host.fs.list("/proc").entries) {
    if (!/^\d+$/.test(name)) continue;
    checkInterrupt(host);
    const path = openFileOf(host, name, isOwn);
    if (path !== undefined) yield { pid: Number(name), why: "open_file", path };
  }
}

function openFileOf(host: Host, pid: string, isOwn: (path: string) => boolean) {
  const folder = `/proc/${pid}/fd`;
  try {
    for (const { name } of host.fs.list(folder).entries) {
      const path = linkIn(host, `${folder}/${name}`);
      if (path && isOwn(path) && lstatIfThere(host.fs, path)?.kind !== "directory") return path;
    }
  } catch {
    // It has ended, or is another user's: then only its locks can be seen.
  }
  return undefined;
}

function linkIn({ fs }: Host, link: string): string | undefined {
  try {
    const target = fs.readLink(link);
    return target.startsWith("/") ? target.replace(/ \(deleted\)$/, "") : undefined;
  } catch {
    return undefined; // closed in this moment
  }
}

/** Who holds a lock on one of some files, those of other users among them. */
export function locksOnLinux(host: Host, files: WatchedFile[]): Sighting[] {
  const watched = new Map<string, WatchedFile>();
  for (const file of files) {
    const info = lstatIfThere(host.fs, file.path);
    if (info?.kind === "file") watched.set(kernelFileId(info), file);
  }
  if (watched.size === 0) return [];
  return parseKernelLocks(readUnsizedText(host.fs, KERNEL_LOCKS)).flatMap((lock): Sighting[] => {
    const file = watched.get(lock.file);
    if (!file) return [];
    const pid = lock.pid > 0 ? lock.pid : null;
    if (file.kind === "writer_lock") return [{ pid, why: "writer_lock", path: file.path }];
    const why = lock.access === "WRITE" ? "database_locked" : "open_file";
    return [{ pid, why, path: file.path }];
  });
}

/** The databases right below a folder, with the files that hold their locks. */
export function databasesIn(
  host: Host,
  folder: string,
  isOwn: (path: string) => boolean,
): WatchedFile[] {
  if (lstatIfThere(host.fs, folder)?.kind !== "directory") return [];
  const { join } = pathsOf(host.platform);
  return host.fs.list(folder).entries
    .filter(({ name }) => /\.(?:sqlite3?|db)(?:-shm)?$/.test(name))
    .map(({ name }): WatchedFile => ({ kind: "database", path: join(folder, name) }))
    .filter(({ path }) => isOwn(path));
}
