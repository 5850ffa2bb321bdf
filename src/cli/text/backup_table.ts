import type { BackupItem } from "../../catalog/mod.ts";
import { type Column, formatAge, formatBytes, formatNumber, formatTime } from "../format.ts";

/** What each table of backups begins with. */
export const BACKUP_COLUMNS: Column[] = [
  { title: "BACKUP" },
  { title: "MADE" },
  { title: "AGE", right: true },
  { title: "FILES", right: true },
  { title: "SIZE", right: true },
  { title: "STATUS" },
];

/** The cells below them. */
export function backupCells(
  { created_at, files, bytes }: Pick<BackupItem, "created_at" | "files" | "bytes">,
  now: Date,
  { name, status }: { name: string; status: string },
): string[] {
  return [
    name,
    formatTime(created_at),
    formatAge(created_at, now),
    files == null ? "-" : formatNumber(files),
    bytes === null ? "folder" : formatBytes(bytes),
    status,
  ];
}
