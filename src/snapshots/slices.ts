/** Content as objects: short content is one blob, longer content is slices and lists of them. */
import type { CaptureSink } from "../capture/mod.ts";
import { FAN_OUT, isListId, type ObjectList, SLICE_BYTES } from "./object_format.ts";
import type { Objects, ObjectWriter } from "./objects.ts";

/** Content that was put. */
export interface PutContent {
  object: string;
  /** Bytes. */
  size: number;
  /** Ids of the objects that were put for it. */
  put: string[];
}

/** The ids of the slices of content, in order. */
export function slicesOf(objects: Objects, object: string): string[] {
  if (!isListId(object)) return [object];
  const { level, parts } = objects.list(object);
  return level === 0 ? parts : parts.flatMap((part) => slicesOf(objects, part));
}

/** Gathers the slices of one file and names them as one object. */
export class Slicer {
  readonly #writer: ObjectWriter;
  readonly #buffer = new Uint8Array(SLICE_BYTES);
  #filled = 0;
  #slices: string[];
  #put: string[] = [];
  #size: number;

  /**
   * @param known the slices that the content begins with, each whole, that need not be put again
   */
  constructor(writer: ObjectWriter, known: string[] = []) {
    this.#writer = writer;
    this.#slices = [...known];
    this.#size = known.length * SLICE_BYTES;
  }

  async write(chunk: Uint8Array): Promise<void> {
    for (let at = 0; at < chunk.length;) {
      const piece = chunk.subarray(at, at + SLICE_BYTES - this.#filled);
      this.#buffer.set(piece, this.#filled);
      this.#filled += piece.length;
      at += piece.length;
      if (this.#filled === SLICE_BYTES) await this.#putSlice();
    }
  }

  /** Puts what is left, and the lists. */
  async end(): Promise<PutContent> {
    if (this.#filled > 0 || this.#slices.length === 0) await this.#putSlice();
    return { object: await this.#putLists(), size: this.#size, put: this.#put };
  }

  async #putSlice(): Promise<void> {
    const content = this.#buffer.subarray(0, this.#filled);
    const id = await this.#writer.putBlob(content);
    this.#slices.push(id);
    this.#put.push(id);
    this.#size += content.length;
    this.#filled = 0;
  }

  async #putLists(): Promise<string> {
    let parts = this.#slices.map((id, index) => {
      const size = Math.min(SLICE_BYTES, this.#size - index * SLICE_BYTES);
      return { id, size };
    });
    for (let level = 0; parts.length > 1; level++) {
      const above: typeof parts = [];
      for (let at = 0; at < parts.length; at += FAN_OUT) {
        above.push(await this.#putList(level, parts.slice(at, at + FAN_OUT)));
      }
      parts = above;
    }
    return parts[0].id;
  }

  async #putList(level: number, parts: { id: string; size: number }[]) {
    const size = parts.reduce((sum, part) => sum + part.size, 0);
    const list: ObjectList = { level, size, parts: parts.map(({ id }) => id) };
    const id = await this.#writer.putList(list);
    this.#put.push(id);
    return { id, size };
  }
}

/** A capture's sink that puts what it is given; `end` once the capture has succeeded. */
export function slicingSink(writer: ObjectWriter): CaptureSink & { end(): Promise<PutContent> } {
  let slicer = new Slicer(writer);
  const begin = () => void (slicer = new Slicer(writer));
  return {
    begin,
    write: (chunk) => slicer.write(chunk),
    rollback: begin, // what was put is an orphan, which a later clean-up takes
    end: () => slicer.end(),
  };
}
