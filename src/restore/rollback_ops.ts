/** The operations of a rollback: what the history says, as a journal has it. */
import { rootFolder } from "../archive/mod.ts";
import { type FileInfo, type Host, LifeboatError, relativePathFault, sha256 } from "../base/mod.ts";
import {
  absoluteOf,
  type FileContent,
  lookAtPlace,
  readContent,
  type RollbackItem,
  type RollbackPlan,
  type SnapshotStore,
} from "../snapshots/mod.ts";
import type { Old, Op } from "./journal_types.ts";
import { createOpList, type OpList } from "./op_list.ts";
import type { PlanItem } from "./options.ts";
import { foldersAbove, isOwnPath, key, SIDECARS } from "./paths.ts";

/** What a rollback does, and where the content of its files is. */
export interface RollbackOps {
  ops: OpList;
  /** Objects by the name under which their files are staged. */
  objects: Map<string, string>;
  items: PlanItem[];
  conflicts: { root: string; path: string; code: string; message: string }[];
  /** Bytes that are written. */
  bytes: number;
}

interface Building extends RollbackOps {
  store: SnapshotStore;
  /** Paths that the rollback itself turns into something, by `key`. */
  turned: Map<string, RollbackItem>;
  /** Folders that were looked at on the way to files. */
  checked: Set<string>;
  /** How folders above what changes look now, by `key`. */
  looks: Map<string, FileInfo | undefined>;
}

/** Turns a plan into operations. The hashes of long files are left to {@linkcode hashLongFiles}. */
export function rollbackOps(store: SnapshotStore, plan: RollbackPlan): RollbackOps {
  const building: Building = {
    store,
    ops: createOpList(),
    objects: new Map(),
    items: [],
    conflicts: [],
    bytes: 0,
    turned: new Map(plan.items.map((item) => [key(item.root.part, item.path), item])),
    checked: new Set(),
    looks: new Map(),
  };
  for (const item of plan.items) {
    refuseUnsafe(store.host, item);
    addItem(building, item);
  }
  return building;
}

/** The store is lifeboat's own, but what it names must still lie below its root. */
function refuseUnsafe({ platform }: Host, { path }: RollbackItem): void {
  const fault = isOwnPath(path) ? "lifeboat's own folder" : relativePathFault(path, platform);
  if (!fault) return;
  throw new LifeboatError("refused", "store_damaged", `A recorded path cannot be used: ${fault}`, {
    hint: "Nothing was changed. See: lifeboat snapshot verify",
  });
}

function oldOf({ look }: RollbackItem): Old {
  if (look.kind === "link") return { kind: "symlink", target: look.target };
  if (look.kind !== "file") return { kind: "absent" };
  return { kind: "file", size: look.size, mtime_ms: look.mtimeMs };
}

function addItem(building: Building, item: RollbackItem): void {
  const { wanted, look } = item;
  if (look.kind === "other") {
    const message = "something that is no file is in its place";
    const { root, path } = item;
    return void building.conflicts.push({ root: root.part, path, code: "not_a_file", message });
  }
  if (look.kind === "folder" && wanted.kind !== "folder") addFolderRemoval(building, item);
  if (wanted.kind === "folder") addFolder(building, item);
  else if (wanted.kind === "file") addFile(building, item, wanted);
  else if (wanted.kind === "link") addLink(building, item, wanted.target);
  else if (look.kind !== "folder" && look.kind !== "absent") addRemoval(building, item);
  if (wanted.kind !== "absent") addFoldersAbove(building, item);
  openFolderAbove(building, item);
  if (item.database) addSidecars(building, item);
}

type Kind = PlanItem["kind"];

function noteItem(
  { items }: Building,
  { root, path }: RollbackItem,
  kind: Kind,
  action: PlanItem["action"],
  bytes = 0,
): void {
  items.push({ root: root.part, path, kind, action, bytes });
}

function attributesOf(building: Building, item: RollbackItem) {
  const { mode, mtimeMs } = building.store.host.fs.lstat(absoluteOf(building.store, item));
  return { mode, mtime_ms: mtimeMs };
}

function addFolderRemoval(building: Building, item: RollbackItem): void {
  const { root, path } = item;
  const old = attributesOf(building, item);
  building.ops.push({ op: "remove_folder", root: root.part, path, old });
  noteItem(building, item, "folder", "set_aside");
}

function addFolder(building: Building, item: RollbackItem): void {
  const { root, path, wanted, look } = item;
  if (wanted.kind !== "folder") return;
  const { mode } = wanted;
  if (look.kind === "folder") {
    const old = attributesOf(building, item);
    building.ops.push({ op: "attributes", root: root.part, path, old, mode });
    return noteItem(building, item, "folder", "overwrite");
  }
  if (look.kind !== "absent") addRemoval(building, item);
  building.ops.push({ op: "folder", root: root.part, path, mode });
  noteItem(building, item, "folder", "create");
}

