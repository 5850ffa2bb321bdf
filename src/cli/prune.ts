import type { Command } from "commander";
import {
  type Act,
  type Answer,
  backupRootOption,
  type Context,
  type GlobalFlags,
  helpTail,
} from "./command.ts";
import { backupScope } from "./homes.ts";
import { type KeepFlags, keepOptions, keepRules } from "./keep.ts";
import { pruneText } from "./text/prune.ts";

interface PruneFlags extends GlobalFlags, KeepFlags {
  backupRoot?: string;
  remote?: string;
  apply?: boolean;
}

async function pruneBackups({ host }: Context, flags: PruneFlags): Promise<Answer> {
  const { prune, pruneRemote } = await import("../upkeep/mod.ts");
  const how = { rules: keepRules(flags), apply: flags.apply };
  const scope = await backupScope(host, flags);
  const result = flags.remote === undefined
    ? await prune(host, { ...scope, ...how })
    : await pruneRemote(host, { backend: flags.remote, profile: scope.profile?.id, ...how });
  return { result, text: (style) => pruneText(result, style) };
}

/** `prune`. */
export function definePrune(program: Command, act: Act): void {
  const command = program.command("prune")
    .description("remove backups that no rule keeps; says what would go unless --apply");
  keepOptions(command)
    .option("--remote <id>", "the copies of this machine at this backend; those here stay")
    .option("--apply", "do it: what goes is gone for good")
    .addOption(backupRootOption())
    .addHelpText(
      "after",
      "\nThe last verified backup of a home always stays, and the last whose configuration parses.\n" +
        helpTail([
          "lifeboat prune --keep-last 3 --keep-daily 7 --keep-weekly 4",
          "lifeboat prune --remote nas --keep-daily 30 --apply",
        ], [0, 1, 2, 10, 11, 12, 20, 130]),
    )
    .action(act(pruneBackups));
}
