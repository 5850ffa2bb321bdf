import { Argument, type Command, Option } from "commander";
import type { InstallPlan, Skilled } from "../agents/mod.ts";
import { type Act, type Answer, type Context, type GlobalFlags, helpTail } from "./command.ts";
import { installText } from "./text/install.ts";

interface InstallFlags extends GlobalFlags {
  for?: Skilled[];
  alias?: string[];
  dryRun?: boolean;
}

type Door = typeof import("../agents/mod.ts");

/** How a part is put in, and taken out. */
interface Part {
  add(door: Door, context: Context, flags: InstallFlags): InstallPlan;
  remove(door: Door, context: Context, flags: InstallFlags): InstallPlan;
}

/** The agents that are meant, of those that a part is for. */
function among<Agent extends Skilled>(known: readonly Agent[], flags: InstallFlags): Agent[] {
  return known.filter((agent) => !flags.for || flags.for.includes(agent));
}

const PARTS: Record<string, Part> = {
  program: {
    add: ({ planProgram }, { host }, flags) => planProgram(host, flags.alias ?? []),
    remove: ({ planProgramRemoval }, { host }) => planProgramRemoval(host),
  },
  skills: {
    add: ({ planSkills, SKILLED }, { host }, flags) => planSkills(host, among(SKILLED, flags)),
    remove: ({ planSkillsRemoval, SKILLED }, { host }, flags) =>
      planSkillsRemoval(host, among(SKILLED, flags)),
  },
  hooks: {
    add: ({ planHooks, HOOKABLE }, { host }, flags) => planHooks(host, among(HOOKABLE, flags)),
    remove: ({ planHooksRemoval, HOOKABLE }, { host }, flags) =>
      planHooksRemoval(host, among(HOOKABLE, flags)),
  },
};

const AGENTS: Skilled[] = ["claude-code", "codex", "openclaw"];
const OLD_NAMES = ["agent-environment-backup", "codex-environment-backup"];

function forOption(): Option {
  return new Option("--for <agent...>", "which agents; by default all that are here").choices(
    AGENTS,
  );
}

function whatArgument(byDefault: string): Argument {
  return new Argument("[what...]", `which parts; by default ${byDefault}`)
    .choices(Object.keys(PARTS));
}

async function carryOutAll(plans: InstallPlan[], flags: InstallFlags): Promise<Answer> {
  const { carryOut } = await import("../agents/mod.ts");
  const result = await carryOut(plans, { dryRun: flags.dryRun });
  return { result, text: (style) => installText(result, style) };
}

async function install(context: Context, flags: InstallFlags, [what]: unknown[]): Promise<Answer> {
  const door = await import("../agents/mod.ts");
  const named = what as string[];
  const skills = door.presentAgents(context.host, among(door.SKILLED, flags)).length > 0;
  const parts = named.length > 0 ? named : ["program", ...(skills ? ["skills"] : [])];
  return carryOutAll(parts.map((part) => PARTS[part].add(door, context, flags)), flags);
}

async function uninstall(context: Context, flags: InstallFlags, [what]: unknown[]) {
  const door = await import("../agents/mod.ts");
  const named = what as string[];
  const parts = named.length > 0 ? named : Object.keys(PARTS).reverse();
  return carryOutAll(parts.map((part) => PARTS[part].remove(door, context, flags)), flags);
}

/** `install`. */
export function defineInstall(program: Command, act: Act): void {
  program.command("install")
    .description("put this program on your PATH, and skills, hooks and more into agents")
    .addArgument(whatArgument("program and skills"))
    .addOption(forOption())
    .addOption(
      new Option("--alias <name...>", "a name of an older tool that starts it, too")
        .choices(OLD_NAMES),
    )
    .option("--dry-run", "only say which files would change")
    .addHelpText(
      "after",
      helpTail(
        ["lifeboat install", "lifeboat install hooks --for codex", "lifeboat install --dry-run"],
        [0, 2, 3, 10],
      ),
    )
    .action(act(install));
}

/** `uninstall`. */
export function defineUninstall(program: Command, act: Act): void {
  program.command("uninstall")
    .description("take out what install has put in; no backup is touched")
    .addArgument(whatArgument("all"))
    .addOption(forOption())
    .option("--dry-run", "only say which files would change")
    .addHelpText(
      "after",
      helpTail(["lifeboat uninstall", "lifeboat uninstall hooks"], [0, 2, 3, 10]),
    )
    .action(act(uninstall));
}
