import { type Host, LifeboatError, readText, statIfThere } from "../base/mod.ts";
import { createPulse } from "./pulse.ts";
import { hashFile, reading } from "./source_file.ts";

/** What the `.sha256` file beside an archive says of it. */
export type HashFileState = "matches" | "differs" | "unreadable" | "absent";

/** What was found, with both hashes where they differ. */
export interface HashFileCheck {
  state: HashFileState;
  path: string;
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

/** Compares an archive with the `.sha256` file beside it; reads the whole archive. */
export async function checkHashFile(host: Host, archive: string): Promise<HashFileCheck> {
  const path = `${archive}.sha256`;
  if (!reading(path, () => statIfThere(host.fs, path))) return { state: "absent", path };
  const expected = expectedHash(host, path);
  if (expected === undefined) return { state: "unreadable", path };
  const actual = await hashFile(host, archive, createPulse(host));
  return { state: actual === expected ? "matches" : "differs", path, expected, actual };
}
