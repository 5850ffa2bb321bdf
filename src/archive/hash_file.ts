import { createPulse, type Host, LifeboatError, readText, statIfThere } from "../base/mod.ts";
import { hashFile, reading } from "./source_file.ts";

/** What the `.sha256` file beside an archive says of it. */
export type HashFileState = "matches" | "differs" | "unreadable" | "absent";

/** What was found, with both hashes where they differ. */
export interface HashFileCheck {
  state: HashFileState;
  /** Whether its hash is the noted one; undefined where none was noted. */
  isAsNoted?: boolean;
  expected?: string;
  actual?: string;
}

/** `<hex>  <name>`: more than a line of it is not looked at. */
const MAX_BYTES = 64 << 10;

/** The hash in the text of such a file; the name in it may be from before a renaming. */
function parseHashFile(text: string): string | undefined {
  return /^\\?([0-9A-Fa-f]{64})(?:[ \t]|\r?\n|$)/.exec(text)?.[1].toUpperCase();
}

function expectedHash(host: Host, path: string): string | undefined {
  try {
    return parseHashFile(reading(path, () => readText(host.fs, path, MAX_BYTES)));
  } catch (error) {
    if (error instanceof LifeboatError) return undefined; // reported as unreadable
    throw error;
  }
}

/**
 * Compares an archive with the `.sha256` file beside it, and with the hash that was noted elsewhere
 * when it was made; reads the whole archive where there is one to compare with.
 */
export async function checkHashFile(
  host: Host,
  archive: string,
  noted?: string,
): Promise<HashFileCheck> {
  const path = `${archive}.sha256`;
  const isThere = reading(path, () => statIfThere(host.fs, path)) !== undefined;
  const expected = isThere ? expectedHash(host, path) : undefined;
  const actual = expected ?? noted ? await hashFile(host, archive, createPulse(host)) : undefined;
  const isAsNoted = noted === undefined ? undefined : actual === noted;
  if (expected === undefined) {
    return { state: isThere ? "unreadable" : "absent", isAsNoted, actual };
  }
  return { state: actual === expected ? "matches" : "differs", isAsNoted, expected, actual };
}
