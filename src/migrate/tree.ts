/** All that lies below a folder that is moved as a whole. */
import {
  checkInterrupt,
  type FileInfo,
  type Host,
  LifeboatError,
  lstatIfThere,
  pathsOf,
  statIfThere,
} from "../base/mod.ts";

/** A file of a tree. */
export interface TreeFile {
  /** Below the folder, forward slashes. */
  path: string;
  /** Absolute. */
  source: string;
  info: FileInfo;
}

/** A link of a tree. */
export interface TreeLink {
  path: string;
  target: string;
}

/** What is moved, and what is not. */
export interface Tree {
  files: TreeFile[];
  /** Links that are moved as they are. */
  links: TreeLink[];
  /** Links that lead out of the folder. */
  leftOut: TreeLink[];
  /** Sockets, pipes and devices, and names that are not UTF-8. */
  unusable: string[];
  bytes: number;
}

/**
 * What becomes of links. `inside`: those that stay within the folder are moved, others left out.
 * `follow`: what others lead to is moved in their place. `verbatim`: all are moved as they are.
 */
export type LinkRule = "inside" | "follow" | "verbatim";

/** Files, links and folders of one tree. */
const MAX_ENTRIES = 20_000;

interface Walking extends Tree {
  host: Host;
  root: string;
  rule: LinkRule;
  entries: number;
  /** Real paths of the folders on the way, so that no link leads in a circle. */
  above: string[];
}

/** Lists a folder. Throws `too_many_files`, and what cannot be read. */
export function listTree(host: Host, root: string, rule: LinkRule): Tree {
  const walking: Walking = {
    host,
    root,
    rule,
    entries: 0,
    above: [],
    files: [],
    links: [],
    leftOut: [],
    unusable: [],
    bytes: 0,
  };
  walkFolder(walking, root, "");
  const { files, links, leftOut, unusable, bytes } = walking;
  return { files, links, leftOut, unusable, bytes };
}

function walkFolder(walking: Walking, folder: string, prefix: string): void {
  const { host: { fs, platform }, above, unusable } = walking;
  checkInterrupt(walking.host);
  const real = fs.realPath(folder);
  if (above.includes(real)) return;
  above.push(real);
  const { entries, lost } = fs.list(folder);
  unusable.push(...lost.map((name) => prefix + name));
  for (const { name } of entries) {
    if (++walking.entries > MAX_ENTRIES) throw tooMany(walking.root);
    const source = pathsOf(platform).join(folder, name);
    const info = lstatIfThere(fs, source);
    if (info) addEntry(walking, source, prefix + name, info);
  }
  above.pop();
}

function tooMany(root: string): LifeboatError {
  const message = `${root} holds more than ${MAX_ENTRIES} files`;
  return new LifeboatError("refused", "too_many_files", message, {
    hint: "Copy it by hand, or leave it out.",
  });
}

function addEntry(walking: Walking, source: string, path: string, info: FileInfo): void {
  if (info.kind === "directory") return walkFolder(walking, source, `${path}/`);
  if (info.kind === "symlink") return addLink(walking, source, path);
  if (info.kind !== "file") return void walking.unusable.push(path);
  walking.files.push({ path, source, info });
  walking.bytes += info.size;
}

/** Whether a link leads to something in the folder itself, wherever that lies. */
function staysInside({ host }: Walking, path: string, target: string): boolean {
  const { isAbsolute } = pathsOf(host.platform);
  if (isAbsolute(target) || /^[\\/]/.test(target)) return false;
  let depth = path.split("/").length - 1;
  return target.split(/[\\/]/).every((part) => {
    if (part === "..") depth--;
    else if (part !== "." && part !== "") depth++;
    return depth >= 0;
  });
}

function addLink(walking: Walking, source: string, path: string): void {
  const { host: { fs }, rule, links, leftOut } = walking;
  const target = fs.readLink(source);
  if (rule === "verbatim" || staysInside(walking, path, target)) {
    return void links.push({ path, target });
  }
  const info = rule === "follow" ? statIfThere(fs, source) : undefined;
  if (info?.kind === "directory") walkFolder(walking, source, `${path}/`);
  else if (info?.kind === "file") addEntry(walking, source, path, info);
  else leftOut.push({ path, target });
}
