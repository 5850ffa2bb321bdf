import type { ImportedBackup } from "../../backup/mod.ts";
import { printable } from "../../base/mod.ts";
import { formatBytes, formatCount, formatTime } from "../format.ts";
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
}

function importedLine(one: ImportedBackup, style: Style): string {
  const title = one.already_there ? "Already imported" : style.green("Imported");
  const made = `made ${formatTime(one.created_at)} by ${one.origin}`;
  const size = `${formatCount(one.files, "file")}, ${formatBytes(one.bytes)}`;
  return `${title} ${style.bold(printable(one.backup_id))}  ${printable(made)}  ${size}`;
}

/** What was imported, and what could not be. */
export function importText({ backups, failures }: ImportResult, style: Style): string {
  const lines = backups.map((one) => importedLine(one, style));
  const failed = failures.map(({ error }) => {
    const text = typeof error === "string" ? error : error.message;
    return `${style.red("Not imported")} ${printable(text)}`;
  });
  return [...lines, ...failed, ""].join("\n");
}
