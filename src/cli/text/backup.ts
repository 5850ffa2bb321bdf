import type { BackupPreview, BackupResult } from "../../backup/mod.ts";
import { type LifeboatError, printable } from "../../base/mod.ts";
import type { Home } from "../../profiles/mod.ts";
import { formatBytes, formatCount, formatDuration, formatFields } from "../format.ts";
import type { Style } from "../style.ts";
import { failureText } from "../failure.ts";
import { indent, section, some, warningLines } from "./lists.ts";
import { contentsTable, pathName, tallyByTop } from "./paths.ts";

/** A backup that was made. */
export function backupText(result: BackupResult, home: Home, style: Style): string {
  const { counts, bytes } = result;
  const what = printable(`${home.profile.name}  ${home.path}`);
  const title = result.status === "ok"
    ? `${style.green("Backed up")} ${style.bold(what)}`
    : `${style.yellow("Partly backed up")} ${style.bold(what)}`;
  const databases = formatCount(counts.sqlite_databases, "database");
  const fields: [string, string][] = [];
  if (result.archive) {
    const inside = "restore_standalone" in result.restore_kit ? ", with the restorer inside" : "";
    const size = `(${formatBytes(bytes.stored)}${inside})`;
    fields.push(["Archive", `${printable(result.archive)}  ${size}`]);
  }
  if (result.backup_dir) fields.push(["Folder", printable(result.backup_dir)]);
  if (result.archive_sha256) fields.push(["SHA-256", result.archive_sha256]);
  fields.push(
    ["Captured", `${formatCount(counts.files, "file")}, ${databases}, ${formatBytes(bytes.read)}`],
    ["Left out", formatCount(counts.skipped, "path")],
    ["Time", formatDuration(result.duration_ms)],
  );
  const failures = some(result.errors.map((one) => `${pathName(one)}: ${printable(one.error)}`));
  return [
    title,
    ...indent(formatFields(fields)),
    ...section(style.red("Not captured, or only damaged"), failures),
    ...warningLines(result.warnings, style),
    style.dim(
      `It holds conversations and logins: keep it private. See it: lifeboat show ${
        printable(result.backup_id)
      }`,
    ),
    "",
  ].join("\n");
}

/** A home that could not be backed up while others may have been. */
export function failedBackupText(error: LifeboatError, name: string, style: Style): string {
  return `${style.red("Not backed up")} ${style.bold(printable(name))}\n${
    failureText(error, style)
  }`;
}

/** What a backup would do. */
export function previewText(preview: BackupPreview, name: string, style: Style): string {
  const { files, bytes, captured, skipped, errors } = preview;
  const total = `${formatCount(files, "file")}, ${formatBytes(bytes)}`;
  const leftOut = skipped.map((one) =>
    `${pathName(one)}  ${formatBytes(one.bytes)}  ${style.dim(one.rule ?? one.reason)}`
  );
  const failures = errors.map((one) => `${pathName(one)}: ${printable(one.error)}`);
  return [
    style.bold(printable(`${name}  ${preview.home}`)),
    `Would be backed up to ${printable(preview.backup_root)}: ${total}`,
    "",
    ...contentsTable("WOULD BE CAPTURED", tallyByTop(captured), style),
    "",
    ...section(style.bold("WOULD BE LEFT OUT"), some(leftOut)),
    ...section(style.red("CANNOT BE READ"), some(failures)),
    ...warningLines(preview.warnings, style),
    "",
  ].join("\n");
}
