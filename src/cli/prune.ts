import type { Command } from "commander";
import {
  type Act,
  type Answer,
  backupRootOption,
  type Context,
  type GlobalFlags,
  helpTail,
  wholeNumber,
} from "./command.ts";
import { backupScope } from "./homes.ts";
import { pruneText } from "./text/prune.ts";

interface PruneFlags extends GlobalFlags {
  backupRoot?: string;
  keepLast?: number;
  keepDaily?: number;
  keepWeekly?: number;
  keepMonthly?: number;
  remote?: string;
  apply?: boolean;
}

async function pruneBackups({ host }: Context, flags: PruneFlags): Promise<Answer> {
  const { prune, pruneRemote } = await import("../upkeep/mod.ts");
  const { keepLast: last, keepDaily: daily, keepWeekly: weekly, keepMonthly: monthly } = flags;
  const how = { rules: { last, daily, weekly, monthly }, apply: flags.apply };
  const scope = await backupScope(host, flags);
  const result = flags.remote === undefined
    ? await prune(host, { ...scope, ...how })
    : await pruneRemote(host, { backend: flags.remote, profile: scope.profile?.id, ...how });
  return { result, text: (style) => pruneText(result, style) };
}

/** `prune`. */
export function definePrune(program: Command, act: Act): void {
  program.command("prune")
    .description("remove backups that no rule keeps; says what would go unless --apply")
    .option("--keep-last <n>", "keep the newest n of each home", wholeNumber(1))
    .option(
      "--keep-daily <n>",
      "keep the newest of each day, for n days that have one",
      wholeNumber(1),
    )
    .option("--keep-weekly <n>", "the same for weeks", wholeNumber(1))
    .option("--keep-monthly <n>", "the same for months", wholeNumber(1))
    .option("--remote <id>", "the copies of this machine at this backend; those here stay")
    .option("--apply", "do it: what goes is gone for good")
    .addOption(backupRootOption())
    .addHelpText(
      "after",
      "\nThe last verified backup of a home always stays, and the last whose configuration parses." +
        helpTail([
          "lifeboat prune --keep-last 3 --keep-daily 7 --keep-weekly 4",
          "lifeboat prune --remote nas --keep-daily 30 --apply",
        ], [0, 1, 2, 10, 11, 12, 20, 130]),
    )
    .action(act(pruneBackups));
}
