import type { BenchHome } from "./home.ts";
import { type Author, growTranscript } from "./transcript.ts";

/** What a day's work does to a home. */
export interface Change {
  /** Bytes that were appended, and bytes of the files that were edited. */
  bytes: number;
  appended: string[];
  edited: string[];
}

/** Conversations that go on: the longest, and some others. */
const APPENDED = 5;
/** Part of the change that is edits of small files. */
const EDITS = 0.1;
/** Files that lie together are edited together, as those of a skill that is worked on. */
const EDITED_TOGETHER = 10;

/**
 * Changes so large a part of a home's bytes: lines are appended to transcripts, and small files get
 * another sentence in their middle. Databases stay as they are.
 */
export function changeBenchHome(home: BenchHome, part: number): Change {
  const change: Change = { bytes: 0, appended: home.transcripts.slice(0, APPENDED), edited: [] };
  const wanted = home.bytes * part;
  editSmallFiles(home, change, wanted * EDITS);
  const each = (wanted - change.bytes) / change.appended.length;
  for (const path of change.appended) {
    const grown = growTranscript(path, each, home.author);
    change.bytes += grown;
    home.bytes += grown;
  }
  return change;
}

function editSmallFiles(home: BenchHome, change: Change, bytes: number): void {
  const { small, author } = home;
  while (change.bytes < bytes && change.edited.length < small.length) {
    const first = Math.floor(author.random() * small.length);
    for (const path of small.slice(first, first + EDITED_TOGETHER)) {
      if (change.edited.includes(path)) continue;
      const before = Deno.statSync(path).size;
      editFile(path, author);
      const { size } = Deno.statSync(path);
      change.edited.push(path);
      change.bytes += size;
      home.bytes += size - before;
    }
  }
}

function editFile(path: string, { write }: Author): void {
  const text = Deno.readTextFileSync(path);
  const middle = Math.floor(text.length / 2);
  Deno.writeTextFileSync(path, text.slice(0, middle) + write(20) + text.slice(middle));
}
