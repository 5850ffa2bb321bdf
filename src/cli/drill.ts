import type { Command } from "commander";
import type { Host } from "../base/mod.ts";
import type { Home } from "../profiles/mod.ts";
import {
  type Act,
  type Answer,
  backupRootOption,
  type Context,
  type GlobalFlags,
  helpTail,
  homeOption,
  joined,
} from "./command.ts";
import { chooseHomes } from "./homes.ts";
import { drillText } from "./text/drill.ts";

interface DrillFlags extends GlobalFlags {
  home?: string;
  backupRoot?: string;
}

async function drillHome(host: Host, home: Home, flags: DrillFlags): Promise<Answer> {
  const { drill } = await import("../upkeep/mod.ts");
  const result = await drill(host, home, { backupRoot: flags.backupRoot });
  return { result, text: (style) => drillText(result, home, style) };
}

async function drillHomes({ host }: Context, flags: DrillFlags): Promise<Answer> {
  const homes = await chooseHomes(host, { ...flags, profile: flags.profile ?? "all" });
  if (homes.length === 1 && flags.profile) return await drillHome(host, homes[0], flags);
  const answers: Answer[] = [];
  for (const home of homes) answers.push(await drillHome(host, home, flags));
  return joined(answers);
}

/** `drill`. */
export function defineDrill(program: Command, act: Act): void {
  program.command("drill")
    .description("try whether the newest backup of each home would save it; no home is touched")
    .addOption(homeOption())
    .addOption(backupRootOption())
    .addHelpText(
      "after",
      helpTail(["lifeboat drill", "lifeboat drill --profile codex"], [0, 1, 2, 3, 10, 11, 130]),
    )
    .action(act(drillHomes));
}
