import type { InstallResult } from "../../agents/mod.ts";
import { printable } from "../../base/mod.ts";
import { formatFields } from "../format.ts";
import type { Style } from "../style.ts";
import { section } from "./lists.ts";

/** What happens to a file, for a person. */
const ACTIONS = {
  create: "made",
  change: "changed",
  remove: "removed",
  unchanged: "as it was",
  kept: "not touched",
};

function nameOf({ agent, what }: { agent?: string; what: string }): string {
  return agent ? `${agent} ${what}` : what;
}

/** Which files of the user were, or would be, changed. */
export function installText(result: InstallResult, style: Style): string {
  const { edits, errors, dry_run, next_steps } = result;
  const lines = formatFields(edits.map((edit) => [
    nameOf(edit),
    `${printable(edit.path)}  ${style.bold(ACTIONS[edit.action])}`,
  ]));
  const faults = errors.flatMap((fault) => [
    `${nameOf(fault)}: ${printable(fault.message)}`,
    `  ${printable(fault.hint)}`,
  ]);
  const end = dry_run ? ["Nothing was changed: this was a dry run."] : next_steps;
  return [
    ...lines,
    ...section(style.red("Could not be taken out"), faults),
    ...end.map(printable),
    "",
  ].join("\n");
}
