/**
 * Paths, each with a few bytes that say something of it. Packed, since there may be hundreds of
 * thousands: in a Map each takes 100 bytes more, and time whenever V8 looks for garbage.
 */
interface PathTable {
  readonly size: number;
  /** The bytes of a path, to be read and changed; all zero where it is new. */
  put(path: string): Uint8Array;
  /** The same; undefined where the path is not there. */
  find(path: string): Uint8Array | undefined;
  /** All paths, in the order in which they came. */
  entries(): Generator<[path: string, bytes: Uint8Array]>;
  /** Gives the memory back, after which the table must not be used. */
  free(): void;
}

/** A record, which is a path, a NUL and its bytes, lies in one page. */
const PAGE_BITS = 20;
const PAGE_BYTES = 1 << PAGE_BITS;
/** So many that a place is a number of 32 bits. */
const MAX_PAGES = 1 << (32 - PAGE_BITS);

/** One for each byte of a path; a power of two. */
const FACTORS = 32 << 10;

let factors: Uint32Array | undefined;

/** Since nobody knows them beforehand, nobody can make many paths that have the same hash. */
function randomFactors(): Uint32Array {
  const made = new Uint32Array(FACTORS);
  const most = 16 << 10; // more cannot be had in one call
  for (let at = 0; at < FACTORS; at += most) crypto.getRandomValues(made.subarray(at, at + most));
  return made;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

interface Page {
  bytes: Uint8Array<ArrayBuffer>;
  /** So much of it has records. */
  used: number;
}

/** Where a record lies. */
interface Place {
  bytes: Uint8Array;
  at: number;
}

/** Whether the same path stands at two places. */
function isSame(a: Place, b: Place): boolean {
  const [bytes, others, shift] = [a.bytes, b.bytes, b.at - a.at];
  for (let n = a.at;; n++) {
    const byte = bytes[n];
    if (byte !== others[n + shift]) return false;
    if (byte === 0) return true;
  }
}

/** Only its upper bits depend on all factors. */
function hashAt({ bytes, at }: Place, factors: Uint32Array): number {
  let sum = 0;
  for (let n = 0; bytes[at + n] !== 0; n++) {
    sum = (sum + Math.imul(factors[n & (FACTORS - 1)], bytes[at + n])) | 0;
  }
  return sum;
}

/**
 * An empty table with `valueBytes` bytes for each path. Paths must be well-formed Unicode without NUL,
 * as a path guard has them.
 */
export function createPathTable(valueBytes: number): PathTable {
  const factor = factors ??= randomFactors();
  const newPage = (): Page => ({ bytes: new Uint8Array(PAGE_BYTES), used: 0 });
  const pages = [newPage()];
  let size = 0;
  /** Where records lie (number of the page, and byte in it), plus 1; 0: free. A power of two. */
  let slots = new Uint32Array(512);

  /** Writes a path where the next record goes; on a new page where it might not fit. */
  function write(path: string): Place {
    const most = path.length * 3 + 1 + valueBytes;
    if (pages.at(-1)!.used + most > PAGE_BYTES) {
      if (most > PAGE_BYTES || pages.length === MAX_PAGES) throw new RangeError("too many paths");
      pages.push(newPage());
    }
    const { bytes, used } = pages.at(-1)!;
    // Not `read`: Deno 2.7 gives the bytes written where "\u00fc" is the highest character.
    const { written } = encoder.encodeInto(path, bytes.subarray(used));
    bytes[used + written] = 0;
    return { bytes, at: used };
  }

  function placeOf(record: number): Place {
    return { bytes: pages[(record - 1) >>> PAGE_BITS].bytes, at: (record - 1) & (PAGE_BYTES - 1) };
  }

  /** The slot of the path that stands at a place; a free one where it is new. */
  function slotOf(place: Place): number {
    let slot = hashAt(place, factor) >>> (Math.clz32(slots.length) + 1);
    while (slots[slot] !== 0 && !isSame(placeOf(slots[slot]), place)) {
      slot = (slot + 1) & (slots.length - 1);
    }
    return slot;
  }

  function valueAt({ bytes, at }: Place): Uint8Array {
    const start = bytes.indexOf(0, at) + 1;
    return bytes.subarray(start, start + valueBytes);
  }

  function makeRoom(): void {
    if (size * 2 < slots.length) return;
    const records = slots;
    slots = new Uint32Array(records.length * 2);
    for (const record of records) if (record !== 0) slots[slotOf(placeOf(record))] = record;
    records.buffer.transfer(0);
  }

  function addRecord(slot: number, place: Place): Uint8Array {
    const page = pages.at(-1)!;
    slots[slot] = (pages.length - 1) * PAGE_BYTES + page.used + 1;
    size++;
    const value = valueAt(place).fill(0); // a path that was looked for may have stood here
    page.used = value.byteOffset + valueBytes;
    return value;
  }

  return {
    get size() {
      return size;
    },
    put(path) {
      makeRoom();
      const place = write(path);
      const slot = slotOf(place);
      return slots[slot] === 0 ? addRecord(slot, place) : valueAt(placeOf(slots[slot]));
    },
    find(path) {
      const record = slots[slotOf(write(path))];
      return record === 0 ? undefined : valueAt(placeOf(record));
    },
    *entries() {
      for (const { bytes, used } of pages) {
        for (let at = 0; at < used;) {
          const value = valueAt({ bytes, at });
          yield [decoder.decode(bytes.subarray(at, value.byteOffset - 1)), value];
          at = value.byteOffset + valueBytes;
        }
      }
    },
    free() {
      for (const buffer of [...pages.map(({ bytes }) => bytes.buffer), slots.buffer]) {
        buffer.transfer(0);
      }
    },
  };
}
