/** Reading an encrypted backup (FORMAT.md section 10): a plain tar, or that tar unpacked. */
import { createPulse, type Host, sha256Of } from "../base/mod.ts";
import { headerLength, MAX_HEADER_BYTES, NONCE_BYTES, payloadKey } from "../seal/mod.ts";
import { equalBytes } from "./byte_reader.ts";
import {
  collectSignature,
  type Container,
  type ReadableFile,
  type Sealed,
  type Wanted,
} from "./container.ts";
import { badManifest, damaged, decodeName, FormatFault, notABackup, unsafe } from "./faults.ts";
import { MANIFEST_PATH, PAYLOAD_PATH, SIGNATURE_PATH } from "./format.ts";
import { isKitName } from "./known_names.ts";
import type { ReadLimits } from "./limits.ts";
import { openPayload } from "./payload_source.ts";
import type { SourceFile } from "./source_file.ts";
import { BLOCK, roundToBlock } from "./tar_header.ts";
import { parseBlock } from "./tar_parse.ts";

/** A file in the plain tar, and where its content lies. */
export interface PlainEntry {
  path: string;
  at: number;
  bytes: number;
  mode: number;
  mtimeMs: number;
}

/** More than the kit has with restorers for all systems. */
const MAX_ENTRIES = 64;
const ZEROS = new Uint8Array(BLOCK);

/** One header of the plain tar; undefined where it is none that an encrypted backup can have. */
function entryAt(source: SourceFile, at: number): PlainEntry | "folder" | undefined {
  try {
    const { typeflag, name, size, mode, mtimeMs } = parseBlock(source.read(at, BLOCK));
    const match = /^[A-Za-z0-9._-]{1,64}\/([^/]*)$/.exec(decodeName(name));
    if (match?.[1] === "" && typeflag === "5" && at === 0) return "folder";
    if (!match?.[1] || typeflag !== "0") return undefined;
    return { path: match[1], at: at + BLOCK, bytes: size, mode, mtimeMs };
  } catch (error) {
    if (error instanceof FormatFault) return undefined;
    throw error;
  }
}

/**
 * Walks over the headers of the plain tar of an encrypted backup; yields where each lies before it is
 * read. Returns its files; undefined when it is another tar. Throws `damaged_archive` when it is one
 * that has been cut.
 */
export function* walkSealed(source: SourceFile): Generator<number, PlainEntry[] | undefined> {
  const entries: PlainEntry[] = [];
  for (let at = 0; entries.length <= MAX_ENTRIES;) {
    const isSealed = entries.some(({ path }) => path === PAYLOAD_PATH);
    if (at + BLOCK > source.size) {
      if (isSealed) throw damaged(source.path, "it ends too early");
      return undefined;
    }
    yield at;
    if (equalBytes(source.read(at, BLOCK), ZEROS)) return isSealed ? entries : undefined;
    const entry = entryAt(source, at);
    if (!entry && isSealed) throw damaged(source.path, "what follows its payload is no entry");
    if (!entry) return undefined;
    at += BLOCK;
    if (entry === "folder") continue;
    if (entries.some(({ path }) => path === entry.path)) {
      throw unsafe(source.path, `${entry.path} stands in it twice`);
    }
    entries.push(entry);
    at += roundToBlock(entry.bytes);
  }
  return undefined;
}

/** The files of the plain tar of an encrypted backup, all of which is at hand. */
export function findSealed(source: SourceFile): PlainEntry[] | undefined {
  const walk = walkSealed(source);
  for (;;) {
    const { done, value } = walk.next();
    if (done) return value;
  }
}

/** An encrypted backup as the plain tar that it is written as. */
export function openSealedTar(
  host: Host,
  source: SourceFile,
  entries: PlainEntry[],
  limits: ReadLimits,
  open: (source: SourceFile) => Container,
): Container {
  const { path } = source;
  async function* chunks({ at, bytes }: PlainEntry): AsyncGenerator<Uint8Array> {
    const pulse = createPulse(host);
    for (const chunk of source.range(at, bytes)) {
      await pulse();
      yield chunk;
    }
  }
  const find = (path: string) => entries.find((entry) => entry.path === path);
  const plain: Container = {
    form: "tar",
    source: path,
    indexed: true,
    async *files(wanted: Wanted): AsyncGenerator<ReadableFile> {
      for (const entry of entries) {
        const { path, bytes, mode, mtimeMs } = entry;
        await Promise.resolve();
        if (wanted(path)) yield { path, bytes, mode, mtimeMs, chunks: chunks(entry) };
      }
    },
    async *manifest() {
      const entry = find(MANIFEST_PATH);
      if (!entry) throw notABackup(path, "there is no manifest.json in it");
      if (entry.bytes > limits.manifestBytes) {
        throw badManifest(path, `it has ${entry.bytes} bytes`);
      }
      yield* chunks(entry);
    },
    async signature() {
      const entry = find(SIGNATURE_PATH);
      return entry && await collectSignature(chunks(entry));
    },
    close: source.close,
  };
  return withSealed(plain, source, find(PAYLOAD_PATH)!, open);
}

/** What is encrypted in a part of a file. Throws `damaged_archive`. */
export function sealedIn(
  source: SourceFile,
  { at, bytes }: { at: number; bytes: number },
): Pick<Sealed, "header" | "headerSha256" | "source"> {
  const start = source.read(at, Math.min(bytes, MAX_HEADER_BYTES));
  const length = headerLength(start);
  if (length === undefined || length + NONCE_BYTES > start.length) {
    throw damaged(source.path, "its payload has no age header");
  }
  const nonce = start.slice(length, length + NONCE_BYTES);
  const chunks = { at: at + length + NONCE_BYTES, bytes: bytes - length - NONCE_BYTES };
  return {
    header: start.slice(0, length),
    headerSha256: sha256Of(start.subarray(0, length + NONCE_BYTES)),
    source: (fileKey) => openPayload(source, { ...chunks, key: payloadKey(fileKey, nonce) }),
  };
}

/** Adds what is encrypted in a part of a file to what is plain. */
export function withSealed(
  plain: Container,
  source: SourceFile,
  place: { at: number; bytes: number },
  open: (source: SourceFile) => Container,
): Container {
  const sealed = sealedIn(source, place);
  return {
    ...plain,
    sealed: {
      ...sealed,
      open(fileKey) {
        const archive = open(sealed.source(fileKey));
        return {
          ...archive,
          form: plain.form,
          source: plain.source,
          async *files(wanted, need) {
            yield* plain.files((path) => isKitName(path) && wanted(path));
            yield* archive.files(wanted, need);
          },
          close: plain.close,
        };
      },
    },
  };
}
