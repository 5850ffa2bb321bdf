import { randomUUID } from "node:crypto";
import { lstatIfThere, removeIfThere, statIfThere } from "./files.ts";
import type { Host } from "./host.ts";
import { pathsOf } from "./paths.ts";

/** Older ones were left by a program that was killed; no work takes so long. */
const LEFT_BEHIND_MS = 86_400_000;

/**
 * A folder, not made yet, for what is needed only while something is worked out: in Lifeboat's own
 * state folder, since it holds what homes hold. What a killed program left there is removed.
 *
 * @param purpose name of the folder that holds all scratch folders of one kind
 */
export function newScratch({ fs, folders, platform, now }: Host, purpose: string): string {
  const { join } = pathsOf(platform);
  const place = join(folders.state, purpose);
  const old = statIfThere(fs, place) ? fs.list(place).entries : [];
  for (const { name } of old) {
    const info = lstatIfThere(fs, join(place, name));
    const age = now().getTime() - (info?.mtimeMs ?? Infinity);
    if (age > LEFT_BEHIND_MS) removeIfThere(fs, join(place, name));
  }
  return join(place, randomUUID());
}
