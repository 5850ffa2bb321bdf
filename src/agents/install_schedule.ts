/** Calling `lifeboat schedule run` every hour, by the timer that the system has. */
import { type Host, lstatIfThere } from "../base/mod.ts";
import { loadProfiles } from "../profiles/mod.ts";
import {
  checkSchedule,
  removeSchedule,
  type Schedule,
  schedulePath,
  writeSchedule,
} from "../upkeep/mod.ts";
import type { InstallPlan, InstallStep } from "./install.ts";
import { lastingProgram } from "./install_program.ts";
import { timerRemovalSteps, timerStep } from "./system_timer.ts";
import type { TimedCommand } from "./timers.ts";

/** What is scheduled where nothing else is said. Nothing is ever removed by it. */
export const DAILY: Schedule = {
  every_hours: 24,
  at: null,
  keep: {},
  recipients: [],
  storage: null,
};

/** Variables that say where homes and Lifeboat's own folders lie; none of them is a secret. */
function environmentOf(host: Host): Record<string, string> {
  const ofAgents = loadProfiles(host).flatMap(({ home, roots }) => [
    ...home.env,
    ...[home.named, home.user_home, ...roots.map((root) => root.env)],
  ]);
  const ours = ["XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "LIFEBOAT_CONFIG"];
  const names = new Set([...ofAgents, ...ours].map((place) => place?.split("/")[0]));
  const set = [...names].flatMap((name) => {
    const value = name && host.env[name];
    return value ? [[name, value]] : [];
  });
  return Object.fromEntries(set);
}

function timedCommand(host: Host, { at }: Schedule): TimedCommand {
  const minute = at ? Number(at.slice(-2)) : host.now().getMinutes();
  const args = ["schedule", "run", "--quiet"];
  return { program: lastingProgram(host), args, env: environmentOf(host), minute };
}

/**
 * What setting a schedule up would do. Throws `not_compiled`, and what a run would be refused for:
 * `bad_recipient`, `no_such_backend`, `plaintext_refused`.
 */
export async function planSchedule(host: Host, schedule: Schedule): Promise<InstallPlan> {
  checkSchedule(host, schedule);
  const path = schedulePath(host);
  const settings: InstallStep = {
    what: "schedule",
    path,
    action: lstatIfThere(host.fs, path) ? "change" : "create",
    carryOut: () => writeSchedule(host, schedule),
  };
  const steps = [settings, await timerStep(host, timedCommand(host, schedule))];
  return { steps, next_steps: [] };
}

/** What taking the schedule away would do; what it has made stays. */
export async function planScheduleRemoval(host: Host): Promise<InstallPlan> {
  const path = schedulePath(host);
  const settings: InstallStep[] = lstatIfThere(host.fs, path)
    ? [{ what: "schedule", path, action: "remove", carryOut: () => removeSchedule(host) }]
    : [];
  const timers = await timerRemovalSteps(host, timedCommand(host, DAILY));
  return { steps: [...timers, ...settings], next_steps: [] };
}
