import { printable } from "../../base/mod.ts";
import type { Home } from "../../profiles/mod.ts";
import type { ForgetResult, UndoItem, UndoList, UndoResult } from "../../restore/mod.ts";
import {
  type Column,
  formatAge,
  formatBytes,
  formatCount,
  formatFields,
  formatNumber,
  formatTable,
  formatTime,
} from "../format.ts";
import type { Style } from "../style.ts";
import { indent, pairs, section, some, warningLines } from "./lists.ts";
import { pathName } from "./paths.ts";

function nameOf({ root, path }: { root: string; path: string }): string {
  return pathName({ root, relative_path: path });
}

function sourceText({ plan: { backup, created_at } }: UndoResult): string {
  return `${printable(backup)}, done ${formatTime(created_at)}`;
}

function messages(items: { root: string; path: string; message: string }[]): string[] {
  return some(pairs(items.map((one) => [nameOf(one), printable(one.message)])));
}

/** What an undo would do. */
export function undonePlanText(result: UndoResult, home: Home, style: Style): string {
  const { plan, warnings, kept_beside, restored, removed } = result;
  const activates = pairs(plan.activates.map((one) => [nameOf(one), printable(one.what)]));
  return [
    style.bold(`Undo for ${printable(home.profile.name)}: ${sourceText(result)}`),
    ...indent(formatFields([
      ["In", plan.targets.map(({ path }) => printable(path))],
      ["Come back", `${formatCount(restored.length, "file")}, ${formatBytes(plan.write_bytes)}`],
      ["Leave", `${formatCount(removed.length, "file")}, kept to undo this undo`],
    ])),
    ...section(style.bold("Come back"), some(restored.map(nameOf))),
    ...section(style.bold("Leave"), some(removed.map(nameOf))),
    ...section(
      style.yellow("Changed since the restore, and kept beside"),
      some(kept_beside.map(nameOf)),
    ),
    ...section(style.bold("Will be active again"), some(activates)),
    ...section(style.bold("Not undone"), messages(plan.skipped)),
    ...section(style.red("In the way, and left as it is"), messages(plan.conflicts)),
    ...section(
      style.red("At work in this home: close it first"),
      some(plan.running.map(({ message }) => printable(message))),
    ),
    ...warningLines(warnings, style),
    "",
  ].join("\n");
}

/** An undo that was carried out. */
export function undoneText(result: UndoResult, home: Home, style: Style): string {
  const { plan, warnings, kept_beside, restored, removed, ok } = result;
  const name = `${printable(home.profile.name)}: ${sourceText(result)}`;
  const beside = kept_beside.map((one) => `${nameOf(one)}  now ${printable(one.at ?? "-")}`);
  return [
    ok
      ? `${style.green("Undone")} ${style.bold(name)}`
      : `${style.yellow("Partly undone")} ${style.bold(name)}`,
    ...indent(formatFields([
      ["Came back", formatCount(restored.length, "file")],
      ["Left", formatCount(removed.length, "file")],
    ])),
    ...section(style.yellow("Changed since the restore, and kept beside"), some(beside)),
    ...section(style.bold("Not undone"), messages(plan.skipped)),
    ...section(style.red("In the way, and left as it is"), messages(plan.conflicts)),
    ...warningLines(warnings, style),
    "To go forward again, undo once more: what left its place is kept.",
    "",
  ].join("\n");
}

const COLUMNS: Column[] = [
  { title: "ID" },
  { title: "DONE" },
  { title: "AGE", right: true },
  { title: "FILES", right: true },
  { title: "SIZE", right: true },
  { title: "FROM" },
];

function row(item: UndoItem, now: Date, style: Style): string[] {
  const { undo_id, created_at, files, bytes, backup, takes_back, expired, error } = item;
  const from = takes_back ? `an undo of ${takes_back}` : backup ?? "-";
  const note = error ? style.red("  unusable") : expired ? style.yellow("  expired") : "";
  return [
    undo_id,
    formatTime(created_at),
    formatAge(created_at, now),
    formatNumber(files),
    formatBytes(bytes),
    printable(from) + note,
  ];
}

/** What is kept to be undone, as a table. */
export function undoListText({ undo, home }: UndoList, now: Date, style: Style): string {
  if (undo.length === 0) return `Nothing is kept to undo in ${printable(home)}\n`;
  const table = formatTable(COLUMNS, undo.map((item) => row(item, now, style)), style.bold);
  const faults = undo.flatMap(({ undo_id, error }) =>
    error ? [printable(`${undo_id}: ${error}`)] : []
  );
  const hints = [
    "The first is taken back by: lifeboat undo",
    ...(undo.some(({ expired }) => expired)
      ? ["Expired ones are removed by: lifeboat undo --forget ID"]
      : []),
  ];
  return [...table, "", ...faults, ...hints.map(style.dim), ""].join("\n");
}

/** What was removed. */
export function forgottenText({ forgotten, files, bytes }: ForgetResult): string {
  return `Forgotten: ${forgotten}, ${formatCount(files, "file")}, ${formatBytes(bytes)}\n`;
}
