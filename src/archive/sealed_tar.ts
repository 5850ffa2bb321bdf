/**
 * Writing an encrypted backup (FORMAT.md section 10): a plain tar that holds the restore kit, the
 * payload, and at last what may be known of it by all.
 */
import {
  createPulse,
  type FileHandle,
  type Host,
  removeIfThere,
  type WorkerPool,
} from "../base/mod.ts";
import type { AgeHeader } from "../seal/mod.ts";
import { PAYLOAD_PATH } from "./format.ts";
import type { PayloadFacts } from "./manifest.ts";
import { type ArchiveOutput, openNew, type WrittenFile } from "./output_file.ts";
import { createSealedOutput, type SealedOutput } from "./sealed_output.ts";
import { hashFile, type PayloadPlace } from "./source_file.ts";
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
  payload(age: AgeHeader, pool: WorkerPool): ArchiveOutput;
  /** Where the payload lies, once it is closed. */
  readonly place: PayloadPlace;
  /** What the manifest says of the payload, once it is closed. */
  readonly facts: PayloadFacts;
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
  let payload: SealedOutput | undefined;

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
    payload(age, pool) {
      begin({ path: PAYLOAD_PATH, size: 0, mode: 0o600 });
      const start = begun;
      const onClose = ({ bytes }: WrittenFile) => {
        at = start + bytes;
        onDisk(path, () => {
          file!.seek(start - BLOCK); // now its length is known
          file!.write(header("file", PAYLOAD_PATH, bytes, 0o600));
          file!.seek(at);
        });
        end();
      };
      const { discard } = tar;
      payload = createSealedOutput(host, { path, file: file!, start, age, pool, onClose, discard });
      return payload;
    },
    get place() {
      return payload!.place;
    },
    get facts() {
      return payload!.facts;
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
