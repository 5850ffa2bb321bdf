/** The parts that can be installed, each by itself, and planned together. */
import type { Host } from "../base/mod.ts";
import { presentAgents } from "./homes.ts";
import type { InstallPlan } from "./install.ts";
import { HOOKABLE, planHooks, planHooksRemoval } from "./install_hooks.ts";
import { planMcp, planMcpRemoval, SERVED } from "./install_mcp.ts";
import { installedProgram, planProgram, planProgramRemoval } from "./install_program.ts";
import { DAILY, planSchedule, planScheduleRemoval } from "./install_schedule.ts";
import { planSkills, planSkillsRemoval, SKILLED, type Skilled } from "./install_skills.ts";

/** What can be installed, in the order in which it is. */
export const PARTS = ["program", "skills", "hooks", "mcp", "schedule"] as const;
export type Part = typeof PARTS[number];

/** What of the parts is meant. */
export interface PartOptions {
  /** Only for these agents; by default for all that are here. */
  agents?: Skilled[];
  /** Names of older tools that shall start the program, too. */
  aliases?: string[];
}

type Plan = InstallPlan | Promise<InstallPlan>;
type Planner = (host: Host, options: PartOptions) => Plan;

/** The agents that are meant, of those that a part is for. */
function among<Agent extends Skilled>(known: readonly Agent[], { agents }: PartOptions): Agent[] {
  return known.filter((agent) => !agents || agents.includes(agent));
}

const PLANNERS: Record<Part, { add: Planner; remove: Planner }> = {
  program: {
    add: (host, { aliases }) => planProgram(host, aliases ?? []),
    remove: planProgramRemoval,
  },
  skills: {
    add: (host, options) => planSkills(host, among(SKILLED, options)),
    remove: (host, options) => planSkillsRemoval(host, among(SKILLED, options)),
  },
  hooks: {
    add: (host, options) => planHooks(host, among(HOOKABLE, options)),
    remove: (host, options) => planHooksRemoval(host, among(HOOKABLE, options)),
  },
  mcp: {
    add: (host, options) => planMcp(host, among(SERVED, options)),
    remove: (host, options) => planMcpRemoval(host, among(SERVED, options)),
  },
  schedule: {
    add: (host) => planSchedule(host, DAILY),
    remove: planScheduleRemoval,
  },
};

/** What is installed when nothing is named: nothing that acts by itself. */
function usualParts(host: Host, options: PartOptions): Part[] {
  const agents = presentAgents(host, among(SKILLED, options));
  return agents.length > 0 ? ["program", "skills"] : ["program"];
}

/**
 * Plans for installing parts; without any the usual ones. Throws `not_compiled`, `no_such_home`,
 * `bad_config`, before anything is changed.
 */
export async function planInstall(
  host: Host,
  named: readonly Part[],
  options: PartOptions,
): Promise<InstallPlan[]> {
  const parts = named.length > 0 ? named : usualParts(host, options);
  // What is installed now is what hooks and timers shall call.
  const then = parts.includes("program") ? { ...host, executable: installedProgram(host) } : host;
  const plans: InstallPlan[] = [];
  for (const part of PARTS.filter((one) => parts.includes(one))) {
    plans.push(await PLANNERS[part].add(part === "program" ? host : then, options));
  }
  return plans;
}

/** Plans for taking parts out; without any all of them. Throws `bad_config`. */
export async function planUninstall(
  host: Host,
  named: readonly Part[],
  options: PartOptions,
): Promise<InstallPlan[]> {
  const plans: InstallPlan[] = [];
  for (const part of PARTS.toReversed()) {
    if (named.length === 0 || named.includes(part)) {
      plans.push(await PLANNERS[part].remove(host, options));
    }
  }
  return plans;
}
