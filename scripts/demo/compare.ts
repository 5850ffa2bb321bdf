import { realFs, sha256OfFile } from "../../src/base/mod.ts";

/** The SHA-256 of files by their path below a folder, with forward slashes. */
export type Contents = Map<string, string>;

/** Hashes every file below a folder. */
export function hashesBelow(folder: string, below = ""): Contents {
  const contents: Contents = new Map();
  for (const { name, kind } of realFs.list(folder).entries) {
    const path = `${folder}/${name}`;
    if (kind === "file") contents.set(below + name, sha256OfFile(realFs, path));
    if (kind !== "directory") continue;
    for (const [inner, hash] of hashesBelow(path, `${below}${name}/`)) contents.set(inner, hash);
  }
  return contents;
}

/** The files that are missing in `actual`, or are others there. */
export function differences(expected: Contents, actual: Contents): string[] {
  return [...expected].filter(([path, hash]) => actual.get(path) !== hash).map(([path]) => path);
}
