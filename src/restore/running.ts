/** No file of a home is replaced while the agent, or anybody else, is at work in it. */
import { type Host, LifeboatError } from "../base/mod.ts";
import { findRunning, type Running } from "../doctor/mod.ts";
import type { Home } from "../profiles/mod.ts";
import { recoverInterrupted, type Recovery, recoveryChangesHome } from "./recover.ts";

/** So many processes are named in an error. */
const NAMED = 3;

/**
 * Looks for processes that are at work in a home. Throws `agent_running` when there are any, unless
 * that is allowed.
 */
export async function refuseWhileRunning(
  host: Host,
  home: Home,
  { allowRunning, hint }: { allowRunning?: boolean; hint: string },
): Promise<Running> {
  const looked = await findRunning(host, home);
  const { running } = looked;
  if (running.length === 0 || allowRunning) return looked;
  const named = running.slice(0, NAMED).map(({ message }) => message);
  if (running.length > NAMED) named.push(`and ${running.length - NAMED} more`);
  throw new LifeboatError(
    "busy",
    "agent_running",
    `The home of ${home.profile.name} is in use: ${named.join(", ")}`,
    { hint },
  );
}

/** What to do when a restore is refused. */
export function hintForRestore({ profile: { name } }: Home): string {
  return `Close ${name}, then try again; if you are inside it, start the restorer that lies in the ` +
    "backup once it is closed. With --allow-running it is restored all the same.";
}

/**
 * Brings interrupted restores to an end, as {@linkcode recoverInterrupted} does. Throws
 * `agent_running` where that would change a home that is in use.
 */
export async function recoverUnlessRunning(host: Host, home: Home): Promise<Recovery[]> {
  if (recoveryChangesHome(host, home)) {
    const { name } = home.profile;
    const hint =
      `A restore was interrupted, and is brought to its end first. Close ${name}, then ` +
      "try again.";
    await refuseWhileRunning(host, home, { hint });
  }
  return recoverInterrupted(host, home);
}

/** Throws `agent_running` while a process is at work in a home, unless that is allowed. */
export function refuseIfInUse(host: Host, home: Home, allowRunning?: boolean): Promise<Running> {
  const hint = `Close ${home.profile.name}, then try again. With --allow-running it is done all ` +
    "the same.";
  return refuseWhileRunning(host, home, { allowRunning, hint });
}
