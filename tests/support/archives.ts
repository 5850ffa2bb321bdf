import {
  type ArchiveWriter,
  createArchiveWriter,
  type EarlierArchive,
  type WrittenArchive,
} from "../../src/archive/mod.ts";
import { type Host, sha256Of, type WorkerPool } from "../../src/base/mod.ts";
import { inlinePool } from "./inline_pool.ts";

/** An entry that a test stores; without content it is a folder. */
export interface SampleEntry {
  path: string;
  mode: number;
  mtimeMs: number;
  content?: Uint8Array;
}

/** The top folder of all archives that tests write. */
export const TOP = "codex-backup";

/** Bytes that compress to about a third, the same for the same seed. */
export function contentOf(size: number, seed = 1): Uint8Array {
  const words = new Uint32Array(Math.ceil(size / 4));
  let state = seed * 2_654_435_761 >>> 0;
  for (let at = 0; at < words.length; at++) {
    state = Math.imul(state, 1_664_525) + 1_013_904_223 >>> 0;
    words[at] = 0x61616161 + ((state >>> 24) & 0x0f);
  }
  return new Uint8Array(words.buffer, 0, size);
}

const MIB = 1 << 20;

/** A longer entry has slices of its own; shorter ones share segments (FORMAT.md section 2). */
export const LARGE_ABOVE = 256 << 10;

/** Files for several batches of work: small ones, of one and of several slices, and an empty one. */
export function filesForBatches(): Record<string, Uint8Array> {
  return {
    "empty": new Uint8Array(),
    "huge.jsonl": contentOf(13 * MIB + 5, 5),
    "large.jsonl": contentOf(5 * MIB + 1, 6),
    "slice.jsonl": contentOf(4 * MIB, 7),
    ...Object.fromEntries(
      Array.from({ length: 60 }, (_, n) => [`grün/${n}.md`, contentOf(100_003 + n, n + 10)]),
    ),
  };
}

/** Entries of every size and name that could go wrong, with times before 1970 and after 2100. */
export function oddEntries(): SampleEntry[] {
  const edges = [512, LARGE_ABOVE, MIB, 4 * MIB].flatMap((edge) => [edge - 1, edge, edge + 1]);
  const sizes = [0, 1, ...edges];
  const names = [
    "grün/日本語 🚀.md",
    "line\nbreak",
    " spaces ",
    `${"long/".repeat(40)}end`,
    `${"n".repeat(100)}/${"ü".repeat(70)}`,
  ];
  const times = [0, -86_400_000, Date.UTC(2100, 5, 15, 1, 2, 3, 456), 1_763_640_000_007];
  const file = (path: string, size: number, mtimeMs = 1_763_640_000_123): SampleEntry => ({
    path,
    mode: 0o640,
    mtimeMs,
    content: contentOf(size, size + 1),
  });
  return [
    { path: "files", mode: 0o700, mtimeMs: 1_763_640_001_000 },
    { path: "files/empty", mode: 0o750, mtimeMs: 1_763_640_001_500 },
    ...sizes.map((size) => file(`files/size-${size}`, size)),
    ...names.map((name) => file(`files/${name}`, 10)),
    ...times.map((time) => file(`files/time${time}`, 3, time)),
    file("manifest.json", 8 * MIB),
  ];
}

/** Stores entries; each large file in pieces of an odd length. */
export async function storeEntries(writer: ArchiveWriter, entries: SampleEntry[]): Promise<void> {
  for (const { path, mode, mtimeMs, content } of entries) {
    if (!content) {
      await writer.directory(path, { mode, mtimeMs });
    } else if (content.length <= LARGE_ABOVE) {
      await writer.file({ path, mode, mtimeMs, sha256: sha256Of(content) }, content.slice());
    } else {
      const sink = await writer.beginFile({ path, mode, mtimeMs, size: content.length });
      for (let at = 0; at < content.length; at += 300_007) {
        await sink.write(content.subarray(at, at + 300_007));
      }
      await sink.commit(sha256Of(content));
    }
  }
}

/** Writes an archive with these entries, the last of which is the manifest. */
export async function writeArchive(
  host: Host,
  path: string,
  entries: SampleEntry[],
  options: {
    format?: "tar.gz" | "tar.zst" | "zip";
    level?: number;
    pool?: WorkerPool;
    earlier?: EarlierArchive;
  } = {},
): Promise<WrittenArchive> {
  const { format = "tar.gz", level = 1, pool = inlinePool(), earlier } = options;
  const writer = createArchiveWriter(host, { path, format, top: TOP, level, pool, earlier });
  await storeEntries(writer, entries);
  return await writer.finish();
}
