import { pathsOf, type Platform } from "../base/mod.ts";
import type { Transcript } from "../sessions/mod.ts";
import type { ThreadRow } from "./state_rows.ts";

/** Where the rows of the state database and the rollouts disagree. */
export interface Parity {
  /** Rows whose rollout is not where they say. */
  rowsWithoutFile: ThreadRow[];
  /** Of these, how many threads have a rollout elsewhere in the home. */
  movedFiles: number;
  filesWithoutRow: Transcript[];
  /** Threads whose row says archived and whose rollout lies among the active ones, or the reverse. */
  archiveDisagrees: number;
  /** Threads of which the home holds more than one rollout. */
  duplicateIds: number;
}

/**
 * A rollout's path as it can be compared: forward slashes, without the prefix of long Windows paths,
 * without the suffix of a compressed rollout, and on Windows without case.
 */
export function comparablePath(path: string, platform: Platform): string {
  const plain = path.replace(/\.zst$/i, "");
  if (platform !== "windows") return pathsOf(platform).normalize(plain);
  const short = plain.replace(
    /^[\\/]{2}\?[\\/](?:UNC[\\/])?/i,
    (prefix) => /UNC/i.test(prefix) ? "\\\\" : "",
  );
  return pathsOf(platform).normalize(short).replaceAll("\\", "/").toLowerCase();
}

/** What the comparison needs of the machine. */
export interface ParityOptions {
  platform: Platform;
  /** The home, absolute. */
  home: string;
  /** Whether there is a rollout at a path that is none of the transcripts'. */
  isThere: (path: string) => boolean;
}

/** Compares the rows of all state databases with the rollouts, by thread id and by path. */
export function compareWithRows(
  rows: ThreadRow[],
  transcripts: Transcript[],
  { platform, home, isThere }: ParityOptions,
): Parity {
  const { join } = pathsOf(platform);
  const pathOf = ({ path }: Transcript) => comparablePath(join(home, path), platform);
  const byPath = new Map(transcripts.map((transcript) => [pathOf(transcript), transcript]));
  const ids = new Set(transcripts.map(({ id }) => id));
  const rowPath = ({ rolloutPath }: ThreadRow) => comparablePath(rolloutPath, platform);
  const rowPaths = new Set(rows.map(rowPath));
  const rowIds = new Set(rows.map(({ id }) => id));
  const rowsWithoutFile = rows.filter((row) =>
    !byPath.has(rowPath(row)) && !isThere(row.rolloutPath)
  );
  return {
    rowsWithoutFile,
    movedFiles: rowsWithoutFile.filter(({ id }) => ids.has(id)).length,
    filesWithoutRow: transcripts.filter((file) =>
      !rowIds.has(file.id) && !rowPaths.has(pathOf(file))
    ),
    archiveDisagrees: rows.filter((row) => {
      const file = byPath.get(rowPath(row));
      return file && row.archived !== undefined && row.archived !== file.archived;
    }).length,
    duplicateIds: transcripts.length - ids.size,
  };
}
