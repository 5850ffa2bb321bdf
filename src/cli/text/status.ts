import { printable } from "../../base/mod.ts";
import type { HomeStatus, StatusResult } from "../../upkeep/mod.ts";
import { formatAge, formatBytes, formatCount, formatFields } from "../format.ts";
import type { Style } from "../style.ts";
import { indent } from "./lists.ts";
import { scheduleText } from "./schedule.ts";

function backupText({ last_backup: last }: HomeStatus, now: Date): string {
  if (!last) return "none";
  const age = formatAge(last.created_at, now);
  return printable(`${last.id}, ${age === "now" ? "just made" : `${age} old`}, ${last.status}`);
}

function copyText({ last_copy: last }: HomeStatus, now: Date): string {
  if (!last) return "none";
  const age = formatAge(last.created_at, now);
  return printable(
    `${last.id}, ${age === "now" ? "new" : `${age} old`}, at ${last.remote.join(", ")}`,
  );
}

function drillText({ last_drill: last }: HomeStatus, now: Date): string {
  if (!last) return "never tried (lifeboat drill)";
  const age = formatAge(last.at, now);
  return `${last.ok ? "would restore" : "failed"}, tried ${
    age === "now" ? "just now" : `${age} ago`
  }`;
}

function findingLines(findings: HomeStatus["findings"], style: Style): string[] {
  const mark = { error: style.red, warning: style.yellow };
  return findings.flatMap(({ severity, message, hint }) => [
    `${mark[severity](`${severity}:`)} ${printable(message)}`,
    ...indent([printable(hint)]),
  ]);
}

function homeLines(
  status: HomeStatus,
  hasBackends: boolean,
  now: Date,
  style: Style,
): string[] {
  const { name, isolated, home, backups, bytes, sessions, undo, findings, ok } = status;
  const all = `${formatCount(backups, "backup")}, ${formatBytes(bytes)}`;
  const fields: [string, string][] = [
    ["Newest backup", backupText(status, now)],
    ["All", all],
    ...(hasBackends ? [["Newest copy", copyText(status, now)] as [string, string]] : []),
    ["Drill", drillText(status, now)],
    ["Conversations", formatCount(sessions.count, "conversation")],
  ];
  if (undo.count > 0) {
    fields.push(["To undo", `${formatCount(undo.count, "restore")}, ${formatBytes(undo.bytes)}`]);
  }
  return [
    `${style.bold(printable(isolated === null ? name : `${name} (${isolated})`))}  ${
      printable(home)
    }  ${ok ? style.green("safe") : style.red("not safe")}`,
    ...indent(formatFields(fields)),
    ...indent(findingLines(findings, style)),
    "",
  ];
}

/** What is done regularly. */
function scheduleLines({ schedule }: StatusResult, now: Date, style: Style): string[] {
  if (!schedule) return [];
  const { last_ok, findings } = schedule;
  const last = last_ok === null ? "not yet run" : `last run ${formatAge(last_ok, now)} ago`;
  return [
    `${style.bold("Schedule")}  ${scheduleText(schedule)}, ${last.replace("now ago", "just now")}`,
    ...indent(findingLines(findings, style)),
    "",
  ];
}

/** What is recorded between backups. */
function snapshotLines({ snapshots }: StatusResult, now: Date, style: Style): string[] {
  if (!snapshots) return [];
  const title = style.bold("Snapshots");
  if ("error" in snapshots) {
    return [`${title}  ${style.red("cannot be read")}: ${printable(snapshots.error)}`, ""];
  }
  const { snapshots: count, newest } = snapshots;
  const age = newest === null ? "" : `, last change ${formatAge(newest, now)} ago`;
  return [`${title}  ${formatCount(count, "snapshot")}${age.replace("now ago", "just now")}`, ""];
}

/** The homes of this machine, and what is to be done for them. */
export function statusText(status: StatusResult, now: Date, style: Style): string {
  const hasBackends = status.backends.length > 0;
  const homes = status.homes.flatMap((home) => homeLines(home, hasBackends, now, style));
  const rest = [...scheduleLines(status, now, style), ...snapshotLines(status, now, style)];
  return [...homes, ...rest].join("\n");
}
