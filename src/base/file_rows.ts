/** What is known of a file beside where it lies. */
export interface FileFacts {
  bytes?: number;
  /** Upper-case hex. */
  sha256?: string;
  /** Permission bits. */
  mode?: number;
  /** Ms since 1970. */
  mtimeMs?: number;
}

/** Facts about files by number; some may have none. */
interface FileRows {
  /** The hash, where there is one, has 64 upper-case hex digits. */
  set(number: number, facts: FileFacts): void;
  get(number: number): FileFacts | undefined;
  /** Forgets all, and gives the memory back now. */
  clear(): void;
}

/** A row: size and time as numbers, permissions, whether there is a hash, and the hash. */
const [SIZE_AT, TIME_AT, MODE_AT, STATE_AT, HASH_AT] = [0, 8, 16, 18, 19];
const HASH_BYTES = 32;
const ROW_BYTES = HASH_AT + HASH_BYTES;

const [NOTHING, WITHOUT_HASH, WITH_HASH] = [0, 1, 2];
const NO_MODE = 0xffff;

/** Rows are made room for so many at a time: half a MB, which the system gets back (malloc.ts). */
const ROWS = 12 << 10;

/**
 * Keeps facts about very many files outside of V8's heap: 51 bytes for each, where an object with its
 * hash as text takes 200, and as much again until the collector comes around.
 */
export function createFileRows(): FileRows {
  const blocks: DataView<ArrayBuffer>[] = [];
  return {
    set(number, { bytes, sha256, mode, mtimeMs }) {
      const block = blocks[Math.floor(number / ROWS)] ??= new DataView(
        new ArrayBuffer(ROWS * ROW_BYTES),
      );
      const at = number % ROWS * ROW_BYTES;
      block.setFloat64(at + SIZE_AT, bytes ?? NaN);
      block.setFloat64(at + TIME_AT, mtimeMs ?? NaN);
      block.setUint16(at + MODE_AT, mode ?? NO_MODE);
      block.setUint8(at + STATE_AT, sha256 === undefined ? WITHOUT_HASH : WITH_HASH);
      if (sha256 !== undefined) hashIn(block, at).setFromHex(sha256);
    },
    get(number) {
      const block = blocks[Math.floor(number / ROWS)];
      const at = number % ROWS * ROW_BYTES;
      const state = block?.getUint8(at + STATE_AT) ?? NOTHING;
      if (state === NOTHING) return undefined;
      const mode = block.getUint16(at + MODE_AT);
      return {
        bytes: unlessNaN(block.getFloat64(at + SIZE_AT)),
        sha256: state === WITH_HASH ? hashIn(block, at).toHex().toUpperCase() : undefined,
        mode: mode === NO_MODE ? undefined : mode,
        mtimeMs: unlessNaN(block.getFloat64(at + TIME_AT)),
      };
    },
    clear() {
      blocks.splice(0).forEach(({ buffer }) => buffer.transfer(0)); // it passes holes over
    },
  };
}

function hashIn({ buffer }: DataView<ArrayBuffer>, at: number): Uint8Array {
  return new Uint8Array(buffer, at + HASH_AT, HASH_BYTES);
}

function unlessNaN(value: number): number | undefined {
  return Number.isNaN(value) ? undefined : value;
}
