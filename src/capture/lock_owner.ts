import {
  type FileInfo,
  type FileSystem,
  KERNEL_LOCKS,
  kernelFileId,
  parseKernelLocks,
  readUnsizedText,
} from "../base/mod.ts";

/** The byte of a `-shm` file that every connection to a WAL database holds locked ("dead man's switch"). */
const CONNECTION_BYTE = 128;

function readLocks(fs: FileSystem): string | undefined {
  try {
    return readUnsizedText(fs, KERNEL_LOCKS);
  } catch {
    // Another system, or no /proc: nothing is known, which the caller is told.
    return undefined;
  }
}

/** Whether a list of locks has one on the connection byte of a `-shm` file. */
export function hasConnection(locks: string, shm: FileInfo): boolean {
  const wanted = kernelFileId(shm);
  return parseKernelLocks(locks).some(({ type, file, first, last }) =>
    type === "POSIX" && file === wanted && first <= CONNECTION_BYTE && last >= CONNECTION_BYTE
  );
}

/** Whether a process has a WAL database open, by its `-shm` file. Only Linux can tell. */
export function connectionTo(fs: FileSystem, shm: FileInfo): "open" | "none" | "unknown" {
  const locks = readLocks(fs);
  if (locks === undefined) return "unknown";
  return hasConnection(locks, shm) ? "open" : "none";
}
