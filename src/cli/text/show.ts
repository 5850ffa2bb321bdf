import type { BackupDiff, ShowReport } from "../../archive/mod.ts";
import { printable } from "../../base/mod.ts";
import { formatBytes, formatCount, formatFields, formatTime } from "../format.ts";
import type { Style } from "../style.ts";
import { indent, pairs, section, some } from "./lists.ts";
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

function statusText({ status, counts, encrypted }: ShowReport, style: Style): string {
  if (status === "legacy_manifest") return style.yellow("old manifest, without hashes");
  const sealed = encrypted ? ", encrypted" : "";
  if (status === "ok") return style.green(`ok${sealed}`);
  return style.yellow(`partial, ${formatCount(counts.errors, "error")}${sealed}`);
}

/** A section with an empty line before it. */
function apart(title: string, lines: string[]): string[] {
  return lines.length > 0 ? ["", ...section(title, lines)] : [];
}

/** Titles of what differs: from the home of today, or from a backup that may be the older one. */
function diffTitles(other: string): [changed: string, added: string, removed: string] {
  if (other === "home") return ["CHANGED SINCE", "NEW SINCE", "GONE SINCE"];
  const name = printable(other);
  return [`DIFFERENT IN ${name}`, `ONLY IN ${name}`, `NOT IN ${name}`];
}

function diffLines(diff: BackupDiff, other: string, style: Style): string[] {
  const [changed, added, removed] = diffTitles(other);
  const list = (title: string, paths: string[]) =>
    apart(style.bold(`${title} (${paths.length})`), some(paths.map(storedName)));
  const others = diff.not_comparable.map(({ path, reason }) =>
    `${storedName(path)}  ${style.dim(printable(reason))}`
  );
  return [
    ...list(changed, diff.changed),
    ...list(added, diff.added),
    ...list(removed, diff.removed),
    ...apart(style.bold(`NOT COMPARED (${others.length})`), some(others)),
    "",
    `${formatCount(diff.unchanged, "file")} unchanged`,
  ];
}

/** What is in a backup, and what is not. */
function contentLines({ folders, files, skipped }: ShowReport, style: Style): string[] {
  const contents = folders.map(({ path, files, bytes }) => ({
    name: storedName(path),
    files,
    bytes,
  }));
  const listed = files?.map(({ path, bytes }) => `${storedName(path)}  ${formatBytes(bytes)}`) ??
    [];
  const leftOut = skipped.map((one): [string, string] => [
    pathName(one),
    style.dim(printable(one.rule ?? one.reason)),
  ]);
  return [
    "",
    ...contentsTable("CONTENTS", contents, style),
    ...apart(style.bold("FILES"), listed),
    ...apart(style.bold("LEFT OUT"), some(pairs(leftOut))),
  ];
}

/**
 * A backup for a person: what is in it, or what differs.
 *
 * @param other what it was compared with: `home`, or the other backup as it was named
 */
export function showText(report: ShowReport, style: Style, other = "home"): string {
  const { counts, bytes, diff, errors } = report;
  const databases = formatCount(counts.sqlite_databases, "database");
  const total = `${formatCount(counts.files, "file")}, ${databases}, ${formatBytes(bytes)}`;
  const failures = errors.map((one) => `${pathName(one)}: ${printable(one.error)}`);
  return [
    `${style.bold(printable(report.id))}  ${statusText(report, style)}`,
    ...indent(formatFields([...headFields(report), ["Captured", total]])),
    ...(diff && !report.files ? [] : contentLines(report, style)),
    ...apart(style.red("NOT CAPTURED, OR ONLY DAMAGED"), some(failures)),
    ...(diff ? diffLines(diff, other, style) : []),
    "",
  ].join("\n");
}
