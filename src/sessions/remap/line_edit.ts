/** Lines of a file that hold a mark, edited while the file streams by; the rest is passed on. */
import { Buffer } from "node:buffer";
import { ignoresCase, markOf, type PathMapping } from "./paths.ts";

/**
 * The longest line that is edited, bytes: pictures and large results make lines of some megabytes. A
 * longer one is passed on as it is, so that no transcript can exhaust the memory.
 */
const MAX_LINE_BYTES = 64 << 20;

const NEWLINE = 0x0a;

/** Where, from an offset on, the next place is that may hold a path; -1 where there is none. */
type Find = (from: number) => number;

/** Finds marks of mappings in bytes. */
function finderOf(mappings: PathMapping[]): (bytes: Uint8Array) => Find {
  const marks = [...new Set(mappings.map(markOf))];
  if (marks.some((mark) => mark.length < 2)) return () => (from) => from;
  const anyCase = mappings.some(ignoresCase);
  return (bytes) => {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const text = anyCase ? buffer.toString("latin1").toLowerCase() : undefined;
    const next = marks.map((mark) => text === undefined ? mark : mark.toLowerCase());
    // The next place of each mark, so that none is looked for twice.
    const known = next.map(() => -2);
    return (from) => {
      next.forEach((mark, index) => {
        if (known[index] === -1 || known[index] >= from) return;
        known[index] = text === undefined ? buffer.indexOf(mark, from) : text.indexOf(mark, from);
      });
      const places = known.filter((place) => place >= 0);
      return places.length === 0 ? -1 : Math.min(...places);
    };
  };
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function decoded(line: Uint8Array): string | undefined {
  try {
    return utf8.decode(line);
  } catch {
    return undefined;
  }
}

/** Edits a line without its line end; undefined leaves it as it is. */
export type EditLine = (line: string) => string | undefined;

function* editBlock(block: Uint8Array, find: Find, edit: EditLine): Generator<Uint8Array> {
  let done = 0;
  for (let hit = find(0); hit >= 0 && hit < block.length;) {
    const start = hit === 0 ? 0 : block.lastIndexOf(NEWLINE, hit - 1) + 1;
    const next = block.indexOf(NEWLINE, hit);
    const end = next < 0 ? block.length : next;
    const line = decoded(block.subarray(start, end));
    const edited = line === undefined ? undefined : edit(line);
    if (edited !== undefined) {
      yield block.subarray(done, start);
      yield new TextEncoder().encode(edited);
      done = end;
    }
    hit = next < 0 ? -1 : find(next + 1);
  }
  yield block.subarray(done);
}

function joined(pieces: Uint8Array[]): Uint8Array {
  return pieces.length === 1 ? pieces[0] : Buffer.concat(pieces);
}

/**
 * A file whose lines are edited where they may hold a mapped path. Lines that are not UTF-8 or longer
 * than 64 MiB stay as they are.
 */
export async function* editLines(
  chunks: AsyncIterable<Uint8Array>,
  mappings: PathMapping[],
  edit: EditLine,
  most = MAX_LINE_BYTES,
): AsyncGenerator<Uint8Array> {
  const finder = finderOf(mappings);
  let held: Uint8Array[] = [];
  let bytes = 0;
  let tooLong = false;

  function* flush(rest: Uint8Array): Generator<Uint8Array> {
    const block = joined([...held, rest]);
    [held, bytes] = [[], 0];
    yield* editBlock(block, finder(block), edit);
  }

  for await (const chunk of chunks) {
    const last = chunk.lastIndexOf(NEWLINE);
    let from = 0;
    if (tooLong) {
      const first = chunk.indexOf(NEWLINE);
      from = first < 0 ? chunk.length : first + 1;
      tooLong = first < 0;
      yield chunk.subarray(0, from);
    }
    if (last >= from) {
      yield* flush(chunk.subarray(from, last + 1));
      from = last + 1;
    }
    if (from < chunk.length) {
      held.push(chunk.slice(from));
      bytes += chunk.length - from;
    }
    if (bytes > most) {
      yield* held;
      [held, bytes, tooLong] = [[], 0, true];
    }
  }
  if (bytes > 0) yield* flush(new Uint8Array());
}
