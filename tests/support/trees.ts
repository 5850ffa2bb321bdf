import { join } from "node:path";

/** What a folder holds: kind, content or target, mode and time of everything by relative path. */
export type Tree = Record<string, string>;

type ReadContent = (path: string) => string;

const readAsText: ReadContent = (path) => JSON.stringify(Deno.readTextFileSync(path));

function describe(path: string, info: Deno.FileInfo, content: ReadContent): string {
  if (info.isSymlink) return `link ${Deno.readLinkSync(path)}`;
  const attributes = `${((info.mode ?? 0) & 0o7777).toString(8)} ${info.mtime!.getTime()}`;
  if (info.isDirectory) return `folder ${attributes}`;
  return `file ${attributes} ${content(path)}`;
}

/**
 * Reads a folder, without the time of the folder itself. Names in `without` are left out.
 *
 * @param content what is told of a file's content, by default all of it as text
 */
export function readTree(
  folder: string,
  without: string[] = [],
  content: ReadContent = readAsText,
): Tree {
  const tree: Tree = {};
  const walk = (path: string) => {
    const names = [...Deno.readDirSync(join(folder, path))].map(({ name }) => name).sort();
    for (const name of names.filter((name) => !without.includes(name))) {
      const below = path === "" ? name : `${path}/${name}`;
      const info = Deno.lstatSync(join(folder, below));
      tree[below] = describe(join(folder, below), info, content);
      if (info.isDirectory) walk(below);
    }
  };
  if (exists(folder)) walk("");
  return tree;
}

function exists(path: string): boolean {
  try {
    return Deno.lstatSync(path) !== undefined;
  } catch {
    return false;
  }
}

/** What is to be made at a path: text is a file, `{link}` a link, an empty object a folder. */
export type TreeSpec = Record<
  string,
  string | { text: string; mode?: number; mtimeMs?: number } | { link: string } | {
    mode?: number;
    mtimeMs?: number;
  }
>;

/** Makes a folder with all that a spec names; every time stamp is set, so that trees can be compared. */
export function makeTree(folder: string, spec: TreeSpec, mtimeMs = 1_700_000_000_000): void {
  Deno.mkdirSync(folder, { recursive: true });
  const folders: [path: string, mode: number | undefined, mtimeMs: number][] = [];
  for (const [path, what] of Object.entries(spec)) {
    const full = join(folder, path);
    Deno.mkdirSync(join(full, ".."), { recursive: true });
    if (typeof what === "string") makeFile(full, what, 0o644, mtimeMs);
    else if ("text" in what) makeFile(full, what.text, what.mode ?? 0o644, what.mtimeMs ?? mtimeMs);
    else if ("link" in what) Deno.symlinkSync(what.link, full);
    else {
      Deno.mkdirSync(full, { recursive: true });
      folders.push([full, what.mode, what.mtimeMs ?? mtimeMs]);
    }
  }
  setTimes(folder, mtimeMs);
  for (const [path, mode, time] of folders) {
    if (mode !== undefined) Deno.chmodSync(path, mode);
    Deno.utimeSync(path, time / 1000, time / 1000);
  }
}

function makeFile(path: string, text: string, mode: number, mtimeMs: number): void {
  Deno.writeTextFileSync(path, text);
  Deno.chmodSync(path, mode);
  Deno.utimeSync(path, mtimeMs / 1000, mtimeMs / 1000);
}

function setTimes(folder: string, mtimeMs: number): void {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    if (isDirectory) setTimes(join(folder, name), mtimeMs);
  }
  Deno.utimeSync(folder, mtimeMs / 1000, mtimeMs / 1000);
}
