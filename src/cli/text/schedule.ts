import { printable } from "../../base/mod.ts";
import type { Schedule, ScheduledRun, ScheduleRecord } from "../../upkeep/mod.ts";
import { formatAge, formatFields } from "../format.ts";
import type { Style } from "../style.ts";

/** When a schedule runs, in a few words. */
export function scheduleText({ every_hours, at }: Schedule): string {
  if (at !== null) return `every day at ${at}`;
  return every_hours % 24 === 0
    ? every_hours === 24 ? "every day" : `every ${every_hours / 24} days`
    : `every ${every_hours} hours`;
}

/** What stays of older backups. */
function keepText({ keep }: Schedule): string {
  const rules = Object.entries(keep).map(([rule, count]) => `${count} ${rule}`);
  return rules.length > 0 ? rules.join(", ") : "all";
}

/** A schedule, and how it went. */
export function scheduleShownText(
  { schedule, record }: { schedule: Schedule | null; record: ScheduleRecord },
  now: Date,
): string {
  if (!schedule) return "Nothing is scheduled. Do it with: lifeboat schedule install --every 1d\n";
  const { last_ok, failure } = record;
  const fields: [string, string][] = [
    ["Runs", scheduleText(schedule)],
    ["Keeps", keepText(schedule)],
    ["Encrypts", printable(schedule.recipients.join(", ")) || "no"],
    ["Copies to", schedule.storage === null ? "no backend" : printable(schedule.storage)],
    ["Last success", last_ok === null ? "none yet" : `${formatAge(last_ok, now)} (${last_ok})`],
  ];
  if (failure !== null) fields.push(["Last failure", printable(failure)]);
  return formatFields(fields).join("\n") + "\n";
}

/** What a scheduled run did. */
export function scheduledRunText(run: ScheduledRun, style: Style): string {
  if (!run.ran) return "It is not yet time.\n";
  const lines = run.backups.map(({ profile, backup_id, failure }) =>
    `${profile}  ${printable(backup_id ?? "no backup")}${failure ? `: ${printable(failure)}` : ""}`
  );
  lines.push(
    ...run.drills.map(({ profile, backup, ok }) =>
      `${profile}  drill of ${printable(backup)}: ${ok ? "would restore" : "failed"}`
    ),
  );
  if (run.removed.length > 0) lines.push(`Removed: ${run.removed.map(printable).join(", ")}`);
  lines.push(run.ok ? style.green("All is well.") : style.red("Not all is well."));
  return lines.join("\n") + "\n";
}
