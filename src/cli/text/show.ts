import type { BackupDiff, ShowReport } from "../../archive/mod.ts";
import { printable } from "../../base/mod.ts";
import { formatBytes, formatCount, formatFields, formatTime } from "../format.ts";
import type { Style } from "../style.ts";
import { indent, section, some } from "./lists.ts";
import { contentsTable, pathName } from "./paths.ts";

/** A stored path for a person: the home's files are shown as they lay in the home. */
function storedName(path: string): string {
  if (path === "files/") return "(at the top)";
  return printable(path.startsWith("files/") ? path.slice("files/".length) : path);
}

function headFields(report: ShowReport): [string, string | string[]][] {
  const { path, form, home, roots, agent, mode, label, tool, platform, created_at, origin } =
    report;
  const maker = tool ?? (origin && { name: origin.format, version: origin.version });
  const by = maker ? `${maker.name} ${maker.version}` : "codex-environment-backup";
  const fields: [string, string | string[]][] = [
    [form === "folder" ? "Folder" : "Archive", printable(path)],
    ["Made", printable(`${formatTime(created_at)} by ${by}`)],
    ["Home", printable(home)],
  ];
  if (roots.length > 0) {
    fields.push(["Also", roots.map(({ id, source }) => printable(`${source}  (${id})`))]);
  }
  if (label) fields.push(["Name", printable(label)]);
  if (agent) fields.push(["Agent", printable(`${agent.name} ${agent.version}`)]);
  if (mode) fields.push(["Mode", mode]);
  fields.push(["System", printable(`${platform.system} ${platform.machine}`)]);
  return fields;
}

function statusText({ status, counts }: ShowReport, style: Style): string {
  if (status === "legacy_manifest") return style.yellow("old manifest, without hashes");
  if (status === "ok") return style.green("ok");
  return style.yellow(`partial, ${formatCount(counts.errors, "error")}`);
}

/** A section with an empty line before it. */
function apart(title: string, lines: string[]): string[] {
  return lines.length > 0 ? ["", ...section(title, lines)] : [];
}

function diffLines(diff: BackupDiff, style: Style): string[] {
  const names = (paths: string[]) => some(paths.map(storedName));
  const others = diff.not_comparable.map(({ path, reason }) =>
    `${storedName(path)}  ${style.dim(printable(reason))}`
  );
  return [
    ...apart(style.bold(`CHANGED SINCE (${diff.changed.length})`), names(diff.changed)),
    ...apart(style.bold(`NEW SINCE (${diff.added.length})`), names(diff.added)),
    ...apart(style.bold(`GONE SINCE (${diff.removed.length})`), names(diff.removed)),
    ...apart(style.bold(`NOT COMPARED (${others.length})`), some(others)),
    "",
    `${formatCount(diff.unchanged, "file")} unchanged`,
  ];
}

/** What is in a backup. */
export function showText(report: ShowReport, style: Style): string {
  const { counts, bytes, folders, files, diff, errors, skipped } = report;
  const databases = formatCount(counts.sqlite_databases, "database");
  const total = `${formatCount(counts.files, "file")}, ${databases}, ${formatBytes(bytes)}`;
  const contents = folders.map(({ path, files, bytes }) => ({
    name: storedName(path),
    files,
    bytes,
  }));
  const listed = files?.map(({ path, bytes }) => `${storedName(path)}  ${formatBytes(bytes)}`) ??
    [];
  const leftOut = skipped.map((one) =>
    `${pathName(one)}  ${style.dim(printable(one.rule ?? one.reason))}`
  );
  const failures = errors.map((one) => `${pathName(one)}: ${printable(one.error)}`);
  return [
    `${style.bold(printable(report.id))}  ${statusText(report, style)}`,
    ...indent(formatFields([...headFields(report), ["Captured", total]])),
    "",
    ...contentsTable("CONTENTS", contents, style),
    ...apart(style.bold("FILES"), listed),
    ...apart(style.bold("LEFT OUT"), some(leftOut)),
    ...apart(style.red("NOT CAPTURED, OR ONLY DAMAGED"), some(failures)),
    ...(diff ? diffLines(diff, style) : []),
    "",
  ].join("\n");
}
