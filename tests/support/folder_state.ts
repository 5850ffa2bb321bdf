import { realFs, sha256OfFile } from "../../src/base/mod.ts";

/** What is in a folder, as lines that change with any name, mode, time or byte; sorted. */
export function folderState(folder: string): string[] {
  return realFs.list(folder).entries.flatMap(({ name }) => {
    const path = `${folder}/${name}`;
    const info = realFs.lstat(path);
    const line = `${path} ${info.kind} ${info.mode.toString(8)} ${info.mtimeMs}`;
    if (info.kind === "directory") return [line, ...folderState(path)];
    if (info.kind === "symlink") return [`${line} ${realFs.readLink(path)}`];
    return [info.kind === "file" ? `${line} ${sha256OfFile(realFs, path)}` : line];
  });
}
