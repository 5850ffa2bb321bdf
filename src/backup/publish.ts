import {
  delay,
  type Host,
  lstatIfThere,
  publish as publishFile,
  removeIfThere,
  writeNewFile,
} from "../base/mod.ts";
import type { Places } from "./places.ts";

/**
 * Publishes what was written, in the order of design.md 1.3: hash file, archive, folder. The
 * archive's rename is the commit (the folder's where there is no archive); a run that is killed
 * between any two steps leaves a state that the next run understands.
 */
export function publishBackup(host: Host, places: Places, archiveSha256?: string): void {
  const { archive, sha256, folder, work } = places;
  if (archive && sha256 && archiveSha256) {
    const name = archive.final.slice(places.root.length + 1);
    writeNewFile(host.fs, sha256.partial, `${archiveSha256}  ${name}\n`);
    publishFile(host.fs, sha256.partial, sha256.final, host.platform);
    publishFile(host.fs, archive.partial, archive.final, host.platform);
  }
  if (folder) publishFile(host.fs, work, folder, host.platform);
  else removeIfThere(host.fs, work);
}

/**
 * That others can read what was published: exFAT and many network shares keep no permissions, and give
 * every file the same.
 */
export function openToOthers({ fs, platform }: Host, { archive, folder, root }: Places): string[] {
  const published = archive?.final ?? folder!;
  if (platform === "windows" || (fs.lstat(published).mode & 0o077) === 0) return [];
  return [
    `The disk of ${root} keeps no permissions: whoever may use it can read this backup. ` +
    "Only one made with --encrypt or --recipient is closed to them",
  ];
}

const MAX_DISCARDS = 20;
const PAUSE_MS = 50;

/**
 * Removes what was written of a backup that will not be published. A worker that was told to stop
 * may still put a file there, hence several tries. What stays all the same is cleared and reported
 * by the next backup; the error that stopped this one is what the user has to hear of.
 */
export async function discardBackup(host: Host, places: Places): Promise<void> {
  for (let tries = 1; tries <= MAX_DISCARDS; tries++) {
    try {
      return removeParts(host, places);
    } catch {
      await delay(PAUSE_MS);
    }
  }
}

function removeParts(host: Host, places: Places): void {
  const { archive, sha256, work } = places;
  removeIfThere(host.fs, work);
  if (!archive || !sha256) return;
  removeIfThere(host.fs, sha256.partial);
  if (!lstatIfThere(host.fs, archive.final)) removeIfThere(host.fs, sha256.final);
  removeIfThere(host.fs, archive.partial);
}
