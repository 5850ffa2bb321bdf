/** Which backups bring everything back. */
import { type Host, LifeboatError } from "../base/mod.ts";
import { type BackupScope, isOwn, isPreRestore, listBackups, lookedIn } from "./find.ts";
import type { BackupItem } from "./list.ts";
import { isUsual } from "./usual.ts";

/** The newest backups, one of each home that is meant. */
export interface NewestBackups<Item extends BackupItem = BackupItem> {
  /** One of each profile, that of its usual home, and one of each isolated home. */
  newest: Item[];
  /** Those of more homes of the same profiles, which cannot go to the same place. */
  others: Item[];
}

/**
 * Chooses from backups, newest first. Where a profile has backups of several homes, those count
 * which are called as the home is called here, or do not tell, being encrypted; of them, or else of
 * all, the one that was backed up last.
 */
export function newestOfEach<Item extends BackupItem>(
  host: Host,
  items: Item[],
): NewestBackups<Item> {
  const usable = items.filter((item) =>
    item.profile && isOwn(item) && !isPreRestore(item) && item.status !== "unreadable"
  );
  const result: NewestBackups<Item> = { newest: [], others: [] };
  const places = Map.groupBy(usable, ({ profile, isolated }) => `${profile}\0${isolated}`);
  for (const ofPlace of places.values()) {
    const homes = Map.groupBy(ofPlace, ({ home, home_mark }) => home ?? home_mark).values();
    // A whole one says more of a home than a newer one of a part of it.
    const newestOf = (items: Item[]) => items.find(({ part }) => part === null) ?? items[0];
    const [first, ...rest] = Array.from(homes, newestOf)
      .sort((a, b) => Number(isUsual(host, b)) - Number(isUsual(host, a)));
    result.newest.push(first);
    result.others.push(...rest);
  }
  return result;
}

/** The newest backup of each home. Throws `no_such_backup`. */
export async function findNewestOfEach(host: Host, scope: BackupScope): Promise<NewestBackups> {
  const { backups, backup_roots } = await listBackups(host, scope);
  const found = newestOfEach(host, backups);
  if (found.newest.length > 0) return found;
  throw new LifeboatError("missing", "no_such_backup", "There are no backups", {
    hint: lookedIn(host, backup_roots),
  });
}
