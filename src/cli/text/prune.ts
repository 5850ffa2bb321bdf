import { printable } from "../../base/mod.ts";
import type { PrunedBackup, PruneResult } from "../../upkeep/mod.ts";
import { type Column, formatBytes, formatCount, formatTable, formatTime } from "../format.ts";
import type { Style } from "../style.ts";

const COLUMNS: Column[] = [
  { title: "BACKUP" },
  { title: "MADE" },
  { title: "SIZE", right: true },
  { title: "" },
];

/** Why a backup stays, for a person. */
const REASONS: Record<string, string> = {
  last: "newest",
  daily: "of its day",
  weekly: "of its week",
  monthly: "of its month",
  last_verified: "the last verified one",
  last_that_parses: "the last with sound configuration",
  none_verified: "none of this home is verified",
  unreadable: "it cannot be read",
  other_tool: "made by another tool",
  unknown_home: "of an unknown home",
};

function row({ id, created_at, bytes, reasons }: PrunedBackup, style: Style): string[] {
  const why = reasons.map((reason) => REASONS[reason] ?? reason).join(", ");
  return [
    printable(id),
    formatTime(created_at),
    bytes === null ? "folder" : formatBytes(bytes),
    reasons.length > 0 ? style.dim(`stays: ${why}`) : style.yellow("goes"),
  ];
}

function undoLines({ undo }: PruneResult): string[] {
  return undo.map(({ undo_id, home, bytes }) =>
    printable(`Undo data ${undo_id} of ${home}, ${formatBytes(bytes)}, has expired and goes`)
  );
}

/** What goes and what stays; or what went. */
export function pruneText(result: PruneResult, style: Style): string {
  const { keep, remove, undo, bytes, dry_run, errors } = result;
  const sum = `${formatCount(remove.length, "backup")} of ${keep.length + remove.length}`;
  const faults = errors.map(({ id, message }) =>
    `${style.red("error:")} ${printable(`${id}: ${message}`)}`
  );
  const end = remove.length + undo.length === 0
    ? "Nothing is to be removed."
    : dry_run
    ? `${sum}, ${formatBytes(bytes)} would go. Nothing was removed; to do it, add --apply.`
    : `${sum}, ${formatBytes(bytes)} removed.`;
  const rows = [...remove, ...keep].sort((a, b) =>
    (a.created_at ?? "") < (b.created_at ?? "") ? 1 : -1
  )
    .map((one) => row(one, style));
  const table = rows.length > 0 ? [...formatTable(COLUMNS, rows, style.bold), ""] : [];
  return [...table, ...undoLines(result), ...faults, end, ""].join("\n");
}
