import { type FileInfo, type FileSystem, withFile } from "../base/mod.ts";

/** Linux tells every lock there. */
const LOCKS = "/proc/locks";

/** The byte of a `-shm` file that every connection to a WAL database holds locked ("dead man's switch"). */
const CONNECTION_BYTE = 128;

/** Files of /proc have no size, so the file is read until nothing comes any more. */
function readLocks(fs: FileSystem): string | undefined {
  try {
    return withFile(fs.open(LOCKS), (file) => {
      const decoder = new TextDecoder();
      const buffer = new Uint8Array(64 << 10);
      let text = "";
      for (let n = file.read(buffer); n > 0; n = file.read(buffer)) {
        text += decoder.decode(buffer.subarray(0, n), { stream: true });
      }
      return text;
    });
  } catch {
    // Another system, or no /proc: nothing is known, which the caller is told.
    return undefined;
  }
}

/** The device as the kernel writes it: major and minor number in hex. */
function deviceText(device: number): string {
  const major = Math.floor(device / 256) & 0xfff;
  const minor = (device & 0xff) | (Math.floor(device / 4096) & 0xfff00);
  return [major, minor].map((part) => part.toString(16).padStart(2, "0")).join(":");
}

/**
 * Whether a list of locks has one on the connection byte of a `-shm` file. A file system that tells
 * another device number than the kernel (btrfs) looks like one without locks.
 */
export function hasConnection(locks: string, shm: FileInfo): boolean {
  const file = `${deviceText(shm.device)}:${shm.inode}`;
  return locks.split("\n").some((line) => {
    const [, type, , , , where, first, last] = line.trim().split(/\s+/);
    return type === "POSIX" && where === file && Number(first) <= CONNECTION_BYTE &&
      (last === "EOF" || Number(last) >= CONNECTION_BYTE);
  });
}

/** Whether a process has a WAL database open, by its `-shm` file. Only Linux can tell. */
export function connectionTo(fs: FileSystem, shm: FileInfo): "open" | "none" | "unknown" {
  const locks = readLocks(fs);
  if (locks === undefined) return "unknown";
  return hasConnection(locks, shm) ? "open" : "none";
}
