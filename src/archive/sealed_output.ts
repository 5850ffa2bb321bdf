/** The payload of an encrypted backup while it is written: what is given is sealed in workers. */
import { randomBytes } from "node:crypto";
import {
  createPulse,
  type FileHandle,
  giveLargeBuffersBack,
  type Host,
  type Sha256,
  sha256,
  type WorkerPool,
} from "../base/mod.ts";
import {
  type AgeHeader,
  type BatchSealer,
  CHUNK_PLAIN,
  CHUNK_SEALED,
  createBatchSealer,
  NONCE_BYTES,
  openChunk,
  payloadKey,
} from "../seal/mod.ts";
import { damaged } from "./faults.ts";
import { PAYLOAD_PATH } from "./format.ts";
import type { PayloadFacts } from "./manifest.ts";
import type { ArchiveOutput, WrittenFile } from "./output_file.ts";
import { openSource, type PayloadPlace, type SourceFile } from "./source_file.ts";
import { onDisk } from "./write_faults.ts";

/** Where a payload goes, and for whom. */
export interface SealedOutputOptions {
  path: string;
  /** The file at `path`, open for writing. */
  file: FileHandle;
  /** Where the payload begins in it. */
  start: number;
  age: AgeHeader;
  pool: WorkerPool;
  /** Called when all of it is written. */
  onClose(written: WrittenFile): void;
  discard(): void;
}

/** An output whose places are those of what is encrypted in it. */
export interface SealedOutput extends ArchiveOutput {
  /** Where the payload lies, once it is closed. */
  readonly place: PayloadPlace;
  /** What the manifest says of it, once it is closed. */
  readonly facts: PayloadFacts;
}

/** A payload under one key: no two contents may be sealed with the same. */
interface Sealing {
  key: Uint8Array;
  sealer: BatchSealer;
  /** Bytes of chunks that are written. */
  stored: number;
  /** Of the header, and then of what is written, too. */
  hash: Sha256;
  headerSha256: string;
}

/** Begins the payload. */
export function createSealedOutput(
  host: Host,
  { path, file, start, age, pool, onClose, discard }: SealedOutputOptions,
): SealedOutput {
  giveLargeBuffersBack();
  const headerBytes = age.header.length + NONCE_BYTES;
  const chunks = start + headerBytes;
  let sealing = begin();
  let facts: PayloadFacts | undefined;

  function begin(): Sealing {
    const nonce = new Uint8Array(randomBytes(NONCE_BYTES));
    const key = payloadKey(age.fileKey, nonce);
    const hash = sha256();
    const put = (bytes: Uint8Array) => {
      onDisk(path, () => file.write(bytes));
      hash.update(bytes);
    };
    onDisk(path, () => file.seek(start));
    put(age.header);
    put(nonce);
    const begun: Sealing = {
      key,
      hash,
      headerSha256: hash.copy().hex(),
      stored: 0,
      sealer: createBatchSealer(pool, key, (sealed) => {
        put(sealed);
        begun.stored += sealed.length;
      }),
    };
    return begun;
  }

  /**
   * Goes back to before what was sealed already. The chunks that come now would have the numbers of
   * those that are taken back, and another content, which no key may be used for. So what stays is
   * sealed again, with a new key, over what it is read from.
   */
  async function sealAgain(to: number): Promise<void> {
    const { key, sealer } = sealing;
    await sealer.settle();
    const source = openSource(host, path);
    const pulse = createPulse(host);
    sealing = begin();
    try {
      for (let number = 0; number * CHUNK_PLAIN < to; number++) {
        await pulse();
        const plain = openStored(source, chunks, number, key);
        sealing.sealer.write(plain.subarray(0, to - number * CHUNK_PLAIN));
        await sealing.sealer.room();
      }
    } finally {
      source.close();
    }
    onDisk(path, () => file.truncate(chunks + sealing.stored));
  }

  return {
    get at() {
      return sealing.sealer.at;
    },
    write: (bytes) => sealing.sealer.write(bytes),
    room: () => sealing.sealer.room(),
    mark: () => ({ at: sealing.sealer.at }),
    async restore({ at }) {
      const { begun } = sealing.sealer;
      // Not the very end of what has begun: the last chunk must not be an empty one.
      if (at > begun || begun === 0) sealing.sealer.cut(at);
      else await sealAgain(at);
    },
    async close() {
      await sealing.sealer.end();
      const written = { bytes: headerBytes + sealing.stored, sha256: sealing.hash.hex() };
      facts = { file: PAYLOAD_PATH, ...written, header_sha256: sealing.headerSha256 };
      onClose(written);
      return written;
    },
    discard,
    get place() {
      return { at: chunks, bytes: sealing.stored, key: sealing.key };
    },
    get facts() {
      return facts!;
    },
  };
}

/** A chunk that was just written, none of the last. */
function openStored(
  source: SourceFile,
  chunks: number,
  number: number,
  key: Uint8Array,
): Uint8Array {
  const sealed = source.view(chunks + number * CHUNK_SEALED, CHUNK_SEALED);
  const plain = openChunk(key, number, false, sealed);
  if (plain) return plain;
  throw damaged(source.path, "what was just written reads back differently");
}
