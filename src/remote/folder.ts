import {
  delay,
  ensureDir,
  type Host,
  isNotFound,
  LifeboatError,
  lstatIfThere,
  md5Of,
  pathsOf,
  publish,
  readFile,
  readFully,
  relativePathFault,
  removeIfThere,
  replaceFile,
  sha256,
  sha256Of,
  statIfThere,
  withFile,
} from "../base/mod.ts";
import type { Backend, ObjectInfo, Part, Upload } from "./backend.ts";
import { folderFault, noSuchObject, RemoteFault, shortRead } from "./faults.ts";

/**
 * What makes a folder a backend. A disk that is not connected leaves an empty folder where it is
 * usually mounted: without this file in it, nothing is written there.
 */
const MARKER = ".lifeboat-backend.json";

/** Makes a folder that exists a backend; one that is one already stays as it is. */
export function markFolder(host: Host, path: string): void {
  if (statIfThere(host.fs, path)?.kind !== "directory") {
    throw new LifeboatError("missing", "no_such_folder", `There is no folder ${path}`, {
      hint: "Connect the disk, or make the folder first.",
    });
  }
  const marker = pathsOf(host.platform).join(path, MARKER);
  try {
    if (lstatIfThere(host.fs, marker)) return;
    replaceFile(host.fs, marker, '{"format":"lifeboat-backend","version":1}\n', host.platform);
  } catch (cause) {
    throw folderFault(path, cause);
  }
}

interface Meta {
  size: number;
  sha256: string;
}

const MOST_META = 64 << 10;

/**
 * A folder on an external disk or a NAS. An object is a file of its key; a hidden file beside it
 * holds its SHA-256. Names that begin with a dot are no objects.
 */
