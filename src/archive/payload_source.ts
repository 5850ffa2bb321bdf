/** Reading what is encrypted in a file, at any place, as if it lay there plainly. */
import type { Host } from "../base/mod.ts";
import { CHUNK_PLAIN, CHUNK_SEALED, openChunk, plainSize } from "../seal/mod.ts";
import { damaged } from "./faults.ts";
import {
  CHUNK_BYTES,
  openSource,
  type PayloadPlace,
  type SourceFile,
  type SourceRef,
} from "./source_file.ts";

/** Opens what a reference means. */
export function openRef(host: Pick<Host, "fs">, { path, payload }: SourceRef): SourceFile {
  const file = openSource(host, path);
  if (!payload) return file;
  try {
    return openPayload(file, payload);
  } catch (error) {
    file.close();
    throw error;
  }
}

/**
 * The plain content of chunks. The last one is opened at once: only the real end of what was written
 * has its mark, so that nothing can have been cut off. Throws `damaged_archive`.
 */
export function openPayload(file: SourceFile, place: PayloadPlace): SourceFile {
  const { path } = file;
  const size = plainSize(place.bytes);
  if (size === undefined) throw damaged(path, "its encrypted part has been cut");
  const last = Math.ceil(place.bytes / CHUNK_SEALED) - 1;
  let held: { number: number; plain: Uint8Array } | undefined;

  function open(number: number, sealed: Uint8Array): Uint8Array {
    const plain = openChunk(place.key, number, number === last, sealed);
    if (plain) return plain;
    throw damaged(path, `its encrypted part is not what was written, at chunk ${number}`);
  }

  function chunk(number: number): Uint8Array {
    if (held?.number !== number) {
      const at = number * CHUNK_SEALED;
      const sealed = file.read(place.at + at, Math.min(CHUNK_SEALED, place.bytes - at));
      held = { number, plain: open(number, sealed) };
    }
    return held.plain;
  }

  function read(at: number, bytes: number, more = 0): Uint8Array<ArrayBuffer> {
    if (at + bytes > size!) throw damaged(path, "it ends too early");
    const into = new Uint8Array(bytes + more);
    for (let done = 0; done < bytes;) {
      const [number, from] = [Math.floor((at + done) / CHUNK_PLAIN), (at + done) % CHUNK_PLAIN];
      const piece = chunk(number).subarray(from, from + bytes - done);
      into.set(piece, done);
      done += piece.length;
    }
    return into;
  }

  chunk(last);
  return {
    path,
    ref: { path, payload: place },
    size,
    read,
    view: (at, bytes) => read(at, bytes),
    *range(at, bytes) {
      for (let done = 0; done < bytes; done += CHUNK_BYTES) {
        yield read(at + done, Math.min(CHUNK_BYTES, bytes - done));
      }
    },
    close: () => file.close(),
  };
}
