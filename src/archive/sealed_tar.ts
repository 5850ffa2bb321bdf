/**
 * Writing an encrypted backup (FORMAT.md section 10): a plain tar that holds the restore kit, the
 * payload, and at last what may be known of it by all.
 */
import { randomBytes } from "node:crypto";
import { createPulse, type FileHandle, type Host, removeIfThere, sha256 } from "../base/mod.ts";
import {
  type AgeHeader,
  CHUNK_PLAIN,
  CHUNK_SEALED,
  NONCE_BYTES,
  openChunk,
  payloadKey,
  sealChunk,
} from "../seal/mod.ts";
import { damaged } from "./faults.ts";
import { PAYLOAD_PATH } from "./format.ts";
import type { PayloadFacts } from "./manifest.ts";
import { openNew, type OutputFile, type WrittenFile } from "./output_file.ts";
import { hashFile, openSource, type PayloadPlace } from "./source_file.ts";
import { BLOCK, roundToBlock, tarHeader } from "./tar_header.ts";
import { onDisk } from "./write_faults.ts";

/** A file in the plain part. */
export interface PlainMeta {
  path: string;
  size: number;
  /** Permission bits. */
  mode: number;
}

/** An encrypted backup while it is written. Plain files come before the payload, or after it. */
export interface SealedTar {
  /** Begins a plain file, of which exactly `size` bytes must follow. */
  begin(meta: PlainMeta): void;
  write(bytes: Uint8Array): void;
  /** Ends it. */
  end(): void;
  /** Begins the payload; what is written there is encrypted before it reaches the disk. */
  payload(age: AgeHeader): OutputFile;
  /** Where the payload lies, once it is closed. */
  readonly place: PayloadPlace;
  /** Reads back what was written of the payload, and hashes it. */
  facts(): Promise<PayloadFacts>;
  /** Ends the tar and makes sure that it is on disk. */
  finish(): Promise<WrittenFile>;
  discard(): void;
}

/** Begins an encrypted backup; there must be nothing at the path. `mtimeMs`: of all that is in it. */
export function createSealedTar(
  host: Host,
  path: string,
  top: string,
  mtimeMs: number,
): SealedTar {
  let file: FileHandle | undefined = openNew(host.fs, path);
  let at = 0;
  let begun = 0;
  let payload: Payload | undefined;

  const write = (bytes: Uint8Array) => {
    onDisk(path, () => file!.write(bytes));
    at += bytes.length;
  };
  const header = (kind: "file" | "directory", name: string, size: number, mode: number) =>
    tarHeader({ kind, name: `${top}/${name}`, size, mode, mtimeMs });
  const end = () => write(new Uint8Array(roundToBlock(at - begun) - (at - begun)));
  const begin = ({ path, size, mode }: PlainMeta) => {
    write(header("file", path, size, mode));
    begun = at;
  };
  const close = () => {
    file?.close();
    file = undefined;
  };

  const tar: SealedTar = {
    begin,
    write,
    end,
    payload(age) {
      begin({ path: PAYLOAD_PATH, size: 0, mode: 0o600 });
      const start = begun;
      payload = sealedOutput({ host, path, file: file!, start, age }, (bytes) => {
        at = start + bytes;
        onDisk(path, () => {
          file!.seek(start - BLOCK); // now its length is known
          file!.write(header("file", PAYLOAD_PATH, bytes, 0o600));
          file!.seek(at);
        });
        end();
      }, tar.discard);
      return payload.output;
    },
    get place() {
      return payload!.place();
    },
    async facts() {
      const pulse = createPulse(host);
      const source = openSource(host, path);
      try {
        const { start, headerBytes, bytes } = payload!.extent();
        const hash = sha256();
        hash.update(source.read(start, headerBytes));
        const header_sha256 = hash.copy().hex();
        for (const piece of source.range(start + headerBytes, bytes - headerBytes)) {
          await pulse();
          hash.update(piece);
        }
        return { file: PAYLOAD_PATH, bytes, sha256: hash.hex(), header_sha256 };
      } finally {
        source.close();
      }
    },
    async finish() {
      write(new Uint8Array(2 * BLOCK));
      onDisk(path, () => {
        file!.sync();
        close();
      });
      // Not while it is written: the length of the payload is put in at its end.
      return { bytes: at, sha256: await hashFile(host, path, createPulse(host)) };
    },
    discard() {
      onDisk(path, () => {
        close();
        removeIfThere(host.fs, path);
      });
    },
  };
  write(header("directory", "", 0, 0o700));
  return tar;
}

