import type { ImportedBackup } from "../../backup/mod.ts";
import { printable } from "../../base/mod.ts";
import { formatBytes, formatCount, formatTime } from "../format.ts";
import type { ImportedSnapshots } from "../../snapshots/mod.ts";
import type { Style } from "../style.ts";

/** An archive of a store that could not be imported. */
export interface ImportFailure {
  source: string;
  error: string | { code: string; message: string };
}

/** What `import` gives back. */
export interface ImportResult {
  ok: boolean;
  backups: ImportedBackup[];
  failures: ImportFailure[];
  /** Of a store that has some. */
  snapshots: ImportedSnapshots | null;
}

function importedLine(one: ImportedBackup, style: Style): string {
  const title = one.already_there ? "Already imported" : style.green("Imported");
  const made = `made ${formatTime(one.created_at)} by ${one.origin}`;
  const size = `${formatCount(one.files, "file")}, ${formatBytes(one.bytes)}`;
  return `${title} ${style.bold(printable(one.backup_id))}  ${printable(made)}  ${size}`;
}

function snapshotLines({ events, sessions, files, skipped }: ImportedSnapshots): string[] {
  const total = `${formatCount(events, "change")} of ${formatCount(files, "file")} in ` +
    formatCount(sessions, "session");
  const { bad_lines, outside, unknown, already_there } = skipped;
  const reasons: [count: number, why: string][] = [
    [already_there, "were imported before"],
    [bad_lines, "are torn, or no events"],
    [outside, "are outside every home and folder that is tracked"],
    [unknown, "lack what was there before"],
  ];
  const left = reasons.filter(([count]) => count > 0).map(([count, why]) => `  ${count} ${why}`);
  return [`Snapshots: ${total}`, ...left];
}

/** What was imported, and what could not be. */
export function importText({ backups, failures, snapshots }: ImportResult, style: Style): string {
  const lines = backups.map((one) => importedLine(one, style));
  const failed = failures.map(({ error }) => {
    const text = typeof error === "string" ? error : error.message;
    return `${style.red("Not imported")} ${printable(text)}`;
  });
  return [...lines, ...failed, ...(snapshots ? snapshotLines(snapshots) : []), ""].join("\n");
}
