import { printable } from "../../base/mod.ts";
import type { BackupItem, ListResult } from "../../catalog/mod.ts";
import { formatCount, formatTable } from "../format.ts";
import type { Style } from "../style.ts";
import { BACKUP_COLUMNS, backupCells } from "./backup_table.ts";

const COLUMNS = [...BACKUP_COLUMNS, { title: "SIGNED BY" }];

/** The other tool whose archive it is, where its name does not tell. */
function madeBy({ type }: BackupItem, style: Style): string {
  return type === "openclaw" || type === "clawbackup" ? style.dim(` (${type})`) : "";
}

function statusText(item: BackupItem, style: Style): string {
  if (item.status === "ok") return style.green("ok") + madeBy(item, style);
  if (item.status === "partial") {
    return style.yellow(`partial, ${formatCount(item.errors ?? 0, "error")}`);
  }
  if (item.status === "encrypted") {
    const partial = item.errors ? style.yellow(", partial") : "";
    return style.yellow("encrypted") + partial + madeBy(item, style);
  }
  return item.status === "unreadable" ? style.red("unreadable") : style.yellow("old manifest");
}

function signerText({ signed_by }: BackupItem): string {
  const text = signed_by ?? "-";
  return printable(text.startsWith("unknown key ") ? `${text.slice(0, 20)}…` : text);
}

function nameText(item: BackupItem, style: Style): string {
  const isolated = item.isolated === null ? null : `isolated: ${item.isolated}`;
  const told = [item.part, isolated, item.label].filter((text) => text !== null);
  return printable(item.id) + told.map((text) => style.dim(`  ${printable(text)}`)).join("");
}

function row(item: BackupItem, now: Date, style: Style): string[] {
  const texts = { name: nameText(item, style), status: statusText(item, style) };
  return [...backupCells(item, now, texts), signerText(item)];
}

/** The folder that something lies in, on any system. */
function folderOf(path: string): string {
  return path.replace(/[\\/][^\\/]*$/, "");
}

/** Where the listed backups lie; without any, where they would: one folder for each agent is many. */
function placesText({ backups, backup_roots }: ListResult): string {
  const places = backups.length > 0
    ? backups.map(({ archives, backup_dir }) => folderOf(archives[0] ?? backup_dir ?? ""))
    : backup_roots.length > 1
    ? backup_roots.map(folderOf)
    : backup_roots;
  return [...new Set(places)].map(printable).join(", ");
}

/** The backups as a table; what is wrong with an unreadable one stands below it. */
export function listText(list: ListResult, now: Date, style: Style): string {
  const { backups, backup_roots } = list;
  const places = placesText(list);
  if (backups.length === 0) {
    return `No backups ${
      backup_roots.length > 1 ? "below" : "in"
    } ${places}\nMake one with: lifeboat backup\n`;
  }
  const table = formatTable(COLUMNS, backups.map((item) => row(item, now, style)), style.bold);
  const faults = backups.filter((item) => item.error)
    .map((item) => printable(`${item.id}: ${item.error}`));
  const notes = [...faults, style.dim(`${formatCount(backups.length, "backup")} in ${places}`)];
  return [...table, "", ...notes, ""].join("\n");
}
