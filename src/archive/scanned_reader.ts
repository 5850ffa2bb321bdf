import { createGarbageCounter, createPulse, type Host, type Pulse } from "../base/mod.ts";
import {
  collect,
  collectSignature,
  type Container,
  inMemory,
  type ReadableFile,
  type Wanted,
} from "./container.ts";
import { badManifest, notABackup } from "./faults.ts";
import { MANIFEST_PATH, SIGNATURE_PATH } from "./format.ts";
import { gunzip, unzstd } from "./inflate.ts";
import { type Allowance, allowanceOf, type ReadLimits } from "./limits.ts";
import { createNameReader, createPathGuard } from "./path_checks.ts";
import { COLLECTED_EVERY, type SourceFile } from "./source_file.ts";
import { readTar } from "./tar_reader.ts";

/** A manifest up to this size is kept in memory, a larger one is read again when it is needed. */
const MANIFEST_KEPT = 64 << 20;

/** What a pass over the archive keeps. */
interface Found {
  /** Absent when it is too large to be kept. */
  manifest?: Uint8Array;
  signature?: Uint8Array;
}

async function* counted(
  chunks: AsyncIterable<Uint8Array>,
  allowance: Allowance,
  pulse: Pulse,
): AsyncGenerator<Uint8Array> {
  const letGo = createGarbageCounter(COLLECTED_EVERY);
  for await (const chunk of chunks) {
    await pulse();
    allowance.spend(chunk.length);
    yield chunk;
    letGo(chunk.length);
  }
}

async function* plain(source: SourceFile): AsyncGenerator<Uint8Array> {
  for (const chunk of source.range(0, source.size)) {
    await Promise.resolve();
    yield chunk;
  }
}

/** The forms that can be read from front to back. */
type Inflatable = "tar" | "tar.gz" | "tar.zst";

const INFLATERS: Record<Inflatable, (source: SourceFile) => AsyncGenerator<Uint8Array>> = {
  "tar": plain,
  "tar.gz": (source) => gunzip(source.path, source.range(0, source.size)),
  "tar.zst": (source) => unzstd(source.path, source.range(0, source.size)),
};

/**
 * A tar, compressed or not, without an index of ours: read from front to back, each time. A pass goes on to
 * the end even when nothing more is wanted, since only there gzip tells whether all was well.
 */
export function openScanned(
  host: Host,
  source: SourceFile,
  form: Inflatable,
  limits: ReadLimits,
): Container {
  const { path, size } = source;

  async function* files(wanted: Wanted): AsyncGenerator<ReadableFile> {
    const allowance = allowanceOf(path, size, limits);
    const inflated = INFLATERS[form](source);
    const nameOf = createNameReader(path);
    const guard = createPathGuard(path, "linux", limits.members);
    const chunks = counted(inflated, allowance, createPulse(host));
    const context = { path, allowance, ending: "marker" } as const;
    for await (const { kind, name, ...file } of readTar(chunks, context)) {
      const stored = nameOf(name, kind);
      if (stored === undefined) continue;
      guard.admit(stored, kind);
      if (kind === "file" && wanted(stored)) yield { ...file, path: stored };
    }
  }

  /** One pass for both: it reads the whole archive. */
  async function findManifest(): Promise<Found> {
    const found: Found = {};
    let isThere = false;
    const isOne = (stored: string) => stored === MANIFEST_PATH || stored === SIGNATURE_PATH;
    for await (const file of files(isOne)) {
      if (file.path === SIGNATURE_PATH) {
        found.signature = await collectSignature(file.chunks);
        continue;
      }
      isThere = true;
      if (file.bytes > limits.manifestBytes) {
        throw badManifest(path, `it has ${file.bytes} bytes`);
      }
      found.manifest = await collect(file.chunks, MANIFEST_KEPT);
    }
    if (!isThere) throw notABackup(path, "there is no manifest.json in it");
    return found;
  }

  async function* streamManifest(): AsyncGenerator<Uint8Array> {
    for await (const file of files((stored) => stored === MANIFEST_PATH)) yield* file.chunks;
  }

  let kept: Promise<Found> | undefined;
  async function* manifest(): AsyncGenerator<Uint8Array> {
    const { manifest } = await (kept ??= findManifest());
    yield* manifest ? inMemory([manifest]) : streamManifest();
  }

  async function signature(): Promise<Uint8Array | undefined> {
    return (await (kept ??= findManifest())).signature;
  }

  return { form, source: path, indexed: false, files, manifest, signature, close: source.close };
}
