/** An older agent may not be able to open the databases of a newer one. */
import { agentVersion } from "../doctor/mod.ts";
import type { Planner } from "./planner.ts";

const VERSION = /^(\d+(?:\.\d+){0,3})(-[\w.-]+)?(?:\+[\w.-]+)?$/;

/** Whether a version is newer than another; not where either is none. `1.0.0-x` comes before `1.0.0`. */
export function isNewerVersion(one: string, other: string): boolean {
  const [a, b] = [VERSION.exec(one), VERSION.exec(other)];
  if (!a || !b) return false;
  const [ours, theirs] = [a, b].map(([, numbers]) => numbers.split(".").map(Number));
  for (let at = 0; at < Math.max(ours.length, theirs.length); at++) {
    const difference = (ours[at] ?? 0) - (theirs[at] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  if (!a[2] || !b[2]) return !a[2] && b[2] !== undefined;
  return a[2].localeCompare(b[2], "en", { numeric: true }) > 0;
}

/** Warns where databases come back from a newer agent than the one that last wrote to the target. */
export function warnOfNewerAgent({ host, plan, bringsDatabases }: Planner): void {
  const { manifest: { agent, profile }, target: { home } } = plan;
  if (!agent || profile !== home.profile.id) return;
  const here = bringsDatabases ? agentVersion(host, home)?.version : undefined;
  if (here === undefined || !isNewerVersion(agent.version, here)) return;
  plan.warnings.push(
    `The backup was made with ${home.profile.name} ${agent.version}, and ${here} was last used ` +
      "here: it may not be able to open the databases that come back. Update it first.",
  );
}
