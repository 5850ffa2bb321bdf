/** The time stamps of Claude Code's transcripts, by which it deletes them. */
import { compilePatterns, HOME_ROOT } from "../profiles/mod.ts";
import type { Planner } from "./planner.ts";

/**
 * What Claude Code's sweep deletes by its time stamp and a user cannot get back (facts/agent-homes.md
 * 2.2). Memory in the project folders is spared by newer versions only.
 */
const SWEPT = ["projects/", "file-history/", "plans/", "tasks/", "paste-cache/", "image-cache/"];

const DAY = 24 * 60 * 60 * 1000;

/**
 * The sweep runs when Claude Code starts, and counts from the time stamp, 30 days unless a setting
 * says less. Restored with their own times, old transcripts would be deleted at once; so those older
 * than 7 days get the present time (facts/agent-homes.md 2.6). Their true times stay in the backup.
 */
export function protectFromSweep(planner: Planner): void {
  const { host, plan } = planner;
  if (plan.target.home.profile.transcripts !== "claude-code") return;
  const isSwept = compilePatterns(SWEPT);
  const now = host.now().getTime();
  let count = 0;
  for (const [op, file] of plan.staged) {
    const old = file.mtimeMs !== undefined && file.mtimeMs < now - 7 * DAY;
    if (!old || op.root !== HOME_ROOT || !isSwept(op.path, false)) continue;
    file.mtimeMs = now;
    count++;
  }
  if (count === 0) return;
  plan.warnings.push(
    `${count} ${
      count === 1 ? "file" : "files"
    } of conversations older than 7 days get the present ` +
      "time, since Claude Code " +
      "would delete them by their age when it starts. Raise cleanupPeriodDays in settings.json to " +
      "keep them longer.",
  );
}
