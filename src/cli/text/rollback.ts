import { printable } from "../../base/mod.ts";
import type { RollbackResult } from "../../restore/mod.ts";
import { formatBytes, formatCount, formatFields, formatTime } from "../format.ts";
import type { Style } from "../style.ts";
import { indent, section, some, warningLines } from "./lists.ts";
import { pathName } from "./paths.ts";

type Plan = RollbackResult["plan"];

function nameOf({ root, path }: { root: string; path: string }): string {
  return pathName({ root, relative_path: path });
}

function namesOf({ items }: Plan, ...actions: Plan["items"][number]["action"][]): string[] {
  return some(
    items.filter(({ action }) => actions.includes(action)).map((item) =>
      `${nameOf(item)}${item.kind === "folder" ? "/" : ""}`
    ),
  );
}

function otherLines({ changed_by_others }: Plan): string[] {
  return some(changed_by_others.map((one) => {
    const when = one.at ? `changed ${formatTime(one.at)}` : "not recorded yet";
    const who = one.session ? `, session ${printable(one.session)}` : "";
    return `${nameOf(one)}  ${when}${who}`;
  }));
}

function headLine({ dry_run, ok, to, plan }: RollbackResult, style: Style): string {
  const name = printable(to.name);
  const target = `to ${name}`;
  if (plan.items.length === 0) return style.bold(`Nothing differs from ${name}`);
  if (dry_run) return style.bold(`Rollback ${target}`);
  return ok
    ? `${style.green("Rolled back")} ${style.bold(target)}`
    : `${style.yellow("Partly rolled back")} ${style.bold(target)}`;
}

/** A rollback, planned or carried out. */
export function rollbackText(result: RollbackResult, style: Style): string {
  const { plan, warnings, before_snapshot, root, undo_id, set_aside } = result;
  const fields: [string, string][] = [
    ["In", printable(root)],
    [
      "Come back",
      `${formatCount(plan.create + plan.overwrite, "file")}, ${formatBytes(plan.write_bytes)}`,
    ],
    ["Set aside", formatCount(plan.set_aside, "file")],
    ["As they were", formatCount(plan.unchanged, "path")],
  ];
  if (before_snapshot) fields.push(["Before it", `snapshot ${before_snapshot}`]);
  const undo = `lifeboat snapshot rollback ${before_snapshot} --apply`;
  return [
    headLine(result, style),
    ...indent(formatFields(fields)),
    ...section(style.bold("Come back"), namesOf(plan, "create")),
    ...section(style.bold("Become what they were"), namesOf(plan, "overwrite")),
    ...section(style.bold("Leave, and are kept"), namesOf(plan, "set_aside")),
    ...section(style.yellow("Changed by others since"), otherLines(plan)),
    ...section(
      style.yellow("First seen later; they become what they were then"),
      some(plan.assumed.map(nameOf)),
    ),
    ...section(
      style.yellow("Not tracked, and left as they are"),
      some(plan.left_alone.map(nameOf)),
    ),
    ...section(
      style.red("In the way, and left as it is"),
      some(plan.conflicts.map((one) => `${nameOf(one)}  ${printable(one.message)}`)),
    ),
    ...section(
      style.red("At work in this home: close it first"),
      some(plan.running.map(({ message }) => printable(message))),
    ),
    ...section(
      style.yellow("Changed meanwhile, and kept beside"),
      some(set_aside.map((one) => `${nameOf(one)}  now ${printable(one.at)}`)),
    ),
    ...warningLines(warnings, style),
    ...(undo_id ? [`To take it back: ${undo}`] : []),
    "",
  ].join("\n");
}
