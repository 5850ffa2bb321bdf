import { printable } from "../../base/mod.ts";
import type { MergedFile, RestoreResult, SessionStep } from "../../restore/mod.ts";
import { formatCount } from "../format.ts";
import { pathName } from "./paths.ts";

const STEPS: Record<SessionStep["action"], string> = {
  create: "comes back",
  unchanged: "is here already, and the same",
  kept: "stays as it is here, where it goes on further",
  replace: "goes on further than what is here, which it continues",
  beside: "went on otherwise here: both stay, and this one gets the id",
};

/** One line for each conversation that was chosen: what happens to it. */
export function sessionLines({ plan: { sessions = [] } }: RestoreResult): string[] {
  return sessions.map(({ id, new_id, project, parent_id, action }) => {
    const what = new_id ? `${STEPS[action]} ${new_id}` : STEPS[action];
    const whose = parent_id ? `sub-agent of ${parent_id}` : project ?? "";
    return printable(`${id}  ${what}${whose && `  (${whose})`}`);
  });
}

const MERGED: Record<MergedFile["what"], [string, string]> = {
  lines: ["line", "is added"],
  rows: ["row", "is added"],
  project: ["project", "is added"],
  cursors: ["reading mark", "is removed"],
  keys: ["key", "is kept"],
};

/** One line for each file into which something is put, or that keeps something. */
export function mergedLines({ plan: { merged = [] } }: RestoreResult): string[] {
  return merged.map(({ root, path, what, count }) => {
    const [noun, verb] = MERGED[what];
    const does = count === 1 ? verb : verb.replace("is", "are");
    return `${pathName({ root, relative_path: path })}  ${
      formatCount(count, noun)
    } ${does}; all else in it ${what === "keys" ? "comes back" : "stays"}`;
  });
}