export function folderBackend(host: Host, root: string): Backend {
  const { fs, platform } = host;
  const { join, dirname, basename } = pathsOf(platform);

  /** Runs after a look whether the disk is there; what the system refuses becomes a remote fault. */
  async function on<T>(act: () => T | Promise<T>): Promise<T> {
    try {
      if (!lstatIfThere(fs, join(root, MARKER))) throw notMounted(root);
      return await act();
    } catch (error) {
      throw folderFault(root, error);
    }
  }

  function pathOf(key: string): string {
    const fault = relativePathFault(key, platform);
    if (!fault) return join(root, ...key.split("/"));
    throw new LifeboatError("refused", "bad_key", `${root} cannot hold ${key}: ${fault}`);
  }

  const beside = (key: string, suffix: string) => {
    const path = pathOf(key);
    return join(dirname(path), `.${basename(path)}.${suffix}`);
  };
  const partialOf = ({ key, id }: Upload) => beside(key, `${id}.partial`);

  function writeMeta(key: string, meta: Meta): void {
    replaceFile(fs, beside(key, "meta"), JSON.stringify(meta) + "\n", platform);
  }

  function readMeta(key: string): Partial<Meta> {
    try {
      return JSON.parse(new TextDecoder().decode(readFile(fs, beside(key, "meta"), MOST_META)));
    } catch {
      return {}; // then its hash is not known, and it counts as another object
    }
  }

  function put(key: string, bytes: Uint8Array<ArrayBuffer>): void {
    ensureDir(fs, dirname(pathOf(key)), platform);
    writeMeta(key, { size: bytes.length, sha256: sha256Of(bytes) });
    replaceFile(fs, pathOf(key), bytes, platform);
  }

  function putPart(upload: Upload, number: number, bytes: Uint8Array<ArrayBuffer>): Part {
    withFile(fs.open(partialOf(upload), { write: true }), (file) => {
      file.seek((number - 1) * upload.partSize);
      file.write(bytes);
    });
    const md5 = md5Of(bytes);
    return { number, size: bytes.length, tag: md5, md5 };
  }

  async function parts(upload: Upload): Promise<Part[] | undefined> {
    const path = partialOf(upload);
    if (!lstatIfThere(fs, path)) return undefined;
    const found: Part[] = [];
    const count = Math.ceil(upload.size / upload.partSize);
    const file = fs.open(path);
    try {
      for (let number = 1; number <= count; number++) {
        const at = (number - 1) * upload.partSize;
        const bytes = new Uint8Array(Math.min(upload.partSize, upload.size - at));
        file.seek(at);
        if (readFully(file, bytes) < bytes.length) break;
        const md5 = md5Of(bytes);
        found.push({ number, size: bytes.length, tag: md5, md5 });
        await delay(0, host.signal);
      }
    } finally {
      file.close();
    }
    return found;
  }

  async function hashOf(path: string): Promise<Meta> {
    const hash = sha256();
    let size = 0;
    const file = fs.open(path);
    try {
      const buffer = new Uint8Array(4 << 20);
      for (let n = file.read(buffer); n > 0; n = file.read(buffer)) {
        hash.update(buffer.subarray(0, n));
        size += n;
        await delay(0, host.signal);
      }
    } finally {
      file.close();
    }
    return { size, sha256: hash.hex() };
  }

  async function complete(upload: Upload): Promise<void> {
    const path = partialOf(upload);
    const meta = await hashOf(path);
    if (meta.size !== upload.size || meta.sha256 !== upload.sha256) {
      throw new RemoteFault("remote_damaged", `What was written to ${path} is not what was sent`, {
        hint: "Check that disk.",
      });
    }
    withFile(fs.open(path, { write: true }), (file) => file.sync());
    writeMeta(upload.key, meta);
    publish(fs, path, pathOf(upload.key), platform);
  }

  function get(key: string, at: number, bytes: number): Uint8Array<ArrayBuffer> {
    const path = pathOf(key);
    if (!statIfThere(fs, path)) throw noSuchObject(root, key);
    return withFile(fs.open(path), (file) => {
      const into = new Uint8Array(bytes);
      file.seek(at);
      const got = readFully(file, into);
      if (got < bytes) throw shortRead(root, key, got, bytes);
      return into;
    });
  }

  function head(key: string): ObjectInfo | undefined {
    const info = statIfThere(fs, pathOf(key));
    if (info?.kind !== "file") return undefined;
    const meta = readMeta(key);
    const known = meta.size === info.size ? meta.sha256 : undefined;
    return { key, size: info.size, ...(known && { sha256: known }) };
  }

  function* walk(folder: string, below: string, prefix: string): Generator<ObjectInfo> {
    for (const { name, kind } of fs.list(folder).entries) {
      if (name.startsWith(".")) continue;
      const path = join(folder, name);
      const key = below === "" ? name : `${below}/${name}`;
      const isWanted = key.startsWith(prefix) || prefix.startsWith(`${key}/`);
      if (!isWanted) continue; // a disk may hold much else
      if (kind === "directory") yield* walk(path, key, prefix);
      else if (kind === "file") yield { key, size: fs.lstat(path).size };
    }
  }

  function list(prefix: string): ObjectInfo[] {
    const below = prefix.slice(0, prefix.lastIndexOf("/") + 1).slice(0, -1);
    const folder = below === "" ? root : pathOf(below);
    if (statIfThere(fs, folder)?.kind !== "directory") return [];
    return [...walk(folder, below, prefix)].filter(({ key }) => key.startsWith(prefix))
      .sort((a, b) => a.key < b.key ? -1 : 1);
  }

  function remove(key: string): void {
    for (const path of [pathOf(key), beside(key, "meta")]) {
      try {
        fs.remove(path);
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
    }
  }

  return {
    place: root,
    put: (key, bytes) => on(() => put(key, bytes)),
    begin: ({ key, ...rest }) =>
      on(() => {
        ensureDir(fs, dirname(pathOf(key)), platform);
        const id = crypto.randomUUID();
        fs.open(partialOf({ key, id, ...rest }), { createNew: true, mode: 0o600 }).close();
        return id;
      }),
    putPart: (upload, number, bytes) => on(() => putPart(upload, number, bytes)),
    parts: (upload) => on(() => parts(upload)),
    complete: (upload) => on(() => complete(upload)),
    abort: (upload) => on(() => removeIfThere(fs, partialOf(upload))),
    get: (key, at, bytes) => on(() => get(key, at, bytes)),
    head: (key) => on(() => head(key)),
    list: (prefix) => on(() => list(prefix)),
    remove: (key) => on(() => remove(key)),
  };
}

function notMounted(root: string): RemoteFault {
  return new RemoteFault("remote_unreachable", `${root} is not the folder it was`, {
    hint: `Connect the disk. Is it really there? Then: lifeboat backends add folder --path ${root}`,
  });
}
