/** Writing the journal: a line is either on disk as a whole or is not there. */
import { type Host, sha256, sha256Of, withFile } from "../base/mod.ts";
import type { InPlaceStep, JournalHeader, JournalState, Op } from "./journal_types.ts";
import { journalOf, type Site } from "./layout.ts";

/** The first line. */
export function headerLine(header: JournalHeader): string {
  return `${JSON.stringify(header)}\n`;
}

/** Lines are written in pieces of about this many bytes. */
const PIECE = 1 << 20;

/**
 * Appends all operations, then the line that commits them. It carries their number and the hash of
 * all bytes before it, so that a journal that was cut or changed commits nothing.
 */
export function commitJournal(site: Site, header: JournalHeader, ops: Iterable<Op>): void {
  const encoder = new TextEncoder();
  const hash = sha256();
  hash.update(encoder.encode(headerLine(header)));
  withFile(site.host.fs.open(journalOf(site), { append: true }), (file) => {
    const put = (text: string) => {
      const bytes = encoder.encode(text);
      hash.update(bytes);
      file.write(bytes);
    };
    let [piece, count] = ["", 0];
    for (const op of ops) {
      count++;
      piece += `${JSON.stringify(op)}\n`;
      if (piece.length < PIECE) continue;
      put(piece);
      piece = "";
    }
    put(piece);
    file.sync();
    file.write(encoder.encode(committedLine(count, hash.hex())));
    file.sync();
  });
}

function committedLine(ops: number, sha256: string): string {
  return `${JSON.stringify({ state: "committed", ops, sha256 })}\n`;
}

/** Whether a committed line fits the bytes before it. */
export function commits(
  line: { ops?: unknown; sha256?: unknown },
  ops: number,
  before: Uint8Array,
) {
  return line.ops === ops && line.sha256 === sha256Of(before);
}

/** Appends what the restore has come to. */
export function appendState(site: Site, state: JournalState): void {
  appendLine(site.host, journalOf(site), { state });
}

/** Appends that the file of operation `number` is about to be rewritten in place. */
export function appendInPlace(site: Site, number: number, step: InPlaceStep): void {
  appendLine(site.host, journalOf(site), { in_place: number, step });
}

/** The line end before it ends a line that an earlier, failed append may have left torn. */
function appendLine({ fs }: Host, path: string, line: unknown): void {
  withFile(fs.open(path, { append: true }), (file) => {
    file.write(new TextEncoder().encode(`\n${JSON.stringify(line)}\n`));
    file.sync();
  });
}
