import {
  checkInterrupt,
  createGarbageCounter,
  ensureDir,
  type Host,
  LifeboatError,
  md5Of,
  pathsOf,
  readFile,
  readFully,
  readText,
  removeIfThere,
  replaceFile,
  sha256,
  sha256Of,
  statIfThere,
} from "../base/mod.ts";
import type { Backend, Part, Upload } from "./backend.ts";
import { RemoteFault } from "./faults.ts";

/** A file that becomes an object. */
export interface FileToUpload {
  path: string;
  key: string;
  /** Bytes. */
  size: number;
  /** Upper-case hex; what is read is compared with it. */
  sha256: string;
}

/** Bytes of a part, unless more than {@linkcode MOST_PARTS} would be needed; S3 asks for 5 MiB. */
const PART_BYTES = 5 << 20;
/** Bytes in memory at a time, of which `fetch` makes two copies. */
const MOST_BYTES = 20 << 20;
/** S3 takes 10,000. */
const MOST_PARTS = 9_000;

/** How an upload is cut; tests make smaller parts. */
export interface UploadTuning {
  partBytes?: number;
}

function partSizeFor(size: number, least: number): number {
  const needed = Math.ceil(size / MOST_PARTS);
  return needed <= least ? least : Math.ceil(needed / (1 << 20)) * (1 << 20);
}

/** Where it is written down that an upload has begun, so that the next run goes on with it. */
function noteOf(host: Host, backend: Backend, file: FileToUpload): string {
  const { join } = pathsOf(host.platform);
  const folder = join(host.folders.state, "uploads");
  ensureDir(host.fs, folder, host.platform);
  return join(folder, `${sha256Of(`${backend.place}\n${file.key}`).slice(0, 32)}.json`);
}

function readNote(host: Host, path: string): Partial<Upload> {
  try {
    return JSON.parse(readText(host.fs, path, 64 << 10));
  } catch {
    return {}; // there is none, or it is of no use: the upload begins anew
  }
}

/** The upload that an earlier run has left, with the parts that arrived; or a new one. */
async function startOrResume(
  host: Host,
  backend: Backend,
  file: FileToUpload,
  partSize: number,
): Promise<{ upload: Upload; stored: Part[] }> {
  const { key, size, sha256 } = file;
  const plan = { key, size, sha256, partSize };
  const path = noteOf(host, backend, file);
  const note = readNote(host, path);
  if (typeof note.id === "string" && note.key === key) {
    const upload = { ...plan, id: note.id };
    const isSame = note.size === size && note.sha256 === sha256 && note.partSize === partSize;
    const stored = isSame ? await backend.parts(upload) : undefined;
    if (stored) return { upload, stored };
    if (!isSame) await backend.abort(upload);
  }
  const upload = { ...plan, id: await backend.begin(plan) };
  replaceFile(host.fs, path, JSON.stringify(upload) + "\n", host.platform);
  return { upload, stored: [] };
}

function changed({ path }: FileToUpload): LifeboatError {
  const message = `${path} is not what its SHA-256 says, so it was not uploaded`;
  return new LifeboatError("failed", "damaged_archive", message, {
    hint: `See what is wrong with: lifeboat verify ${path}`,
  });
}

/** Sends the parts that are not there yet, some at a time; the file is read once, in order. */
async function sendParts(
  host: Host,
  backend: Backend,
  file: FileToUpload,
  { upload, stored }: { upload: Upload; stored: Part[] },
): Promise<Part[]> {
  const { size, partSize } = upload;
  const atOnce = Math.min(4, Math.max(1, Math.floor(MOST_BYTES / partSize)));
  const parts: Part[] = [];
  const there = new Map(stored.map((part) => [part.number, part]));
  const hash = sha256();
  let sent = 0;

  const letGo = createGarbageCounter(MOST_BYTES);

  async function send(number: number, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const part = there.get(number);
    const isSame = part?.size === bytes.length && part.md5 === md5Of(bytes);
    parts[number - 1] = isSame ? part : await backend.putPart(upload, number, bytes);
    sent += bytes.length;
    letGo(bytes.length);
    host.progress({ phase: "uploading", files: 0, bytes: sent, totalBytes: size });
  }

  const running = new Set<Promise<void>>();
  const free: Uint8Array<ArrayBuffer>[] = []; // used again, since V8 lets go of large ones late
  const input = host.fs.open(file.path);
  try {
    for (let at = 0, number = 1; at < size; at += partSize, number++) {
      checkInterrupt(host);
      const buffer = free.pop() ?? new Uint8Array(partSize);
      const bytes = buffer.subarray(0, Math.min(partSize, size - at));
      if (readFully(input, bytes) < bytes.length) throw changed(file);
      hash.update(bytes);
      const work: Promise<void> = send(number, bytes).then(() => {
        running.delete(work);
        free.push(buffer);
      });
      work.catch(() => {}); // it stays in the set, and is met there
      running.add(work);
      if (running.size >= atOnce) await Promise.race(running);
    }
    await Promise.all(running);
  } finally {
    input.close();
    await Promise.allSettled(running);
  }
  if (hash.hex() !== upload.sha256) throw changed(file);
  return parts;
}

/** Whether an object is the file: by its size and the SHA-256 stored with it. */
export async function isStored(
  backend: Backend,
  { key, size, sha256 }: Omit<FileToUpload, "path">,
): Promise<boolean> {
  const info = await backend.head(key);
  return info?.size === size && info.sha256 === sha256;
}

async function uploadParts(
  host: Host,
  backend: Backend,
  file: FileToUpload,
  partSize: number,
): Promise<void> {
  const started = await startOrResume(host, backend, file, partSize);
  const { upload } = started;
  const note = noteOf(host, backend, file);
  try {
    const parts = await sendParts(host, backend, file, started);
    await backend.complete(upload, parts);
  } catch (error) {
    // When the answer to the last step was lost, a second try finds nothing left to complete.
    if (error instanceof LifeboatError && error.kind === "remote") {
      if (await isStored(backend, file).catch(() => false)) return removeIfThere(host.fs, note);
    }
    if (error instanceof LifeboatError && error.code === "damaged_archive") {
      await backend.abort(upload);
      removeIfThere(host.fs, note);
    }
    throw error; // what has arrived stays for the next run
  }
  removeIfThere(host.fs, note);
}

async function uploadWhole(host: Host, backend: Backend, file: FileToUpload): Promise<void> {
  const bytes = readFile(host.fs, file.path, file.size);
  if (sha256Of(bytes) !== file.sha256) throw changed(file);
  await backend.put(file.key, bytes);
  host.progress({ phase: "uploading", files: 0, bytes: file.size, totalBytes: file.size });
}

/**
 * Uploads a file in parts of bounded memory, going on where an earlier run was cut off, and checks
 * afterwards that the backend has it. Throws `damaged_archive` when the file is not what its hash
 * says, and errors of kind `remote`.
 */
export async function uploadFile(
  host: Host,
  backend: Backend,
  file: FileToUpload,
  { partBytes = PART_BYTES }: UploadTuning = {},
): Promise<void> {
  if (statIfThere(host.fs, file.path)?.size !== file.size) throw changed(file);
  if (file.size <= partBytes) await uploadWhole(host, backend, file);
  else await uploadParts(host, backend, file, partSizeFor(file.size, partBytes));
  if (await isStored(backend, file)) return;
  throw new RemoteFault("remote_damaged", `${backend.place} has something else as ${file.key}`, {
    hint: "Upload it again with: lifeboat sync ID --force",
  });
}
