/** Lines of a file that hold a mark, edited while the file streams by; the rest is passed on. */
import { joinBytes } from "../../base/mod.ts";
import { ignoresCase, markOf, type PathMapping } from "./paths.ts";

/**
 * The longest line that is edited, bytes: pictures and large results make lines of some megabytes. A
 * longer one is passed on as it is, so that no transcript can exhaust the memory.
 */
const MAX_LINE_BYTES = 64 << 20;

const NEWLINE = 0x0a;

/** Edits a line without its line end; undefined leaves it as it is. */
export type EditLine = (line: string) => string | undefined;

/** What a text must hold to have something to edit; nothing where that cannot be told. */
function marksOf(mappings: PathMapping[]): RegExp | undefined {
  const marks = mappings.map(markOf); // plain letters and digits
  if (marks.some((mark) => mark.length < 2)) return undefined;
  return new RegExp(marks.join("|"), mappings.some(ignoresCase) ? "gi" : "g");
}

/** Where, from an offset on, the next mark is; -1 where there is none. */
function findMark(text: string, from: number, marks: RegExp | undefined): number {
  if (!marks) return from < text.length ? from : -1;
  marks.lastIndex = from;
  return marks.exec(text)?.index ?? -1;
}

/** Whole lines, edited; undefined where nothing changes. */
function editText(text: string, marks: RegExp | undefined, edit: EditLine): string | undefined {
  let [done, at] = ["", 0];
  for (let hit = findMark(text, 0, marks); hit >= 0;) {
    const start = hit === 0 ? 0 : text.lastIndexOf("\n", hit - 1) + 1;
    const next = text.indexOf("\n", hit);
    const end = next < 0 ? text.length : next;
    const edited = edit(text.slice(start, end));
    if (edited !== undefined) {
      done += text.slice(at, start) + edited;
      at = end;
    }
    hit = next < 0 ? -1 : findMark(text, next + 1, marks);
  }
  return at === 0 ? undefined : done + text.slice(at);
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function decoded(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

function* linesOf(block: Uint8Array): Generator<Uint8Array> {
  for (let start = 0; start < block.length;) {
    const next = block.indexOf(NEWLINE, start);
    const end = next < 0 ? block.length : next + 1;
    yield block.subarray(start, end);
    start = end;
  }
}

/** Whole lines, edited; where they are no UTF-8, those that are. */
function* editBlock(
  block: Uint8Array,
  marks: RegExp | undefined,
  edit: EditLine,
): Generator<Uint8Array> {
  const text = decoded(block);
  const pieces = text === undefined ? linesOf(block) : [block];
  for (const piece of pieces) {
    const content = text ?? decoded(piece);
    const edited = content === undefined ? undefined : editText(content, marks, edit);
    yield edited === undefined ? piece : new TextEncoder().encode(edited);
  }
}

function joined(pieces: Uint8Array[]): Uint8Array {
  return pieces.length === 1 ? pieces[0] : joinBytes(pieces);
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
  const marks = marksOf(mappings);
  let held: Uint8Array[] = [];
  let bytes = 0;
  let tooLong = false;

  function* flush(rest: Uint8Array): Generator<Uint8Array> {
    const block = joined([...held, rest]);
    [held, bytes] = [[], 0];
    yield* editBlock(block, marks, edit);
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