function actionOf({ look }: RollbackItem): "create" | "overwrite" {
  return look.kind === "absent" || look.kind === "folder" ? "create" : "overwrite";
}

function addFile(building: Building, item: RollbackItem, wanted: FileContent): void {
  const { root, path, sameContent, look } = item;
  const { object, size, mode, mtimeMs } = wanted;
  noteItem(building, item, "file", actionOf(item), sameContent ? 0 : size);
  if (sameContent && look.kind === "file") {
    const old = attributesOf(building, item);
    return void building.ops.push({ op: "attributes", root: root.part, path, old, mode });
  }
  const old = oldOf(item);
  const op: Op = { op: "file", root: root.part, path, old, size, sha256: hashIn(object) };
  building.ops.push(op, { mode, mtimeMs });
  building.objects.set(rootFolder(root.part) + path, object);
  building.bytes += size;
}

/** The hash in an object's name, which begins with it. */
function hashIn(object: string): string {
  return object.slice(0, 64);
}

function addLink(building: Building, item: RollbackItem, target: string): void {
  const { root, path } = item;
  building.ops.push({ op: "link", root: root.part, path, old: oldOf(item), target });
  noteItem(building, item, "link", actionOf(item));
}

function addRemoval(building: Building, item: RollbackItem): void {
  const { root, path, look } = item;
  const bytes = look.kind === "file" ? look.size : 0;
  building.ops.push({ op: "remove", root: root.part, path, old: oldOf(item) });
  noteItem(building, item, look.kind === "file" ? "file" : "link", "set_aside", bytes);
}

/** Nobody recorded them, as when only single files were: they get usual permissions. */
const USUAL_MODE = { home: 0o700, workspace: 0o755 };

/** Folders on the way to what comes back that are gone and that the history does not name. */
function addFoldersAbove(building: Building, { root, path }: RollbackItem): void {
  if (root.form === "file") return;
  for (const folder of foldersAbove(path)) {
    const id = key(root.part, folder);
    if (building.checked.has(id) || building.turned.get(id)?.wanted.kind === "folder") continue;
    building.checked.add(id);
    if (lookAtFolder(building, root, folder)) continue;
    building.ops.push({ op: "folder", root: root.part, path: folder, mode: USUAL_MODE[root.kind] });
    building.items.push({
      root: root.part,
      path: folder,
      kind: "folder",
      action: "create",
      bytes: 0,
    });
  }
}

type Root = RollbackItem["root"];

/** How a folder looks; nothing where it is not, or may not be looked at: staging then says why. */
function lookAtFolder({ store, looks }: Building, root: Root, path: string): FileInfo | undefined {
  const id = key(root.part, path);
  if (!looks.has(id)) looks.set(id, infoAt(store, root, path));
  return looks.get(id);
}

function infoAt(store: SnapshotStore, root: Root, path: string): FileInfo | undefined {
  try {
    return store.host.fs.lstat(absoluteOf(store, { root, path }));
  } catch {
    return undefined;
  }
}

const OWNER = 0o700;

/** A folder that its owner may not write to is opened for the time of the rollback. */
function openFolderAbove(building: Building, { root, path }: RollbackItem): void {
  const [folder] = foldersAbove(path).slice(-1);
  if (folder === undefined || root.form === "file") return;
  const id = key(root.part, folder);
  const info = lookAtFolder(building, root, folder);
  if (info?.kind !== "directory" || (info.mode & OWNER) === OWNER) return;
  if (building.turned.has(id) || building.checked.has(`open ${id}`)) return;
  building.checked.add(`open ${id}`);
  const old = { mode: info.mode, mtime_ms: info.mtimeMs };
  building.ops.push({ op: "attributes", root: root.part, path: folder, old });
}

/** The WAL of the database that leaves would change the one that comes (design.md 1.5). */
function addSidecars(building: Building, item: RollbackItem): void {
  const { root, path } = item;
  if (root.form === "file") return;
  for (const suffix of SIDECARS) {
    const side = path + suffix;
    const look = lookAtPlace(building.store, { root, path: side });
    if (look.kind !== "file" || building.turned.has(key(root.part, side))) continue;
    const old = { kind: "file", size: look.size, mtime_ms: look.mtimeMs } as const;
    building.ops.push({ op: "remove", root: root.part, path: side, old });
    building.items.push({
      root: root.part,
      path: side,
      kind: "file",
      action: "set_aside",
      bytes: look.size,
    });
  }
}

/** The hash of a long file is that of its list until all of it is read. Throws `damaged_object`. */
export function hashLongFiles(store: SnapshotStore, { ops, objects }: RollbackOps): void {
  for (let number = 0; number < ops.length; number++) {
    const op = ops.at(number);
    const object = objects.get(rootFolder(op.root) + op.path);
    if (op.op !== "file" || !object?.endsWith(".list")) continue;
    const hash = sha256();
    for (const piece of readContent(store.objects, object)) hash.update(piece);
    ops.set(number, { ...op, sha256: hash.hex() });
  }
}
