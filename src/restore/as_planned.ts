/** What was compared while planning must still be so when it is replaced. */
import { type FileInfo, type Host, LifeboatError, lstatIfThere } from "../base/mod.ts";
import { isMove, type MoveOp } from "./journal_types.ts";
import { pathBelow } from "./layout.ts";
import { key, SIDECARS } from "./paths.ts";
import type { Plan } from "./planner.ts";

/**
 * Throws `changed_meanwhile` when a file that a plan of conversations replaces, adds to or makes, or one
 * that any plan merges, is not what it was: an agent may have begun and ended since, and what it said
 * must not be replaced. Where the agent may run, a settings file changes all the time; what is merged
 * is then what it said when it was planned, and its last state is kept to be undone.
 */
export function requireAsPlanned(
  host: Host,
  { ops, target, sessions, merged = [] }: Plan,
  { allowRunning }: { allowRunning?: boolean },
): void {
  const settled = allowRunning ? [] : merged;
  const compared = new Set(
    settled.flatMap(({ root, path }) =>
      ["", ...SIDECARS].map((suffix) => key(root, path + suffix))
    ),
  );
  if (!sessions && compared.size === 0) return;
  for (const op of ops) {
    if (!isMove(op) || !(sessions || compared.has(key(op.root, op.path)))) continue;
    const root = target.roots.find(({ id }) => id === op.root)!;
    const path = pathBelow(host, root, op.path);
    if (isAsPlanned(op, lstatIfThere(host.fs, path))) continue;
    throw new LifeboatError("busy", "changed_meanwhile", `${path} was changed meanwhile`, {
      hint: "Nothing was restored. Close the agent, then try again.",
    });
  }
}

function isAsPlanned({ old }: MoveOp, info: FileInfo | undefined): boolean {
  if (!info) return old.kind === "absent";
  if (old.kind !== "file") return old.kind === info.kind;
  return info.kind === "file" && info.size === old.size && info.mtimeMs === old.mtime_ms;
}
