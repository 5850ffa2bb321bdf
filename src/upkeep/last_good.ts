/** What retention keeps of each home whatever the rules say. */
import { type BackupItem, isPreRestore } from "../catalog/mod.ts";
import { type Choice, homeKey } from "./retention.ts";

/** Finds the first of some backups of a home that can be relied on. */
export type FirstVerified = (items: BackupItem[]) => Promise<BackupItem | undefined>;

/** Adds what must stay of each home although no rule keeps it (design.md 1.2 and 1.11). */
export async function protectLastGood(
  choices: Choice[],
  firstVerified: FirstVerified,
): Promise<Choice[]> {
  const kept = new Map<BackupItem, string>();
  const homes = Map.groupBy(choices, ({ item }) => homeKey(item));
  for (const ofHome of homes.values()) {
    for (const [item, reason] of await lastGood(ofHome, firstVerified)) kept.set(item, reason);
  }
  return choices.map(({ item, reasons }) => {
    const reason = kept.get(item);
    return { item, reasons: reason ? [reason] : reasons };
  });
}

/**
 * Where nothing that stays of a home is verified, the newest verified backup that would go; where
 * there is none of these either, all of them. The same again for those whose configuration parses.
 */
async function lastGood(
  ofHome: Choice[],
  firstVerified: FirstVerified,
): Promise<[BackupItem, string][]> {
  const going = ofHome.filter(({ reasons }) => reasons.length === 0).map(({ item }) => item);
  if (going.length === 0) return [];
  const candidates = ofHome.filter(({ item }) => !isPreRestore(item) && item.part === null);
  const find = async (isStaying: boolean, parses: boolean) =>
    await firstVerified(
      candidates.filter(({ reasons }) => (reasons.length > 0) === isStaying).map(({ item }) => item)
        .filter((item) => !parses || item.malformed_configs === 0),
    );
  if (await find(true, true)) return [];
  const lastParsed = await find(false, true);
  if (lastParsed) return [[lastParsed, "last_that_parses"]];
  if (await find(true, false)) return [];
  const last = await find(false, false);
  if (last) return [[last, "last_verified"]];
  return going.map((item) => [item, "none_verified"]);
}
