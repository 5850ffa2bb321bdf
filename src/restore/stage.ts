/** Staging: every new file is written, verified and on disk before the home is touched. */
import type { Backup, Delivery } from "../archive/mod.ts";
import {
  checkInterrupt,
  errnoOf,
  type FileHandle,
  type Host,
  LifeboatError,
  pathsOf,
  realFs,
  removeIfThere,
  setAttributes,
  sha256,
  sha256OfFile,
} from "../base/mod.ts";
import { type FileOp, isMove, type LinkOp, type MoveOp } from "./journal_types.ts";
import { type Site, stagedFolderOf, stagedOf, targetOf } from "./layout.ts";
import { createOpList, type OpList } from "./op_list.ts";
import type { Plan } from "./planner.ts";
import { type Waiting, type WaitingFiles, waitingFiles } from "./waiting.ts";

/** What was staged: the operations as the journal gets them, and links that cannot be made here. */
export interface Staged {
  ops: OpList;
  /** Links that this file system does not have, or this user may not make. */
  lostLinks: LinkOp[];
}

/**
 * Stages all new files and links of a plan. Throws `damaged_archive` when a file of the backup is
 * not what its manifest says.
 */
export async function stage(site: Site, backup: Backup, plan: Plan): Promise<Staged> {
  const links = plan.ops.values().filter((op) => op.op === "link").toArray();
  const lostLinks = links.length === 0 || canMakeLinks(site) ? [] : links;
  const ops = lostLinks.length === 0 ? plan.ops : withoutLinks(plan.ops);
  await stageFiles(site, backup, waitingFiles(plan, ops));
  for (let number = 0; number < ops.length; number++) {
    checkInterrupt(site.host);
    const op = ops.at(number);
    if (op.op === "link") stageLink(site, op, number, plan);
    if (isMove(op)) describeOld(site, ops, number, op);
  }
  for (const root of site.roots) site.host.fs.syncDir(stagedFolderOf(site, root));
  return { ops, lostLinks };
}

function withoutLinks(all: OpList): OpList {
  const ops = createOpList();
  for (let number = 0; number < all.length; number++) {
    const op = all.at(number);
    if (op.op !== "link") ops.push(op, all.stagingOf(number));
  }
  return ops;
}

/** What systems say where there are no links. ENOSYS, as of exFAT in user space, Deno gives no name. */
const NO_LINKS = new Set(["EPERM", "EACCES", "ENOTSUP", "EOPNOTSUPP"]);

/** Windows lets only some users make links, and some file systems have none. */
function canMakeLinks(site: Site): boolean {
  const probe = pathsOf(site.host.platform).join(stagedFolderOf(site, site.roots[0]), "probe");
  try {
    site.host.fs.symlink("probe", probe, "file");
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === undefined || NO_LINKS.has(errno)) return false;
    throw error;
  }
  site.host.fs.remove(probe);
  return true;
}

async function stageFiles(site: Site, backup: Backup, files: WaitingFiles): Promise<void> {
  const { host } = site;
  if (files.size === 0) return;
  const asOne = syncsAsOne(site, files.size);
  const progress = startProgress(host, files);
  const delivery = deliveryOf(site, files, asOne, progress);
  const onTheWay: Promise<void>[] = [];
  try {
    await backup.visit((path) => files.has(path), async ({ path, sha256 }, chunks) => {
      checkInterrupt(host);
      const waiting = files.get(path)!;
      files.delete(path);
      const content = { chunks, sha256 };
      // A worker that died may have left a part of it.
      if (delivery) removeIfThere(host.fs, stagedOf(site, waiting.op, waiting.number));
      const file = await writeFile(site, waiting, content, progress.wrote);
      if (asOne) {
        file.close();
        complete(site, waiting);
      } else onTheWay.push(handled(syncFile(site, waiting, file)));
      if (onTheWay.length === MANY) await settle(onTheWay);
      progress.done();
    }, delivery);
  } finally {
    await settle(onTheWay);
  }
  if (asOne) { for (const root of site.roots) host.fs.syncAll(stagedFolderOf(site, root)); }
  const [missing] = files.values();
  if (missing) throw damaged(missing.file.stored, "it is not in the backup");
}

interface Progress {
  done(): void;
  /** Bytes that this thread has written. */
  wrote(bytes: number): void;
  /** All that workers have written so far. */
  delivered(bytes: number): void;
}

function startProgress(host: Host, files: WaitingFiles): Progress {
  const [totalFiles, totalBytes] = [files.size, sumOf(files)];
  let [done, here, there] = [0, 0, 0];
  const tell = () =>
    host.progress({
      phase: "restoring",
      files: done,
      totalFiles,
      bytes: here + there,
      totalBytes,
    });
  return {
    done: () => void done++,
    wrote: (bytes) => (here += bytes, tell()),
    delivered: (bytes) => (there = bytes, tell()),
  };
}

