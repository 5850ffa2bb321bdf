/** The parts that can be installed, each by itself, and planned together. */
import { asLifeboatError, type Host, type LifeboatError } from "../base/mod.ts";
import { presentAgents } from "./homes.ts";
import type { InstallFault, InstallPlan } from "./install.ts";
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

/** Parts that lie in each agent's own configuration: a broken one must not hold up the others. */
const PER_AGENT: readonly Part[] = ["mcp", "hooks"];

/** What cannot be taken out. */
interface Left {
  part: Part;
  agent?: Skilled;
  error: LifeboatError;
}

/** One after another, what is taken out for itself. */
function eachAlone(part: Part, options: PartOptions): PartOptions[] {
  if (!PER_AGENT.includes(part)) return [options];
  return among(SKILLED, options).map((agent) => ({ ...options, agents: [agent] }));
}

async function planRemovals(
  host: Host,
  parts: Part[],
  options: PartOptions,
): Promise<{ plans: InstallPlan[]; left: Left[] }> {
  const plans: InstallPlan[] = [];
  const left: Left[] = [];
  for (const part of parts) {
    for (const alone of eachAlone(part, options)) {
      try {
        plans.push(await PLANNERS[part].remove(host, alone));
      } catch (thrown) {
        const error = asLifeboatError(thrown);
        if (error.kind === "interrupted") throw error;
        const agent = PER_AGENT.includes(part) ? alone.agents?.[0] : undefined;
        left.push({ part, agent, error });
      }
    }
  }
  return { plans, left };
}

function faultOf({ part, agent, error: { code, message } }: Left): InstallFault {
  const again = `lifeboat uninstall ${part}${agent ? ` --for ${agent}` : ""}`;
  const hint = `Mend it and run this, or take it out by hand: ${again}`;
  return { ...(agent && { agent }), what: part, code, message, hint };
}

/** What is left in calls the program, and it is what takes that out once it can. */
function keepProgram(host: Host): InstallPlan {
  const { steps } = planProgramRemoval(host);
  const next = "The program stays until the rest is out. Then run: lifeboat uninstall program";
  return {
    steps: steps.map((step) => ({ ...step, action: "kept" })),
    next_steps: steps.length > 0 ? [next] : [],
  };
}

/**
 * Plans for taking parts out; without any all of them. What cannot be taken out is told of, and holds
 * up nothing but the program; where nothing can, throws `bad_config`, `cannot_edit`.
 */
export async function planUninstall(
  host: Host,
  named: readonly Part[],
  options: PartOptions,
): Promise<InstallPlan[]> {
  const isMeant = (part: Part) => named.length === 0 || named.includes(part);
  const parts = PARTS.toReversed().filter((part) => isMeant(part) && part !== "program");
  const { plans, left } = await planRemovals(host, parts, options);
  if (isMeant("program")) {
    plans.push(left.length > 0 ? keepProgram(host) : planProgramRemoval(host));
  }
  const isSomeOut = plans.some(({ steps }) =>
    steps.some(({ action }) => action === "remove" || action === "change")
  );
  if (left.length > 0 && !isSomeOut) throw left[0].error;
  return [...plans, { steps: [], faults: left.map(faultOf), next_steps: [] }];
}
