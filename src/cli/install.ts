import { Argument, type Command, Option } from "commander";
import type { InstallPlan, Part, PartOptions } from "../agents/mod.ts";
import { type Act, type Answer, type Context, type GlobalFlags, helpTail } from "./command.ts";
import { installText } from "./text/install.ts";

interface InstallFlags extends GlobalFlags {
  for?: PartOptions["agents"];
  alias?: string[];
  dryRun?: boolean;
}

const agents = () => import("../agents/mod.ts");

// Said here as well, so that help need not load the engine; a test holds them together.
const PARTS = ["program", "skills", "hooks", "mcp", "schedule"];
const AGENTS = ["claude-code", "codex", "openclaw"];
const OLD_NAMES = ["agent-environment-backup", "codex-environment-backup"];

function forOption(): Option {
  return new Option("--for <agent...>", "which agents; by default all that are here").choices(
    AGENTS,
  );
}

function whatArgument(byDefault: string): Argument {
  return new Argument("[what...]", `which parts; by default ${byDefault}`).choices(PARTS);
}

async function carryOutAll(plans: InstallPlan[], { dryRun }: InstallFlags): Promise<Answer> {
  const { carryOut } = await agents();
  const result = await carryOut(plans, { dryRun });
  return { result, text: (style) => installText(result, style) };
}

async function install({ host }: Context, flags: InstallFlags, [what]: unknown[]) {
  const { planInstall } = await agents();
  const options = { agents: flags.for, aliases: flags.alias };
  return carryOutAll(await planInstall(host, what as Part[], options), flags);
}

async function uninstall({ host }: Context, flags: InstallFlags, [what]: unknown[]) {
  const { planUninstall } = await agents();
  return carryOutAll(await planUninstall(host, what as Part[], { agents: flags.for }), flags);
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
        [
          "lifeboat install",
          "lifeboat install hooks mcp --for codex",
          "lifeboat install --dry-run",
        ],
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
      helpTail(["lifeboat uninstall", "lifeboat uninstall hooks"], [0, 1, 2, 3, 10]),
    )
    .action(act(uninstall));
}
