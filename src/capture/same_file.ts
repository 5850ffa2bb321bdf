import type { FileInfo } from "../base/mod.ts";

/** Whether two looks met the same file. Windows tells no inode; there it is always so. */
export function isSameFile(a: FileInfo, b: FileInfo): boolean {
  return a.inode === b.inode && a.device === b.device;
}

/** Whether two looks met the same file, and nothing was written to it in between. */
export function isUntouched(a: FileInfo, b: FileInfo): boolean {
  return isSameFile(a, b) && a.size === b.size && a.mtimeMs === b.mtimeMs;
}
