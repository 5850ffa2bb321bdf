/**
 * The files beside a database that belong to its old content. Left in place, a WAL or a hot journal
 * would change the restored database the moment it is opened, with no error (design.md 1.5).
 */
import type { Backup } from "../archive/mod.ts";
import { readFully, withFile } from "../base/mod.ts";
import type { TargetRoot } from "./journal_types.ts";
import { pathBelow } from "./layout.ts";
import { folderOf, key, mainByName, SIDECARS } from "./paths.ts";
import { at, folderState, oldOf, type PlannedFile, type Planner } from "./planner.ts";
import { contentPath } from "./waiting.ts";

const MAGIC = new TextEncoder().encode("SQLite format 3\0");

/**
 * Plans that the old sidecars of every database that comes back, or is there, leave the home.
 *
 * @param belongs says of one that is there that it is no old one
 */
export async function planSidecars(
  planner: Planner,
  belongs: (root: TargetRoot, path: string) => boolean = () => false,
): Promise<void> {
  const found: { file: PlannedFile; sidecars: string[] }[] = [];
  for (const { file, paths } of planner.besideSidecars) {
    await planner.pulse();
    const sidecars = paths.filter((path) => !isInBackup(planner, file.root, path))
      .filter((path) => !belongs(file.root, path));
    if (sidecars.length > 0 && wouldChange(planner, file, sidecars)) found.push({ file, sidecars });
  }
  const isDatabase = await databasesAmong(planner, found.map(({ file }) => file));
  for (const { file, sidecars } of found) {
    if (isDatabase(file)) { for (const path of sidecars) planRemoval(planner, file.root, path); }
  }
}

/** What comes back itself, or stays because it is the same, is no sidecar of the old database. */
function isInBackup({ plan: { items, manifest } }: Planner, root: TargetRoot, path: string) {
  return items.hasSidecar(root.id, path) ||
    manifest.directories.some((one) => one.root === root.id && one.relative_path === path);
}

/** Notes what lies beside a planned file as the sidecars of a database would. */
export function noteSidecars(planner: Planner, file: PlannedFile): void {
  const { root, path } = file;
  const names = sidecarsIn(planner, root, folderOf(path));
  if (names.size === 0) return;
  const name = path.slice(path.lastIndexOf("/") + 1);
  const found = SIDECARS.filter((suffix) => names.has(name + suffix));
  if (found.length === 0) return;
  planner.besideSidecars.push({ file, paths: found.map((suffix) => path + suffix) });
}

/** Looks at the names of a folder once, not three times for each file in it. */
function sidecarsIn(planner: Planner, root: TargetRoot, folder: string): Set<string> {
  if (root.kind === "file") return NONE;
  const { host, sidecars } = planner;
  const id = key(root.id, folder);
  const known = sidecars.get(id);
  if (known) return known;
  const there = folderState(planner, root, folder) === "there";
  const entries = there ? host.fs.list(pathBelow(host, root, folder)).entries : [];
  const names = entries.map(({ name }) => name).filter((name) => mainByName(name) !== undefined);
  const found = names.length === 0 ? NONE : new Set(names);
  sidecars.set(id, found);
  return found;
}

const NONE: Set<string> = new Set();

/** Beside a database that stays as it is, only a WAL or journal with something in it matters. */
function wouldChange(planner: Planner, file: PlannedFile, sidecars: string[]): boolean {
  if (file.action !== "unchanged") return true;
  return sidecars.some((path) =>
    !path.endsWith("-shm") && (at(planner, file.root, path)?.size ?? 0) > 0
  );
}

/** Tells which of some files are databases: by the manifest, the target, or the backup's bytes. */
async function databasesAmong(planner: Planner, files: PlannedFile[]) {
  const unknown = new Set<string>();
  const databases = new Set<PlannedFile>();
  const storedOf = ({ root, path }: PlannedFile) =>
    contentPath(planner.plan, { root: root.id, path });
  for (const file of files) {
    if (file.entry.method === "sqlite_backup" || isDatabaseHere(planner, file)) databases.add(file);
    else unknown.add(storedOf(file));
  }
  const stored = await databasesStored(planner.options.backup, unknown);
  return (file: PlannedFile) => databases.has(file) || stored.has(storedOf(file));
}

function isDatabaseHere({ host }: Planner, { root, path }: PlannedFile): boolean {
  try {
    const start = new Uint8Array(MAGIC.length);
    withFile(host.fs.open(pathBelow(host, root, path)), (file) => readFully(file, start));
    return startsWithMagic(start);
  } catch {
    return false; // nothing there, or not to be read: the backup decides
  }
}

function startsWithMagic(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, index) => bytes[index] === byte);
}

async function databasesStored(backup: Backup, wanted: Set<string>): Promise<Set<string>> {
  const databases = new Set<string>();
  if (wanted.size === 0) return databases;
  await backup.visit((path) => wanted.has(path), async ({ path }, chunks) => {
    if (startsWithMagic(await firstBytes(chunks, MAGIC.length))) databases.add(path);
  });
  return databases;
}

async function firstBytes(chunks: AsyncIterable<Uint8Array>, count: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(count);
  let at = 0;
  for await (const chunk of chunks) {
    const piece = chunk.subarray(0, count - at);
    bytes.set(piece, at);
    at += piece.length;
    if (at === count) break;
  }
  return bytes;
}

/** Plans that a file or link leaves its place, and nothing takes it. */
export function planRemoval(planner: Planner, root: TargetRoot, path: string): void {
  const { plan } = planner;
  const info = at(planner, root, path);
  const old = oldOf(planner, root, path, info);
  if (!info || !old) return; // no file: SQLite reads none then
  const kind = info.kind === "symlink" ? "link" : "file";
  const bytes = kind === "file" ? info.size : 0;
  plan.items.push({ root: root.id, path, kind, action: "set_aside", bytes });
  plan.ops.push({ op: "remove", root: root.id, path, old });
}
