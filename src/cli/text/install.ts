import type { InstallResult } from "../../agents/mod.ts";
import { printable } from "../../base/mod.ts";
import { formatFields } from "../format.ts";
import type { Style } from "../style.ts";

/** What happens to a file, for a person. */
const ACTIONS = {
  create: "made",
  change: "changed",
  remove: "removed",
  unchanged: "as it was",
  kept: "not touched",
};

/** Which files of the user were, or would be, changed. */
export function installText({ edits, dry_run, next_steps }: InstallResult, style: Style): string {
  const lines = formatFields(edits.map(({ agent, what, path, action }) => [
    agent ? `${agent} ${what}` : what,
    `${printable(path)}  ${style.bold(ACTIONS[action])}`,
  ]));
  const end = dry_run ? ["Nothing was changed: this was a dry run."] : next_steps;
  return [...lines, ...end.map(printable), ""].join("\n");
}
