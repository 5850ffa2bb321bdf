/**
 * What a power cut leaves: records the changes that a piece of work makes to files, and tells for
 * every moment what would be on disk if nothing had survived that was not synced.
 */
import { basename, dirname, join } from "node:path";
import type { FileHandle, FileSystem, OpenOptions } from "../../src/base/mod.ts";
import { realFs } from "../../src/base/mod.ts";

interface FileNode {
  kind: "file";
  data: Uint8Array;
  /** What a sync has brought to disk. */
  synced: Uint8Array;
  mode: number;
  mtimeMs: number;
}
interface LinkNode {
  kind: "link";
  target: string;
}
interface FolderNode {
  kind: "folder";
  entries: Map<string, Node>;
  /** The names that a sync has brought to disk. */
  synced: Map<string, Node>;
  mode: number;
  mtimeMs: number;
}
type Node = FileNode | LinkNode | FolderNode;

/** A change of names: all of it comes to disk, or nothing, as with every journaling file system. */
interface NameChange {
  folders: FolderNode[];
  apply(entriesOf: (folder: FolderNode) => Map<string, Node>): void;
}

/** Which changes of names survive: all (metadata is often written early), or only what was synced. */
export type Names = "all" | "synced";

/** One change, as it was asked for. */
type Change = (disk: Disk) => void;

/** Takes down every change that goes through it; files are really changed too. */
export interface Recorder {
  fs: FileSystem;
  changes: Change[];
  /** What the folder held at the beginning. */
  start: Disk;
}

function readNode(path: string): Node {
  const { isSymlink, isDirectory, mode, mtime } = Deno.lstatSync(path);
  if (isSymlink) return { kind: "link", target: Deno.readLinkSync(path) };
  const attributes = { mode: mode! & 0o7777, mtimeMs: mtime!.getTime() };
  if (isDirectory) {
    const entries = new Map<string, Node>();
    for (const { name } of Deno.readDirSync(path)) entries.set(name, readNode(join(path, name)));
    return { kind: "folder", entries, synced: new Map(entries), ...attributes };
  }
  const data = Deno.readFileSync(path);
  return { kind: "file", data, synced: data, ...attributes };
}

/** Files and folders in memory, and which part of them is on disk. */
class Disk {
  #pending: NameChange[] = [];
  readonly handles = new Map<number, { file: FileNode; at: number }>();

  constructor(readonly folder: string, readonly top = readNode(folder) as FolderNode) {}

  find(path: string): Node | undefined {
    const names = path === this.folder ? [] : path.slice(this.folder.length + 1).split("/");
    let node: Node | undefined = this.top;
    for (const name of names) node = node?.kind === "folder" ? node.entries.get(name) : undefined;
    return node;
  }

  #rename(folders: FolderNode[], apply: NameChange["apply"]): void {
    apply(({ entries }) => entries);
    this.#pending.push({ folders, apply });
  }

  #folderOf(path: string): FolderNode {
    return this.find(dirname(path)) as FolderNode;
  }

  put(path: string, node: Node): void {
    const folder = this.#folderOf(path);
    this.#rename([folder], (of) => of(folder).set(basename(path), node));
  }

  drop(path: string): void {
    const folder = this.#folderOf(path);
    this.#rename([folder], (of) => of(folder).delete(basename(path)));
  }

  move(from: string, to: string): void {
    const [source, target, node] = [this.#folderOf(from), this.#folderOf(to), this.find(from)!];
    this.#rename([source, target], (of) => {
      of(source).delete(basename(from));
      of(target).set(basename(to), node);
    });
  }

  write(handle: number, bytes: Uint8Array): void {
    const open = this.handles.get(handle)!;
    const data = new Uint8Array(Math.max(open.file.data.length, open.at + bytes.length));
    data.set(open.file.data);
    data.set(bytes, open.at);
    open.at += bytes.length;
    open.file.data = data;
  }

  /** A folder's changes, and all before them that they build on. */
  syncFolder(path: string): void {
    const touched = new Set([this.find(path)]);
    const synced = new Set<NameChange>();
    for (const change of this.#pending.toReversed()) {
      if (!change.folders.some((folder) => touched.has(folder))) continue;
      for (const folder of change.folders) touched.add(folder);
      synced.add(change);
    }
    this.#bringToDisk((change) => synced.has(change));
  }

  syncAll(): void {
    this.#bringToDisk(() => true);
    const sync = (node: Node) => {
      if (node.kind === "file") node.synced = node.data;
      if (node.kind === "folder") { for (const inner of node.entries.values()) sync(inner); }
    };
    sync(this.top);
  }

  #bringToDisk(which: (change: NameChange) => boolean): void {
    for (const change of this.#pending.filter(which)) change.apply(({ synced }) => synced);
    this.#pending = this.#pending.filter((change) => !which(change));
  }

  /** Everything that is there after the power cut, in one text; the same text is the same disk. */
  describe(names: Names, node: Node = this.top): string {
    if (node.kind === "link") return `-> ${node.target}`;
    const { mode, mtimeMs } = node;
    if (node.kind === "file") return JSON.stringify([mode, mtimeMs, [...node.synced].join()]);
    const entries = [...names === "all" ? node.entries : node.synced].sort();
    return JSON.stringify([
      mode,
      entries.map(([name, inner]) => [name, this.describe(names, inner)]),
    ]);
  }

  /** Makes the folder what it is after the power cut. */
  materialise(names: Names): void {
    Deno.mkdirSync(this.folder, { recursive: true });
    this.#fill(this.folder, this.top, names);
  }

  #fill(path: string, folder: FolderNode, names: Names): void {
    for (const [name, node] of names === "all" ? folder.entries : folder.synced) {
      const inner = join(path, name);
      if (node.kind === "link") {
        Deno.symlinkSync(node.target, inner);
        continue;
      }
      if (node.kind === "folder") {
        Deno.mkdirSync(inner);
        this.#fill(inner, node, names);
      } else Deno.writeFileSync(inner, node.synced);
      Deno.chmodSync(inner, node.mode);
      Deno.utimeSync(inner, node.mtimeMs / 1000, node.mtimeMs / 1000);
    }
  }
}

