import {
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

/** Removes what was written of a backup that will not be published. */
export function discardBackup(host: Host, places: Places): void {
  const { archive, sha256, work } = places;
  removeIfThere(host.fs, work);
  if (!archive || !sha256) return;
  removeIfThere(host.fs, sha256.partial);
  if (!lstatIfThere(host.fs, archive.final)) removeIfThere(host.fs, sha256.final);
  removeIfThere(host.fs, archive.partial);
}
