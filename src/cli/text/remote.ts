import { printable } from "../../base/mod.ts";
import type { RemoteItem, RemoteList, RemoteVerifyReport, SyncResult } from "../../remote/mod.ts";
import { formatBytes, formatCount, formatTable } from "../format.ts";
import { signedByText } from "../../seal/mod.ts";
import type { Style } from "../style.ts";
import { BACKUP_COLUMNS, backupCells } from "./backup_table.ts";
import { section, some, warningLines } from "./lists.ts";

const COLUMNS = [...BACKUP_COLUMNS, { title: "MACHINE" }];

function statusText({ status, encrypted }: RemoteItem): string {
  return printable(encrypted && status !== "encrypted" ? `${status}, encrypted` : status);
}

function row(item: RemoteItem, now: Date): string[] {
  const texts = { name: printable(item.id), status: statusText(item) };
  return [...backupCells(item, now, texts), printable(item.machine.id) || "-"];
}

/** The backups at a backend as a table. */
export function remoteListText(list: RemoteList, now: Date, style: Style): string {
  const { backups, others, backup_root, remote, warnings } = list;
  const hidden = others === 0
    ? []
    : [`${formatCount(others, "backup")} of other machines: add --all-machines`];
  const place = printable(backup_root);
  const table = backups.length === 0
    ? [`No backups of this machine at ${place}`]
    : formatTable(COLUMNS, backups.map((item) => row(item, now)), style.bold);
  const count = style.dim(`${formatCount(backups.length, "backup")} at ${place}`);
  const restore = `lifeboat restore latest --from-remote ${printable(remote)}`;
  const next = backups.length + others > 0 ? [style.dim(`Restore one with: ${restore}`)] : [];
  return [...warningLines(warnings, style), ...table, "", count, ...hidden, ...next, ""].join("\n");
}

/** What was copied to a backend. */
export function syncText({ synced, place, warnings }: SyncResult, style: Style): string {
  const lines = synced.map(({ id, outcome, bytes }) => {
    const what = outcome === "uploaded" ? style.green("uploaded") : style.dim("already there");
    return `${style.bold(printable(id))}  ${what}  ${formatBytes(bytes)}`;
  });
  const none = synced.length === 0 ? ["There is no backup to upload."] : [];
  return [...warningLines(warnings, style), ...lines, ...none, style.dim(printable(place)), ""]
    .join("\n");
}

/** What verifying the copy at a backend has found. */
export function remoteVerifyText(report: RemoteVerifyReport, style: Style): string {
  const { ok, id, remote, data, files_checked, bytes_checked } = report;
  const { damaged, missing, unchecked, signature } = report;
  const verdict = ok ? style.green("undamaged") : style.red("damaged");
  const isKnown = report.catalog_sha256 === "matches" ? ", the one that was made here" : "";
  const checked = data
    ? `${formatCount(files_checked, "file")}, ${formatBytes(bytes_checked)} downloaded and read` +
      isKnown
    : `sizes and stored SHA-256${isKnown}; --data also downloads it`;
  const faults = damaged.map(({ path, reason }) =>
    printable(`${path}  ${reason ?? "its SHA-256 is another one"}`)
  );
  return [
    `${style.bold(printable(id))}  ${verdict}  ${style.dim(`at ${printable(remote)}`)}`,
    `  Checked: ${checked}`,
    ...(data ? [`  Signed by: ${printable(signedByText(signature) ?? "nobody")}`] : []),
    ...section(style.red("Damaged"), some(faults)),
    ...section(style.red("Missing"), some(missing.map(printable))),
    ...section(style.yellow("Not checked"), some(unchecked.map(printable))),
    "",
  ].join("\n");
}
