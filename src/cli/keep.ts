import type { Command } from "commander";
import type { KeepRules } from "../upkeep/mod.ts";
import { wholeNumber } from "./command.ts";

/** How the command line says which backups stay. */
export interface KeepFlags {
  keepLast?: number;
  keepDaily?: number;
  keepWeekly?: number;
  keepMonthly?: number;
}

/** Adds the options to a command. */
export function keepOptions(command: Command): Command {
  const each = "keep the newest of each day, for n days that have one";
  return command
    .option("--keep-last <n>", "keep the newest n of each home", wholeNumber(1))
    .option("--keep-daily <n>", each, wholeNumber(1))
    .option("--keep-weekly <n>", "the same for weeks", wholeNumber(1))
    .option("--keep-monthly <n>", "the same for months", wholeNumber(1));
}

/** The rules that the flags say. */
export function keepRules(flags: KeepFlags): KeepRules {
  const { keepLast: last, keepDaily: daily, keepWeekly: weekly, keepMonthly: monthly } = flags;
  return { last, daily, weekly, monthly };
}
