import type { Command } from "commander";
import type { Home } from "../profiles/mod.ts";
import {
  type Act,
  type Answer,
  backupRootOption,
  type Context,
  type GlobalFlags,
  helpTail,
  homeOption,
  isolatedOption,
  joined,
} from "./command.ts";
import { chooseHomes } from "./homes.ts";
import { passwordAsker, withPasswordOptions } from "./password.ts";
import { drillText } from "./text/drill.ts";
import { addUnlockOptions, type UnlockFlags, unlockFrom } from "./unlock.ts";

interface DrillFlags extends GlobalFlags, UnlockFlags {
  home?: string;
  isolated?: string;
  backupRoot?: string;
}

async function drillHome(context: Context, home: Home, flags: DrillFlags): Promise<Answer> {
  const { drill } = await import("../upkeep/mod.ts");
  const { backupRoot } = flags;
  const password = passwordAsker(context, flags);
  const unlock = unlockFrom(context, flags);
  const result = await drill(context.host, home, { backupRoot, password, unlock });
  return { result, text: (style) => drillText(result, home, style) };
}

async function drillHomes(context: Context, flags: DrillFlags): Promise<Answer> {
  const one = flags.profile ?? (flags.isolated === undefined ? undefined : "codex");
  const homes = await chooseHomes(context.host, { ...flags, profile: one ?? "all" });
  if (homes.length === 1 && one) return await drillHome(context, homes[0], flags);
  const answers: Answer[] = [];
  for (const home of homes) answers.push(await drillHome(context, home, flags));
  return joined(answers);
}

/** `drill`. */
export function defineDrill(program: Command, act: Act): void {
  const command = program.command("drill")
    .description("try whether the newest backup of each home would save it; no home is touched")
    .addOption(homeOption())
    .addOption(isolatedOption())
    .addOption(backupRootOption());
  addUnlockOptions(withPasswordOptions(command))
    .addHelpText(
      "after",
      helpTail(
        ["lifeboat drill", "lifeboat drill --profile codex", "lifeboat drill --isolated reviewer"],
        [0, 1, 2, 3, 10, 11, 12, 130],
      ),
    )
    .action(act(drillHomes));
}
