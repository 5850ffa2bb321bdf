import { crc32, createPulse, type Host, type Pulse } from "../base/mod.ts";
import { equalBytes } from "./byte_reader.ts";
import { collectSignature, type Container, type ReadableFile, type Wanted } from "./container.ts";
import { badManifest, damaged, notABackup } from "./faults.ts";
import { MANIFEST_PATH, SIGNATURE_PATH } from "./format.ts";
import { inflateStream, inflateWhole } from "./inflate.ts";
import { allowanceOf, type ReadLimits } from "./limits.ts";
import { createNameReader, createPathGuard } from "./path_checks.ts";
import { type SourceFile } from "./source_file.ts";
import { LOCAL_BYTES, readZipDirectory, type ZipEntry } from "./zip_directory.ts";

/** Up to this size, an entry is inflated at once: a stream for each would cost 0.1 ms. */
const WHOLE_BYTES = 4 << 20;

const LOCAL_SIGNATURE = 0x04034b50;

/** Where the content begins. The local header must agree with the directory. */
function contentPlace(source: SourceFile, entry: ZipEntry): number {
  const name = new TextEncoder().encode(entry.name);
  const header = source.read(entry.at, LOCAL_BYTES + name.length);
  const data = new DataView(header.buffer);
  const at = entry.at + header.length + data.getUint16(28, true);
  const agrees = data.getUint32(0, true) === LOCAL_SIGNATURE &&
    data.getUint16(8, true) === entry.method &&
    data.getUint16(26, true) === name.length &&
    equalBytes(header.subarray(LOCAL_BYTES), name) &&
    at + entry.packed <= entry.end;
  if (!agrees) throw damaged(source.path, `${entry.name} is not where its directory says`);
  return at;
}

async function* unpack(source: SourceFile, entry: ZipEntry): AsyncGenerator<Uint8Array> {
  const { packed, bytes, method } = entry;
  const at = contentPlace(source, entry);
  if (method === 0) {
    if (packed !== bytes) throw damaged(source.path, `${entry.name} has two different sizes`);
    yield* source.range(at, packed);
  } else if (Math.max(packed, bytes) <= WHOLE_BYTES) {
    yield inflateWhole(source.path, source.read(at, packed), bytes);
  } else {
    yield* inflateStream(source.path, source.range(at, packed), { bytes: packed, raw: bytes });
  }
}

async function* checked(
  source: SourceFile,
  entry: ZipEntry,
  pulse: Pulse,
): AsyncGenerator<Uint8Array> {
  let crc = 0;
  for await (const chunk of unpack(source, entry)) {
    await pulse();
    crc = crc32(chunk, crc);
    yield chunk;
  }
  if (crc !== entry.crc) throw damaged(source.path, `the checksum of ${entry.name} does not match`);
}

/** The stored paths of all files, checked. */
function filesIn(source: SourceFile, limits: ReadLimits): Map<string, ZipEntry> {
  const allowance = allowanceOf(source.path, source.size, limits);
  const nameOf = createNameReader(source.path);
  const guard = createPathGuard(source.path, "linux", limits.members);
  const files = new Map<string, ZipEntry>();
  for (const entry of readZipDirectory(source, limits.members)) {
    allowance.spend(entry.bytes);
    const stored = nameOf(entry.name, entry.kind);
    if (stored === undefined) continue;
    guard.admit(stored, entry.kind);
    if (entry.kind === "file") files.set(stored, entry);
  }
  return files;
}

/** A zip: its central directory tells where everything is. */
export function openZip(host: Host, source: SourceFile, limits: ReadLimits): Container {
  const { path } = source;
  const entries = filesIn(source, limits);

  async function* files(wanted: Wanted): AsyncGenerator<ReadableFile> {
    const pulse = createPulse(host);
    for (const [stored, entry] of entries) {
      await pulse();
      const { bytes, mode, mtimeMs } = entry;
      if (!wanted(stored)) continue;
      yield { path: stored, bytes, mode, mtimeMs, chunks: checked(source, entry, pulse) };
    }
  }

  async function* manifest(): AsyncGenerator<Uint8Array> {
    const entry = entries.get(MANIFEST_PATH);
    if (!entry) throw notABackup(path, "there is no manifest.json in it");
    if (entry.bytes > limits.manifestBytes) throw badManifest(path, `it has ${entry.bytes} bytes`);
    yield* checked(source, entry, createPulse(host));
  }

  async function signature(): Promise<Uint8Array | undefined> {
    const entry = entries.get(SIGNATURE_PATH);
    return entry && await collectSignature(checked(source, entry, createPulse(host)));
  }

  const { close } = source;
  return { form: "zip", source: path, indexed: true, files, manifest, signature, close };
}
