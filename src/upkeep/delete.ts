/** Removing one backup that the user names. */
import { type Host, LifeboatError, pathsOf } from "../base/mod.ts";
import {
  type BackupItem,
  type BackupScope,
  findBackup,
  isPreRestore,
  listBackups,
  listRoot,
} from "../catalog/mod.ts";
import { pathsOfBackup, removeBackup } from "./remove.ts";
import { homeKey } from "./retention.ts";
import { firstVerified, isVerified } from "./verified.ts";

/** What `delete` gives back. */
export interface DeleteResult {
  ok: true;
  id: string;
  /** Of the archive; null for one that is only a folder. */
  bytes: number | null;
  /** What was removed. */
  paths: string[];
}

/** The backup that an ID means. Throws `no_such_backup`, `ambiguous_id`. */
export async function findItem(host: Host, id: string, scope: BackupScope): Promise<BackupItem> {
  const path = await findBackup(host, id, scope);
  const { dirname } = pathsOf(host.platform);
  const found = (await listRoot(host, dirname(path)))
    .find((item) => item.backup_dir === path || item.archives.includes(path));
  if (found) return found;
  throw new LifeboatError("missing", "no_such_backup", `There is no backup at ${path}`, {
    hint: "See the backups with: lifeboat list",
  });
}

/**
 * Removes a backup for good. Throws `confirmation_required`, `last_verified_backup` (refused; design.md
 * 1.11), `locked`.
 */
export async function deleteBackup(
  host: Host,
  item: BackupItem,
  { confirmed }: { confirmed: boolean },
): Promise<DeleteResult> {
  if (!confirmed) {
    throw new LifeboatError(
      "refused",
      "confirmation_required",
      `${item.id} would be gone for good`,
      {
        hint: "Confirm it with --yes",
      },
    );
  }
  await refuseLastVerified(host, item);
  const paths = pathsOfBackup(host, item);
  removeBackup(host, item);
  return { ok: true, id: item.id, bytes: item.bytes, paths };
}

async function refuseLastVerified(host: Host, item: BackupItem): Promise<void> {
  if (isPreRestore(item) || !await isVerified(host, item)) return;
  const { dirname } = pathsOf(host.platform);
  const others = await listBackups(host, {
    backupRoot: dirname(item.archives[0] ?? item.backup_dir!),
  });
  const ofHome = others.backups.filter((other) =>
    other.id !== item.id && !isPreRestore(other) && homeKey(other) === homeKey(item)
  );
  if (await firstVerified(host, ofHome)) return;
  throw new LifeboatError(
    "refused",
    "last_verified_backup",
    `${item.id} is the last verified backup of ${item.home ?? "its home"}`,
    { hint: "Make another one first with: lifeboat backup" },
  );
}