/**
 * What workers may write by themselves: they have the file system of this machine and no other. They
 * wait for the disk where all files are synced as one, or are few.
 */
function deliveryOf(
  site: Site,
  files: WaitingFiles,
  asOne: boolean,
  progress: Progress,
): Delivery | undefined {
  if (site.host.fs !== realFs || !(asOne || files.size < MANY_FILES)) return undefined;
  return {
    orderOf(path) {
      const waiting = files.get(path);
      if (!waiting) return undefined;
      const { op, number, file: { mode, mtimeMs } } = waiting;
      const { size: bytes, sha256 } = op;
      return { to: stagedOf(site, op, number), bytes, sha256, mode, mtimeMs, sync: !asOne };
    },
    done(path) {
      files.delete(path);
      progress.done();
    },
    progress: progress.delivered,
  };
}

/** From so many files on, one sync of the whole file system takes less than one of each file. */
const MANY_FILES = 32;

function syncsAsOne(site: Site, files: number): boolean {
  const { fs } = site.host;
  return files >= MANY_FILES &&
    site.roots.every((root) => fs.canSyncAll(stagedFolderOf(site, root)));
}

/** Files that are on their way to the disk at the same time, and open. */
const MANY = 64;

/** A promise whose failure is seen later, in {@linkcode settle}. */
function handled(promise: Promise<void>): Promise<void> {
  promise.catch(() => {});
  return promise;
}

async function settle(promises: Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(promises.splice(0));
  for (const result of results) if (result.status === "rejected") throw result.reason;
}

function sumOf(files: WaitingFiles): number {
  let bytes = 0;
  for (const { op } of files.values()) bytes += op.size;
  return bytes;
}

function damaged(path: string, what: string): LifeboatError {
  return new LifeboatError("failed", "damaged_archive", `${path} cannot be restored: ${what}`, {
    hint: "Nothing was restored. Find out what is damaged with: lifeboat verify",
  });
}

/** What is written, and its SHA-256 where that is known already. */
interface Content {
  chunks: AsyncIterable<Uint8Array>;
  sha256?: string;
}

/** Writes a file and compares it with the manifest; it is still open then. */
async function writeFile(
  site: Site,
  { op, number, file }: Waiting,
  content: Content,
  progress: (bytes: number) => void,
): Promise<FileHandle> {
  const target = site.host.fs.open(stagedOf(site, op, number), { createNew: true, mode: 0o600 });
  try {
    const hash = await copyChunks(target, op, content, progress);
    if (hash !== op.sha256) throw damaged(file.stored, "its content is not what was backed up");
    return target;
  } catch (error) {
    target.close();
    throw error;
  }
}

/** Waits for the disk, then closes a file. */
async function syncFile(site: Site, waiting: Waiting, target: FileHandle): Promise<void> {
  try {
    await target.syncSoon();
  } finally {
    target.close();
  }
  complete(site, waiting);
}

/** Time and permissions are set when nothing is written any more. */
function complete(site: Site, { op, number, file: { mode, mtimeMs } }: Waiting): void {
  setAttributes(site.host.fs, stagedOf(site, op, number), { mode, mtimeMs });
}

async function copyChunks(
  target: FileHandle,
  op: FileOp,
  { chunks, sha256: known }: Content,
  progress: (bytes: number) => void,
): Promise<string> {
  const hash = known === undefined ? sha256() : undefined;
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > op.size) throw damaged(op.path, "it is longer than it was");
    hash?.update(chunk);
    target.write(chunk);
    progress(chunk.length);
  }
  return hash?.hex() ?? known!;
}

function stageLink(site: Site, op: LinkOp, number: number, plan: Plan): void {
  const path = stagedOf(site, op, number);
  site.host.fs.symlink(op.target, path, leadsToFolder(site.host, op, plan) ? "directory" : "file");
}

/** Windows wants to know what a link leads to. */
function leadsToFolder(host: Host, op: LinkOp, { manifest }: Plan): boolean {
  const { join, dirname } = pathsOf("linux");
  const end = join(dirname(op.path), op.target);
  return host.platform === "windows" &&
    manifest.directories.some((folder) => folder.root === op.root && folder.relative_path === end);
}

/** The old file's hash is noted, so that undoing can tell what it was; not all are known yet. */
function describeOld(site: Site, ops: OpList, number: number, op: MoveOp): void {
  if (op.old.kind !== "file" || op.old.sha256) return;
  const { fs } = site.host;
  try {
    const old = { ...op.old, sha256: sha256OfFile(fs, targetOf(site, op)) };
    ops.set(number, { ...op, old });
  } catch {
    // It cannot be read, or has just gone. It is kept as it is, whatever it is.
  }
}
