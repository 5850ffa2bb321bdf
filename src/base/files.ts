import { errnoOf, isNotFound, LifeboatError } from "./errors.ts";
import type { FileHandle, FileInfo, FileSystem } from "./fs.ts";
import { pathsOf, type Platform } from "./paths.ts";

/** About a path, links not followed; undefined when there is nothing, as below a link to itself. */
export function lstatIfThere(fs: FileSystem, path: string): FileInfo | undefined {
  try {
    return fs.lstat(path);
  } catch (error) {
    if (isNotFound(error) || errnoOf(error) === "ELOOP") return undefined;
    throw error;
  }
}

/** About what a path leads to; undefined when there is nothing. */
export function statIfThere(fs: FileSystem, path: string): FileInfo | undefined {
  try {
    return fs.stat(path);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** Runs with an open file and closes it whatever happens. */
export function withFile<T>(file: FileHandle, use: (file: FileHandle) => T): T {
  try {
    return use(file);
  } finally {
    file.close();
  }
}

/** Fills a buffer as far as the file goes; returns how many bytes. */
export function readFully(file: FileHandle, into: Uint8Array): number {
  let at = 0;
  while (at < into.length) {
    const n = file.read(into.subarray(at));
    if (n === 0) break;
    at += n;
  }
  return at;
}

/** A whole file. Throws `file_too_large` above `maxBytes`, so that no input can exhaust memory. */
export function readFile(fs: FileSystem, path: string, maxBytes: number): Uint8Array<ArrayBuffer> {
  return withFile(fs.open(path), (file) => {
    const { size } = file.info();
    if (size > maxBytes) {
      throw new LifeboatError("refused", "file_too_large", `${path} has ${size} bytes`, {
        hint: `At most ${maxBytes} bytes are expected there.`,
      });
    }
    const bytes = new Uint8Array(size);
    return bytes.subarray(0, readFully(file, bytes));
  });
}

/** A whole text file, as UTF-8; bytes that are not become U+FFFD. */
export function readText(fs: FileSystem, path: string, maxBytes: number): string {
  return new TextDecoder().decode(readFile(fs, path, maxBytes));
}

/** Writes a new file, private to the user, and makes sure that it is on disk. */
export function writeNewFile(fs: FileSystem, path: string, content: Uint8Array | string): void {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  withFile(fs.open(path, { createNew: true, mode: 0o600 }), (file) => {
    file.write(bytes);
    file.sync();
  });
}

/**
 * Sets permissions and time of something that is no link; returns false where the file system has
 * no such thing (FAT, foreign mounts), which is no reason to give up what is in it.
 */
export function setAttributes(
  fs: FileSystem,
  path: string,
  { mode, mtimeMs }: { mode?: number; mtimeMs?: number },
): boolean {
  try {
    if (mode !== undefined) fs.setMode(path, mode);
    if (mtimeMs !== undefined) fs.setMtime(path, mtimeMs);
    return true;
  } catch (error) {
    if (["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"].includes(errnoOf(error) ?? "")) return false;
    throw error;
  }
}

/** Copies a file to a path at which there is none, and makes sure that it is on disk. */
export function copyFile(fs: FileSystem, from: string, to: string, mode: number): void {
  withFile(
    fs.open(from),
    (source) =>
      withFile(fs.open(to, { createNew: true, mode }), (copy) => {
        const piece = new Uint8Array(1 << 20);
        for (let n = source.read(piece); n > 0; n = source.read(piece)) {
          copy.write(piece.subarray(0, n));
        }
        copy.sync();
      }),
  );
}

/** Makes a folder and its parents, private to the user and on disk; one that is there stays as it is. */
export function ensureDir(fs: FileSystem, path: string, platform: Platform): void {
  const info = statIfThere(fs, path);
  if (info?.kind === "directory") return;
  if (info) {
    throw new LifeboatError("refused", "not_a_folder", `${path} is a ${info.kind}, not a folder`, {
      hint: "Choose another folder, or move that away.",
    });
  }
  const parent = pathsOf(platform).dirname(path);
  ensureDir(fs, parent, platform);
  try {
    fs.makeDir(path, 0o700);
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") throw error; // another process was faster
    return ensureDir(fs, path, platform);
  }
  fs.syncDir(parent);
}

/** Removes a file, link or folder with all that is in it; nothing there is fine. */
export function removeIfThere(fs: FileSystem, path: string): void {
  const info = lstatIfThere(fs, path);
  if (!info) return;
  if (info.kind === "directory") fs.removeTree(path);
  else fs.remove(path);
}

/** Renames, and makes sure that the new name is on disk. Replaces a file at the target. */
export function publish(fs: FileSystem, from: string, to: string, platform: Platform): void {
  fs.rename(from, to);
  fs.syncDir(pathsOf(platform).dirname(to));
}

/** Writes a file so that at every moment its old or its new content is there, never a part. */
export function replaceFile(
  fs: FileSystem,
  path: string,
  content: Uint8Array | string,
  platform: Platform,
): void {
  const temporary = `${path}.partial`;
  removeIfThere(fs, temporary);
  try {
    writeNewFile(fs, temporary, content);
    publish(fs, temporary, path, platform);
  } catch (error) {
    removeIfThere(fs, temporary);
    throw error;
  }
}
