/** What Linux tells in /proc, whose files have no size. */
import { withFile } from "./files.ts";
import type { FileInfo, FileSystem } from "./fs.ts";

/** A text file whose size is not known before; read until nothing comes any more. */
export function readUnsizedText(fs: FileSystem, path: string): string {
  return withFile(fs.open(path), (file) => {
    const decoder = new TextDecoder();
    const buffer = new Uint8Array(64 << 10);
    let text = "";
    for (let n = file.read(buffer); n > 0; n = file.read(buffer)) {
      text += decoder.decode(buffer.subarray(0, n), { stream: true });
    }
    return text + decoder.decode();
  });
}

/** A lock that a process holds on a part of a file. */
export interface KernelLock {
  /** Of `fcntl` or of `flock`. */
  type: "POSIX" | "FLOCK" | "OFDLCK";
  access: "READ" | "WRITE";
  /** -1 where the lock belongs to an open file, not to a process. */
  pid: number;
  /** As {@linkcode kernelFileId} names it. */
  file: string;
  /** First and last byte; Infinity to the end of the file. */
  first: number;
  last: number;
}

/** Where Linux lists every lock. */
export const KERNEL_LOCKS = "/proc/locks";

const LOCK =
  /^\d+: (POSIX|FLOCK|OFDLCK) +\w+ +(READ|WRITE) +(-?\d+) +([0-9a-f]+:[0-9a-f]+:\d+) +(\d+) +(\d+|EOF)$/;

/** The locks in the text of `/proc/locks` that are held, not those that are waited for. */
export function parseKernelLocks(text: string): KernelLock[] {
  return text.split("\n").flatMap((line) => {
    const [matched, type, access, pid, file, first, last] = LOCK.exec(line.trim()) ?? [];
    if (matched === undefined) return [];
    return [{
      type: type as KernelLock["type"],
      access: access as KernelLock["access"],
      pid: Number(pid),
      file,
      first: Number(first),
      last: last === "EOF" ? Infinity : Number(last),
    }];
  });
}

/**
 * A file as the list of locks names it: major and minor device number in hex, and inode. A file
 * system that tells another device number than the kernel (btrfs) looks like one without locks.
 */
export function kernelFileId({ device, inode }: FileInfo): string {
  const major = Math.floor(device / 256) & 0xfff;
  const minor = (device & 0xff) | (Math.floor(device / 4096) & 0xfff00);
  const parts = [major, minor].map((part) => part.toString(16).padStart(2, "0"));
  return `${parts.join(":")}:${inode}`;
}
