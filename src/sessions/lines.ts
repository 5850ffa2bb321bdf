import { joinBytes } from "../base/mod.ts";

/**
 * The longest line that is looked into, bytes. Pictures make lines of a few megabytes; a longer one
 * is counted, and what it says is left alone, so that no transcript can exhaust the memory.
 */
const MAX_LINE_BYTES = 8 << 20;

/** Takes a file apart into lines as its bytes come in. */
export interface LineSplitter {
  /** The bytes need to stay as they are only until this returns. */
  push(chunk: Uint8Array): void;
  /** At the end of the file, which may be in the middle of a line. */
  end(): void;
}

const NEWLINE = 0x0a;

/**
 * @param each gets every line without its line end, valid until it returns; undefined for one that is
 * longer than `most` bytes
 */
export function createLineSplitter(
  each: (line: Uint8Array | undefined) => void,
  most = MAX_LINE_BYTES,
): LineSplitter {
  let pieces: Uint8Array[] = [];
  let held = 0;

  function finish(rest: Uint8Array): void {
    const length = held + rest.length;
    if (length > most) each(undefined);
    else each(pieces.length === 0 ? rest : joinBytes([...pieces, rest]));
    pieces = [];
    held = 0;
  }

  /** Of a line that is already too long, only its length is kept. */
  function hold(rest: Uint8Array): void {
    held += rest.length;
    if (held <= most) pieces.push(rest.slice());
    else pieces = [];
  }

  return {
    push(chunk) {
      let from = 0;
      for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
        finish(chunk.subarray(from, at));
        from = at + 1;
      }
      if (from < chunk.length) hold(chunk.subarray(from));
    },
    end() {
      if (held > 0) finish(new Uint8Array());
    },
  };
}
