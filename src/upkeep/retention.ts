/** Which backups stay: rules over their times, as restic's `forget` has them. Pure. */
import { type BackupItem, isPreRestore } from "../catalog/mod.ts";

/** How many backups stay by each rule; the newest of each day, week and month counts. */
export interface KeepRules {
  last?: number;
  daily?: number;
  weekly?: number;
  monthly?: number;
}

/** One backup, and why it stays. */
export interface Choice {
  item: BackupItem;
  /** `last`, `daily`, … or why no rule applies to it; empty: it may go. */
  reasons: string[];
}

const DAY_MS = 86_400_000;

/** The Monday of a day's week; both as `YYYY-MM-DD`. */
function mondayOf(day: string): string {
  const time = Date.parse(`${day}T00:00Z`);
  const sinceMonday = (new Date(time).getUTCDay() + 6) % 7;
  return new Date(time - sinceMonday * DAY_MS).toISOString().slice(0, 10);
}

/** What two backups share when a rule sees them as one; of the day where each was made. */
const PERIODS: [rule: keyof KeepRules, periodOf: (item: BackupItem) => string][] = [
  ["last", ({ id }) => id],
  ["daily", ({ created_at }) => created_at!.slice(0, 10)],
  ["weekly", ({ created_at }) => mondayOf(created_at!.slice(0, 10))],
  ["monthly", ({ created_at }) => created_at!.slice(0, 7)],
];

/** What tells the backups of one home from those of another. */
export function homeKey(
  { profile, home, home_mark }: Pick<BackupItem, "profile" | "home" | "home_mark">,
): string {
  return `${profile}\0${home ?? home_mark}`;
}

/** Why no rule may remove a backup; those of other tools are theirs. */
function untouchable(item: BackupItem): string | undefined {
  if (item.status === "unreadable") return "unreadable";
  if (item.type !== "lifeboat") return "other_tool";
  const isKnown = item.created_at && item.profile && (item.home ?? item.home_mark);
  return isKnown ? undefined : "unknown_home";
}

/**
 * Backups made before a restore have rules of their own, or three restores would push out the rest; so
 * have those of a part of the home.
 */
function seriesOf(item: BackupItem): string {
  return `${homeKey(item)}\0${isPreRestore(item)}\0${item.part ?? ""}`;
}

/**
 * Decides for each backup why it stays, if it does.
 *
 * @param items newest first
 */
export function chooseByRules(items: BackupItem[], rules: KeepRules): Choice[] {
  const seen = new Map<string, Set<string>>();
  return items.map((item) => {
    const exempt = untouchable(item);
    if (exempt) return { item, reasons: [exempt] };
    const reasons = PERIODS.filter(([rule, periodOf]) => {
      const key = `${seriesOf(item)}\0${rule}`;
      if (!seen.has(key)) seen.set(key, new Set());
      const periods = seen.get(key)!;
      const period = periodOf(item);
      if (periods.has(period) || periods.size >= (rules[rule] ?? 0)) return false;
      periods.add(period);
      return true;
    });
    return { item, reasons: reasons.map(([rule]) => rule) };
  });
}
