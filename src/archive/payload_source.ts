/** Reading what is encrypted in a file, at any place, as if it lay there plainly. */
import { giveLargeBuffersBack, type Host, release } from "../base/mod.ts";
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
  giveLargeBuffersBack();
  const last = Math.ceil(place.bytes / CHUNK_SEALED) - 1;
  // One buffer for all: garbage of this kind stays for long.
  const buffer = new Uint8Array(CHUNK_PLAIN);
  let held: { number: number; plain: Uint8Array } | undefined;

  function chunk(number: number): Uint8Array {
    if (held?.number === number) return held.plain;
    held = undefined;
    const at = number * CHUNK_SEALED;
    const sealed = file.view(place.at + at, Math.min(CHUNK_SEALED, place.bytes - at));
    const plain = openChunk(place.key, number, number === last, sealed, buffer);
    if (plain) return (held = { number, plain }).plain;
    throw damaged(path, `its encrypted part is not what was written, at chunk ${number}`);
  }

  function expectThere(at: number, bytes: number): void {
    if (at + bytes > size!) throw damaged(path, "it ends too early");
  }

  function fill(at: number, into: Uint8Array): Uint8Array {
    for (let done = 0; done < into.length;) {
      const [number, from] = [Math.floor((at + done) / CHUNK_PLAIN), (at + done) % CHUNK_PLAIN];
      const piece = chunk(number).subarray(from, from + into.length - done);
      into.set(piece, done);
      done += piece.length;
    }
    return into;
  }

  function read(at: number, bytes: number, more = 0): Uint8Array<ArrayBuffer> {
    expectThere(at, bytes);
    const into = new Uint8Array(bytes + more);
    fill(at, into.subarray(0, bytes));
    return into;
  }

  let shared = new Uint8Array();
  function view(at: number, bytes: number): Uint8Array {
    expectThere(at, bytes);
    if (shared.length < bytes) shared = new Uint8Array(bytes * 2);
    return fill(at, shared.subarray(0, bytes));
  }

  chunk(last);
  return {
    path,
    ref: { path, payload: place },
    size,
    read,
    view,
    *range(at, bytes) {
      for (let done = 0; done < bytes; done += CHUNK_BYTES) {
        yield read(at + done, Math.min(CHUNK_BYTES, bytes - done));
      }
    },
    close() {
      release(buffer);
      release(shared);
      file.close();
    },
  };
}