interface Payload {
  output: OutputFile;
  place(): PayloadPlace;
  extent(): { start: number; headerBytes: number; bytes: number };
}

interface PayloadFile {
  host: Pick<Host, "fs">;
  path: string;
  file: FileHandle;
  /** Where the payload begins in the tar. */
  start: number;
  age: AgeHeader;
}

/** The payload as an output whose places are those of what is encrypted. */
function sealedOutput(
  { host, path, file, start, age }: PayloadFile,
  onClose: (bytes: number) => void,
  discard: () => void,
): Payload {
  const headerBytes = age.header.length + NONCE_BYTES;
  const chunks = start + headerBytes;
  let nonce = new Uint8Array(randomBytes(NONCE_BYTES));
  let key = payloadKey(age.fileKey, nonce);
  /** Whole chunks that are written, and what is not a whole one yet. */
  let written = 0;
  let pending = new Uint8Array(CHUNK_PLAIN);
  let used = 0;

  const store = (bytes: Uint8Array) => onDisk(path, () => file.write(bytes));
  const seal = (isLast: boolean) => {
    store(sealChunk(key, written, isLast, pending.subarray(0, used)));
    written++;
    used = 0;
  };
  const at = () => written * CHUNK_PLAIN + used;

  /**
   * Goes back to a place. The chunks that come now would have the numbers of those that are taken
   * back, and another content, which no key may be used for. So what stays is sealed with a new key.
   */
  function rewind(to: number): void {
    if (to === at()) return;
    const old = key;
    const source = openSource(host, path);
    const held = pending.slice(0, used);
    const openOld = (number: number) => {
      const sealed = source.read(chunks + number * CHUNK_SEALED, CHUNK_SEALED);
      const plain = openChunk(old, number, false, sealed);
      if (!plain) throw damaged(path, "what was just written reads back differently");
      return plain;
    };
    try {
      const whole = Math.floor(to / CHUNK_PLAIN);
      const isHeld = whole === written || to % CHUNK_PLAIN === 0;
      const rest = isHeld ? held : openOld(whole);
      nonce = new Uint8Array(randomBytes(NONCE_BYTES));
      key = payloadKey(age.fileKey, nonce);
      for (let number = 0; number < whole; number++) {
        const sealed = sealChunk(key, number, false, openOld(number));
        onDisk(path, () => {
          file.seek(chunks + number * CHUNK_SEALED);
          file.write(sealed);
        });
      }
      used = to % CHUNK_PLAIN;
      pending.set(rest.subarray(0, used));
      written = whole;
    } finally {
      source.close();
    }
    onDisk(path, () => {
      file.truncate(chunks + written * CHUNK_SEALED);
      file.seek(start + age.header.length);
      file.write(nonce);
      file.seek(chunks + written * CHUNK_SEALED);
    });
  }

  const bytes = () => headerBytes + written * CHUNK_SEALED - lastMissing;
  let lastMissing = 0;
  store(age.header);
  store(nonce);
  const output: OutputFile = {
    get at() {
      return at();
    },
    write(content) {
      for (let done = 0; done < content.length;) {
        if (used === CHUNK_PLAIN) seal(false); // the last one may be whole too: so only now
        const piece = content.subarray(done, done + CHUNK_PLAIN - used);
        pending.set(piece, used);
        used += piece.length;
        done += piece.length;
      }
    },
    mark: () => ({ at: at() }),
    restore: (mark) => rewind(mark.at),
    close() {
      lastMissing = CHUNK_PLAIN - used;
      seal(true);
      pending = new Uint8Array();
      onClose(bytes());
      return { bytes: bytes(), sha256: "" };
    },
    discard,
  };
  return {
    output,
    place: () => ({ at: chunks, bytes: bytes() - headerBytes, key }),
    extent: () => ({ start, headerBytes, bytes: bytes() }),
  };
}
