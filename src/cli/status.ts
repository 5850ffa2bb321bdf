import type { Command } from "commander";
import {
  type Act,
  type Answer,
  backupRootOption,
  type Context,
  type GlobalFlags,
  helpTail,
} from "./command.ts";
import { chooseHomes } from "./homes.ts";
import { statusText } from "./text/status.ts";

interface StatusFlags extends GlobalFlags {
  backupRoot?: string;
}

async function status({ host }: Context, flags: StatusFlags): Promise<Answer> {
  const { statusOfHomes } = await import("../upkeep/mod.ts");
  const homes = await chooseHomes(host, { profile: flags.profile ?? "all" });
  const result = await statusOfHomes(host, homes, { backupRoot: flags.backupRoot });
  return { result, text: (style) => statusText(result, host.now(), style) };
}

/** `status`; also what `lifeboat` without a command shows. */
export function defineStatus(program: Command, act: Act): void {
  program.command("status")
    .description("how well each home is backed up, and what to do next")
    .addOption(backupRootOption())
    .addHelpText("after", helpTail(["lifeboat status", "lifeboat status --json"], [0, 1, 2, 10]))
    .action(act(status));
}
