/** The time stamps of Claude Code's transcripts, by which it deletes them. */
import { parseConfig, tableOf } from "../doctor/mod.ts";
import { compilePatterns, HOME_ROOT } from "../profiles/mod.ts";
import { homeRetention } from "../sessions/mod.ts";
import { readStored } from "./plan_activates.ts";
import type { Planner } from "./planner.ts";
import { contentPath } from "./waiting.ts";

/**
 * What Claude Code's sweep deletes by its time stamp and a user cannot get back (facts/agent-homes.md
 * 2.2). Memory in the project folders is spared by newer versions only.
 */
const SWEPT = ["projects/", "file-history/", "plans/", "tasks/", "paste-cache/", "image-cache/"];

const DAY = 24 * 60 * 60 * 1000;

/** Of files up to this age the sweep, by its own default of 30 days, spares most for weeks. */
const SAFE_DAYS = 7;

/**
 * The sweep runs when Claude Code starts, and counts from the time stamp, 30 days unless a setting
 * says less. Restored with their own times, old transcripts would be deleted at once; so those older
 * than 7 days, or than the setting where that is less, get the present time (facts/agent-homes.md
 * 2.6). Their true times stay in the backup.
 */
export async function protectFromSweep(planner: Planner): Promise<void> {
  const { host, plan } = planner;
  if (plan.target.home.profile.transcripts !== "claude-code") return;
  const isSwept = compilePatterns(SWEPT);
  const window = await sweepDays(planner);
  const days = Math.min(SAFE_DAYS, window);
  const now = host.now().getTime();
  let count = 0;
  for (let number = 0; number < plan.ops.length; number++) {
    const { mtimeMs = now } = plan.ops.stagingOf(number) ?? {};
    if (mtimeMs >= now - days * DAY) continue;
    const { root, path } = plan.ops.at(number);
    if (root !== HOME_ROOT || !isSwept(path, false)) continue;
    plan.ops.setTime(number, now);
    count++;
  }
  if (count > 0) plan.warnings.push(warningOf(count, days, window));
}

/** Ten years: large enough, and far below what some versions take for a mistake (agent-homes.md 2.6). */
const ENOUGH_DAYS = 3650;

function warningOf(count: number, days: number, window: number): string {
  const many = (number: number, noun: string) => `${number} ${noun}${number === 1 ? "" : "s"}`;
  const what = `${many(count, "file")} of conversations older than ${many(days, "day")} ` +
    `${count === 1 ? "gets" : "get"} the ` +
    "present time, since Claude Code would delete them by their age when it starts.";
  if (window >= ENOUGH_DAYS) return what;
  return `${what} It will in ${many(window, "day")}, unless settings.json then says ` +
    `"cleanupPeriodDays": ${ENOUGH_DAYS}.`;
}

const SETTINGS = "settings.json";

/** The shorter window of the settings that are there and those that come back. */
async function sweepDays({ host, plan, options }: Planner): Promise<number> {
  const here = homeRetention(host, plan.target.home).days;
  const op = plan.ops.values().find(({ root, path }) => root === HOME_ROOT && path === SETTINGS);
  if (op?.op !== "file") return here;
  const stored = contentPath(plan, op);
  const text = (await readStored(options.backup, new Set([stored]))).get(stored);
  const parsed = text === undefined ? undefined : parseConfig(text, "json");
  const days = parsed?.ok ? tableOf(parsed.value)?.cleanupPeriodDays : undefined;
  return typeof days === "number" && days >= 0 ? Math.min(here, days) : here;
}
