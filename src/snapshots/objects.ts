import {
  ensureDir,
  type FileHandle,
  type FileSystem,
  type Host,
  isNotFound,
  lstatIfThere,
  pathsOf,
  readFile,
  removeIfThere,
} from "../base/mod.ts";
import {
  blobId,
  damagedObject,
  decodeList,
  encodeList,
  isListId,
  MAX_OBJECT_BYTES,
  type ObjectList,
  packObject,
  unpackObject,
} from "./object_format.ts";

/** An object that nothing refers to is spared so long after it was last put, ms. */
export const ORPHAN_GRACE_MS = 60 * 60 * 1000;

/** Put again, an object gets the present time only when its own is older than this, ms. */
const TOUCH_MS = ORPHAN_GRACE_MS / 4;

/** Files that are on their way to the disk at the same time, and open. */
const MANY = 64;

/** The objects of a store. */
export interface Objects {
  /** Where an object lies. */
  pathOf(id: string): string;
  has(id: string): boolean;
  /** The content of a blob. Throws `damaged_object`. */
  blob(id: string): Uint8Array;
  /** Throws `damaged_object`. */
  list(id: string): ObjectList;
  /** Begins to put objects. */
  writer(): ObjectWriter;
  /** A path for a file that is being written; one that is left there goes with a clean-up. */
  temporary(): string;
}

/** Puts objects. None of them may be referred to before `flush` has resolved. */
export interface ObjectWriter {
  putBlob(content: Uint8Array): Promise<string>;
  putList(list: ObjectList): Promise<string>;
  /** Resolves when all that was put is on disk. */
  flush(): Promise<void>;
}

/** The folder of objects; temporary files lie at its top, named so that no object has their names. */
export function openObjects(host: Host, folder: string): Objects {
  const { fs, platform } = host;
  const { join } = pathsOf(platform);
  const pathOf = (id: string) => join(folder, id.slice(0, 2), id);
  const temporary = () => join(folder, `${TEMPORARY}${crypto.randomUUID()}`);
  const read = (id: string) => unpackObject(id, readObject(fs, pathOf(id), id));
  return {
    pathOf,
    has: (id) => lstatIfThere(fs, pathOf(id)) !== undefined,
    blob: read,
    list: (id) => decodeList(id, read(id)),
    writer: () => createWriter(host, pathOf, temporary),
    temporary,
  };
}

function readObject(fs: FileSystem, path: string, id: string): Uint8Array {
  try {
    return readFile(fs, path, MAX_OBJECT_BYTES);
  } catch (error) {
    if (isNotFound(error)) throw damagedObject(id, "it is not there", error);
    throw error;
  }
}

/** Tells what ids objects would have, and stores nothing. */
export const dryWriter: ObjectWriter = {
  putBlob: (content) => Promise.resolve(blobId(content)),
  putList: (list) => Promise.resolve(encodeList(list).id),
  flush: () => Promise.resolve(),
};

/** The beginning of the names of files that are being written. */
export const TEMPORARY = "new-";

function createWriter(
  host: Host,
  pathOf: (id: string) => string,
  makeTemporary: () => string,
): ObjectWriter {
  const { fs, platform } = host;
  const { dirname } = pathsOf(platform);
  const put = new Set<string>();
  const onTheWay: Promise<void>[] = [];
  const unsynced = new Set<string>();

  async function write(id: string, content: Uint8Array): Promise<void> {
    const target = pathOf(id);
    ensureDir(fs, dirname(target), platform);
    const temporary = makeTemporary();
    const file = fs.open(temporary, { createNew: true, mode: 0o600 });
    try {
      await fill(file, packObject(id, content));
      fs.rename(temporary, target);
      unsynced.add(dirname(target));
    } catch (error) {
      removeIfThere(fs, temporary);
      throw error;
    }
  }

  async function putObject(id: string, content: Uint8Array): Promise<string> {
    if (put.has(id)) return id;
    put.add(id);
    if (keptYoung(host, pathOf(id))) return id;
    const written = write(id, content); // has taken the content when it first waits
    written.catch(() => {}); // seen in flush
    onTheWay.push(written);
    if (onTheWay.length >= MANY) await settle(onTheWay);
    return id;
  }

  return {
    putBlob: (content) => putObject(blobId(content), content),
    putList(list) {
      const { id, content } = encodeList(list);
      return putObject(id, content);
    },
    async flush() {
      await settle(onTheWay);
      for (const one of unsynced) fs.syncDir(one);
      unsynced.clear();
    },
  };
}

async function fill(file: FileHandle, bytes: Uint8Array): Promise<void> {
  try {
    file.write(bytes);
    await file.syncSoon();
  } finally {
    file.close();
  }
}

async function settle(promises: Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(promises.splice(0));
  for (const result of results) if (result.status === "rejected") throw result.reason;
}

/**
 * Whether an object is there; it then must not look like an old orphan, since it is about to be
 * referred to again.
 */
function keptYoung({ fs, now }: Host, path: string): boolean {
  try {
    const time = now().getTime();
    if (time - fs.lstat(path).mtimeMs > TOUCH_MS) fs.setMtime(path, time);
    return true;
  } catch (error) {
    if (isNotFound(error)) return false; // or a clean-up was faster
    throw error;
  }
}

/** The pieces of content, in order. Throws `damaged_object`. */
export function* readContent(objects: Objects, id: string): Generator<Uint8Array> {
  if (!isListId(id)) return yield objects.blob(id);
  for (const part of objects.list(id).parts) yield* readContent(objects, part);
}
