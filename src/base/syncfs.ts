/**
 * `syncfs` of Linux: one call for all that was written to a file system. Deno has none, so it is the
 * C library's.
 */
import { statfsSync } from "node:fs";
import { LifeboatError } from "./errors.ts";
import { optionalLibrary } from "./optional_library.ts";

/** The first kernel whose `syncfs` tells that writing failed; older ones say that all is well. */
const FIRST_KERNEL = [5, 8];

/** Whether a kernel's `syncfs` can be relied on, by its release (`6.1.0-17-amd64`). */
export function kernelTellsSyncErrors(release: string): boolean {
  const [major, minor] = release.split(/[.-]/).map(Number);
  return major > FIRST_KERNEL[0] || (major === FIRST_KERNEL[0] && minor >= FIRST_KERNEL[1]);
}

/**
 * File systems of local disks, by the number that `statfs` gives (Linux: magic.h). One over a network
 * or in another process (FUSE) may return before its other side has written anything.
 */
const LOCAL = new Set([
  0xef53, // ext2 to ext4
  0x58465342, // XFS
  0x9123683e, // Btrfs
  0xf2f52010, // F2FS
  0x2fc12fc1, // ZFS
  0x01021994, // tmpfs
  0x794c7630, // overlayfs, which syncs what lies above
]);

const O_RDONLY = 0;

/** Where it cannot be relied on, each file is synced by itself. */
const library = optionalLibrary(() => {
  if (Deno.build.os !== "linux" || !kernelTellsSyncErrors(Deno.osRelease())) return null;
  return Deno.dlopen("libc.so.6", {
    open: { parameters: ["buffer", "i32"], result: "i32" },
    syncfs: { parameters: ["i32"], result: "i32" },
    close: { parameters: ["i32"], result: "i32" },
  }).symbols;
});

/** Whether all of a path's file system can be synced with one call. */
export function canSyncFileSystem(path: string): boolean {
  return library() !== null && LOCAL.has(statfsSync(path).type);
}

/** Waits until all that was written to a path's file system is on disk. */
export function syncFileSystem(path: string): void {
  const lib = library();
  const file = lib?.open(new TextEncoder().encode(path + "\0"), O_RDONLY) ?? -1;
  const isDone = lib && file >= 0 && lib.syncfs(file) === 0;
  if (file >= 0) lib!.close(file);
  if (isDone) return;
  throw new LifeboatError(
    "failed",
    "not_synced",
    `What was written to ${path} is not all on disk`,
    {
      hint: "The disk may be full or failing: look at the system's log.",
    },
  );
}
