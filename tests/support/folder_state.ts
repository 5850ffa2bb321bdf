import { cpSync } from "node:fs";
import { join } from "node:path";
import { lstatIfThere, realFs, sha256OfFile } from "../../src/base/mod.ts";

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

/**
 * The agent's part of a home: without what lifeboat keeps there for an undo, and without the times
 * of folders and links, which a restore need not bring back.
 */
export function homeState(home: string): string[] {
  return lstatIfThere(realFs, home) === undefined ? [] : folderState(home)
    .filter((line) => !line.startsWith(`${home}/.lifeboat`))
    .map((line) => line.replace(/( (?:directory|symlink) \d+) \d+/, "$1"));
}

/** Copies a folder with all that is in it, times and permissions too. */
export function copyFolder(from: string, to: string): void {
  cpSync(from, to, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
}

/** Paths and texts of files, but for databases, whose copies need not have the same bytes. */
export function fileTexts(folder: string, below = ""): string[] {
  return realFs.list(join(folder, below)).entries.flatMap(({ name, kind }) => {
    const path = join(below, name);
    if (kind === "directory") return name === ".lifeboat" ? [] : fileTexts(folder, path);
    return kind === "file" && !/sqlite|\.db/.test(name)
      ? [`${path} ${Deno.readTextFileSync(join(folder, path))}`]
      : [];
  }).sort();
}