/** A file system that takes down all changes below a folder. */
export function recordChanges(folder: string): Recorder {
  const changes: Change[] = [];
  const start = new Disk(folder);
  let handles = 0;
  const note = (change: Change) => void changes.push(change);

  function open(path: string, options: OpenOptions = {}): FileHandle {
    const file = realFs.open(path, options);
    const handle = handles++;
    const { createNew, append, mode = 0o600 } = options;
    note((disk) => {
      const nothing = new Uint8Array();
      const mtimeMs = Date.now();
      if (createNew) {
        disk.put(path, { kind: "file", data: nothing, synced: nothing, mode, mtimeMs });
      }
      const node = disk.find(path) as FileNode;
      disk.handles.set(handle, { file: node, at: append ? node.data.length : 0 });
    });
    const sync = () => note((disk) => syncFile(disk.handles.get(handle)!.file));
    return {
      ...file,
      write(bytes) {
        file.write(bytes);
        const copy = bytes.slice();
        note((disk) => disk.write(handle, copy));
      },
      seek(offset) {
        file.seek(offset);
        note((disk) => void (disk.handles.get(handle)!.at = offset));
      },
      truncate(length) {
        file.truncate(length);
        note((disk) => {
          const node = disk.handles.get(handle)!.file;
          node.data = node.data.slice(0, length);
        });
      },
      sync,
      syncSoon: () => Promise.resolve(sync()),
    };
  }

  const fs: FileSystem = {
    ...realFs,
    open,
    makeDir(path, mode = 0o700) {
      realFs.makeDir(path, mode);
      note((disk) => {
        const empty = { entries: new Map(), synced: new Map(), mode, mtimeMs: Date.now() };
        disk.put(path, { kind: "folder", ...empty });
      });
    },
    rename(from, to, options) {
      realFs.rename(from, to, options);
      note((disk) => disk.move(from, to));
    },
    remove(path) {
      realFs.remove(path);
      note((disk) => disk.drop(path));
    },
    removeTree(path) {
      realFs.removeTree(path);
      note((disk) => disk.drop(path));
    },
    symlink(target, created, kind) {
      realFs.symlink(target, created, kind);
      note((disk) => disk.put(created, { kind: "link", target }));
    },
    setMode(path, mode) {
      realFs.setMode(path, mode);
      note((disk) => setOf(disk, path, { mode }));
    },
    setMtime(path, mtimeMs) {
      realFs.setMtime(path, mtimeMs);
      note((disk) => setOf(disk, path, { mtimeMs }));
    },
    syncDir: (path) => note((disk) => disk.syncFolder(path)),
    canSyncAll: () => true,
    syncAll: () => note((disk) => disk.syncAll()),
    hardLink() {
      throw new Error("not recorded");
    },
  };
  return { fs, changes, start };
}

function syncFile(file: FileNode): void {
  file.synced = file.data;
}

/**
 * Permissions and times are said of the file itself at once: journaling file systems bring them to
 * disk in order, and nothing of a restore is decided by them.
 */
function setOf(disk: Disk, path: string, attributes: { mode?: number; mtimeMs?: number }): void {
  const node = disk.find(path);
  if (node && node.kind !== "link") Object.assign(node, attributes);
}

/**
 * Goes through all moments of what was recorded; at each that leaves another disk, `use` finds the
 * folder as a power cut would leave it. Returns how many disks there were.
 */
export async function atEveryPowerCut(
  { changes, start }: Recorder,
  names: Names,
  use: (moment: number) => void | Promise<void>,
): Promise<number> {
  const seen = new Set<string>();
  for (let moment = 0; moment <= changes.length; moment++) {
    if (moment > 0) changes[moment - 1](start);
    const disk = start.describe(names);
    if (seen.has(disk)) continue;
    seen.add(disk);
    removeFolder(start.folder);
    start.materialise(names);
    await use(moment);
  }
  return seen.size;
}

/** Also where somebody has taken all rights to a folder away. */
function removeFolder(folder: string): void {
  const open = (path: string) => {
    Deno.chmodSync(path, 0o700);
    for (const { name, isDirectory } of Deno.readDirSync(path)) {
      if (isDirectory) open(join(path, name));
    }
  };
  open(folder);
  Deno.removeSync(folder, { recursive: true });
}
