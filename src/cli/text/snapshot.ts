import { printable } from "../../base/mod.ts";
import type {
  CleanupResult,
  History,
  HistoryItem,
  SnapshotItem,
  SnapshotList,
  SnapshotStatus,
  StoreReport,
  Taken,
} from "../../snapshots/mod.ts";
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
import { indent, section, some } from "./lists.ts";

/** What `snapshot take` gives back. */
interface TakenResult {
  ok: boolean;
  snapshots: (Omit<Taken, "snapshot"> & { id: string; root: string })[];
}

/** Snapshots that were taken. */
export function takenText({ snapshots }: TakenResult, style: Style): string {
  return snapshots.flatMap(({ id, root, looked, changes, skipped }) => [
    `${style.green("Snapshot")} ${style.bold(id)}  ${printable(root)}`,
    ...indent([`${formatCount(changes, "change")} among ${formatCount(looked, "path")}`]),
    ...section(
      style.yellow("Not recorded"),
      some(
        skipped.map(({ path, reason, message }) =>
          printable(`${path}  ${message ?? reason.replaceAll("_", " ")}`)
        ),
      ),
    ),
    "",
  ]).join("\n");
}

const LIST_COLUMNS: Column[] = [
  { title: "SNAPSHOT" },
  { title: "TAKEN" },
  { title: "AGE", right: true },
  { title: "CHANGES", right: true },
  { title: "BY" },
  { title: "IN" },
];

/** Who made a change, as far as it is known. */
function byWhom({ made_by, agent, tool, session }: HistoryItem | SnapshotItem): string {
  const who = [agent, tool].filter((one) => one !== null).join(" ") || made_by;
  return printable(session ? `${who}, session ${session}` : who);
}

function listRow(item: SnapshotItem, now: Date, style: Style): string[] {
  const notes = [
    ...(item.complete ? [] : [style.yellow("cut off")]),
    ...(item.note ? [style.dim(printable(item.note))] : []),
  ];
  return [
    item.id,
    formatTime(item.at),
    formatAge(item.at, now),
    formatNumber(item.changes),
    byWhom(item),
    [printable(item.root), ...notes].join("  "),
  ];
}

/** Snapshots as a table. */
export function listText({ snapshots, total }: SnapshotList, now: Date, style: Style): string {
  if (snapshots.length === 0) return "No snapshot fits.\n";
  const rows = snapshots.map((item) => listRow(item, now, style));
  const shown = snapshots.length === total ? [] : [style.dim(`${snapshots.length} of ${total}`)];
  return [...formatTable(LIST_COLUMNS, rows, style.bold), ...shown, ""].join("\n");
}

const HISTORY_COLUMNS: Column[] = [
  { title: "CHANGED" },
  { title: "AGE", right: true },
  { title: "WHAT" },
  { title: "SIZE", right: true },
  { title: "SNAPSHOT" },
  { title: "BY" },
];

function historyRow(item: HistoryItem, now: Date): string[] {
  const { operation, other, after, at, snapshot } = item;
  const what = other
    ? `${operation} ${after.kind === "absent" ? "to" : "from"} ${other}`
    : operation;
  const size = after.bytes === null ? after.kind : formatBytes(after.bytes);
  return [formatTime(at), formatAge(at, now), printable(what), size, snapshot, byWhom(item)];
}

/** The changes of a file as a table. */
export function historyText(result: History, now: Date, style: Style): string {
  const { history, total, path } = result;
  const rows = history.map((item) => historyRow(item, now));
  const shown = history.length === total ? [] : [style.dim(`${history.length} of ${total}`)];
  return [
    style.bold(printable(path)),
    ...formatTable(HISTORY_COLUMNS, rows, style.bold),
    ...shown,
    "",
  ].join("\n");
}

/** What the store holds. */
export function statusText(status: SnapshotStatus, now: Date, style: Style): string {
  const { tracked, snapshots, sessions, events, objects, stored_bytes, max_total_size } = status;
  const columns: Column[] = [
    { title: "TRACKED" },
    { title: "FILES", right: true },
    { title: "SIZE", right: true },
    { title: "SNAPSHOTS", right: true },
    { title: "LAST", right: true },
  ];
  const rows = tracked.map((item) => [
    printable(item.root),
    formatNumber(item.files),
    formatBytes(item.bytes),
    formatNumber(item.snapshots),
    formatAge(item.last_snapshot, now),
  ]);
  return [
    ...formatTable(columns, rows, style.bold),
    "",
    ...formatFields([
      ["Store", printable(status.folder)],
      [
        "Holds",
        `${formatCount(objects, "object")}, ${formatBytes(stored_bytes)} of at most ` +
        formatBytes(max_total_size),
      ],
      [
        "History",
        `${formatCount(events, "change")} in ${formatCount(snapshots, "snapshot")} of ` +
        `${formatCount(sessions, "session")}, since ${formatTime(status.oldest)}`,
      ],
    ]),
    "",
  ].join("\n");
}

/** Whether the store is sound. */
export function verifyText(report: StoreReport, style: Style): string {
  const { damaged, database_faults, foreign, orphaned, incomplete } = report;
  const checked = `${formatCount(report.objects_checked, "object")}, ${
    formatBytes(report.bytes_checked)
  }`;
  return [
    report.ok ? `${style.green("Sound")}  ${checked}` : `${style.red("Damaged")}  ${checked}`,
    ...section(
      style.red("Cannot be used"),
      some(damaged.map(({ reason, paths }) => printable(`${reason}; ${paths.join(", ")}`))),
    ),
    ...section(style.red("The database of changes"), some(database_faults.map(printable))),
    ...section(style.yellow("Not lifeboat's, and left alone"), some(foreign.map(printable))),
    ...(orphaned > 0 ? [`${formatCount(orphaned, "object")} not needed any more`] : []),
    ...(incomplete > 0 ? [`${formatCount(incomplete, "snapshot")} cut off`] : []),
    "",
  ].join("\n");
}

/** What a clean-up removes. */
export function cleanupText(result: CleanupResult, style: Style): string {
  const { dry_run, blocked, objects, orphaned, snapshots, events, history_from } = result;
  const { stored_bytes, remaining_bytes, max_total_size } = result;
  const head = blocked ? style.red("Nothing is removed") : dry_run ? "Would be removed" : "Removed";
  const fields: [string, string][] = [
    [
      "Objects",
      `${formatNumber(objects)}, ${formatNumber(orphaned)} of them orphaned`,
    ],
    ["Versions", formatNumber(events)],
    ["Snapshots", formatNumber(snapshots)],
    [
      "Store",
      `${formatBytes(stored_bytes)}, then ${formatBytes(remaining_bytes)} of at most ` +
      formatBytes(max_total_size),
    ],
  ];
  if (history_from) fields.push(["History", `from ${formatTime(history_from)} on`]);
  return [style.bold(head), ...indent(formatFields(fields)), printable(result.message), ""].join(
    "\n",
  );
}
