import { printable } from "../../base/mod.ts";
import type {
  Excerpt,
  SearchReport,
  SessionDetails,
  SessionItem,
  SessionsReport,
  ShowSessionsReport,
} from "../../sessions/mod.ts";
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

const COLUMNS: Column[] = [
  { title: "CONVERSATION" },
  { title: "LAST" },
  { title: "AGE", right: true },
  { title: "LINES", right: true },
  { title: "SIZE", right: true },
  { title: "PROJECT" },
];
const AGENT: Column = { title: "AGENT" };

/** A line of a report that became too long for a terminal says little. */
const MAX_PROJECT = 200;

function lastTime({ ended_at, modified_at }: SessionItem): string | null {
  return ended_at ?? modified_at;
}

function projectText({ project }: SessionItem): string {
  return project === null ? "-" : printable(project.slice(0, MAX_PROJECT));
}

/** What stands behind the project: the name, and what is special. */
function notes(item: SessionItem, style: Style): string[] {
  return [
    ...(item.name ? [style.bold(printable(item.name))] : []),
    ...(item.archived ? ["archived"] : []),
    ...(item.parent_id ? ["sub-agent"] : []),
    ...(item.sub_agents > 0 ? [formatCount(item.sub_agents, "sub-agent")] : []),
    ...(item.at_risk ? [style.yellow("will soon be deleted")] : []),
    ...(item.malformed_lines ? [style.yellow(`${item.malformed_lines} broken lines`)] : []),
    ...(item.error ? [style.red(printable(item.error.message))] : []),
  ];
}

function row(item: SessionItem, more: string[], now: Date, style: Style): string[] {
  const others = [...notes(item, style), ...more];
  return [
    printable(item.id),
    formatTime(lastTime(item)),
    formatAge(lastTime(item), now),
    item.lines == null ? "-" : formatNumber(item.lines),
    formatBytes(item.bytes),
    [projectText(item), ...others].join(style.dim("  ")),
  ];
}

function places({ sources }: SessionsReport): string {
  return sources.map(({ home, backup }) => printable(backup ?? home)).join(", ");
}

function tail(report: SessionsReport, style: Style): string[] {
  const total = report.sources.reduce((sum, { transcripts }) => sum + transcripts, 0);
  const shown = report.sessions.length;
  const count = shown === total
    ? formatCount(total, "conversation")
    : `${shown} of ${formatCount(total, "conversation")}`;
  const faults = report.errors.map(({ path, error }) => printable(`${path}: ${error}`));
  return [
    ...section(style.red("COULD NOT BE READ"), some(faults)),
    style.dim(`${count} in ${places(report)}`),
    ...(shown === 0 && report.sources.every(({ backup }) => !backup) ? [ELSEWHERE] : []),
  ];
}

/** Who finds none may have lost them. */
const ELSEWHERE = "Look into a backup with --backup latest.";

/** The conversations as a table. */
export function sessionsText(report: SessionsReport, now: Date, style: Style): string {
  const rows = report.sessions.map((item) => row(item, [], now, style));
  const lines = table(report, rows, style);
  return [...(rows.length > 0 ? [...lines, ""] : []), ...tail(report, style), ""].join("\n");
}

/** The table's lines, titles first. Whose conversation it is stands there where it is not plain. */
function table(report: SessionsReport, rows: string[][], style: Style): string[] {
  if (rows.length === 0) return [];
  if (report.sources.length === 1) return formatTable(COLUMNS, rows, style.bold);
  const [first, ...others] = COLUMNS;
  const wider = rows.map(([id, ...cells], at) => [id, report.sessions[at].agent, ...cells]);
  return formatTable([first, AGENT, ...others], wider, style.bold);
}

/** What was said, with who said it before. */
function excerptLines(excerpts: Excerpt[], style: Style): string[] {
  return excerpts.flatMap(({ role, lines }) => {
    const [first, ...rest] = lines;
    return [
      `${style.dim(role.padEnd(9))}  ${first}`,
      ...rest.map((line) => `${" ".repeat(11)}${line}`),
    ];
  });
}

function hitsText({ hits }: SearchReport["sessions"][number]): string[] {
  const places = (["id", "name", "project"] as const).filter((place) => hits[place]);
  const messages = hits.messages > 0 ? [formatCount(hits.messages, "message")] : [];
  return [`found in ${[...places, ...messages].join(", ")}`];
}

/**
 * The conversations that were found.
 *
 * @param excerpts of each, what was said; only for a person who asked for it
 */
export function searchText(
  report: SearchReport,
  excerpts: Excerpt[][],
  now: Date,
  style: Style,
): string {
  const rows = report.sessions.map((item) => row(item, hitsText(item), now, style));
  const [titles, ...lines] = table(report, rows, style);
  const found = lines.flatMap((line, at) => [line, ...indent(excerptLines(excerpts[at], style))]);
  return [...(rows.length > 0 ? [titles, ...found, ""] : []), ...tail(report, style), ""].join(
    "\n",
  );
}

function sweepText({ at_risk, deleted_after }: SessionItem, style: Style): string | undefined {
  if (!deleted_after) return undefined;
  const text = `the agent deletes it after ${formatTime(deleted_after)}`;
  return at_risk ? style.yellow(text) : text;
}

function linesText({ lines, malformed_lines, overlong_lines }: SessionItem): string {
  if (lines === null) return "-";
  const parts = [formatNumber(lines)];
  if (malformed_lines) parts.push(`${malformed_lines} of them broken`);
  if (overlong_lines) parts.push(`${overlong_lines} too long to look into`);
  return parts.join(", ");
}

function detailFields(item: SessionDetails, style: Style): [string, string | string[]][] {
  const { messages: { user, assistant }, tool_calls } = item;
  const version = item.agent_version ? ` ${item.agent_version}` : "";
  const form = [formatBytes(item.bytes), ...item.compressed ? ["compressed"] : []];
  const sweep = sweepText(item, style);
  const calls = formatCount(tool_calls, "tool call");
  const fields: [string, string | string[]][] = [
    ["Agent", `${item.agent}${version}${item.archived ? ", archived" : ""}`],
    ["Project", projectText(item)],
    ["Begun", formatTime(item.started_at)],
    ["Last", formatTime(lastTime(item))],
    ["Messages", `${user} from the user, ${assistant} from the agent, ${calls}`],
    ["Lines", linesText(item)],
    ["File", [printable(item.path ?? item.relative_path), form.join(", ")]],
  ];
  if (item.parent_id) fields.push(["Started by", item.parent_id]);
  if (sweep) fields.push(["Clean-up", sweep]);
  if (item.error) fields.push(["Not read", style.red(printable(item.error.message))]);
  return fields;
}

function detailLines(item: SessionDetails, excerpts: Excerpt[], style: Style): string[] {
  const agents = item.sub_agent_files
    .map(({ id, bytes }) => `${printable(id)}  ${style.dim(formatBytes(bytes))}`);
  const title = item.name ? `  ${printable(item.name)}` : "";
  return [
    style.bold(printable(item.id)) + title,
    ...indent(formatFields(detailFields(item, style))),
    ...section(style.bold("SUB-AGENTS"), some(agents)),
    ...(excerpts.length > 0 ? ["", ...excerptLines(excerpts, style)] : []),
    "",
  ];
}

/**
 * One conversation.
 *
 * @param excerpts its last messages; only for a person who asked for it
 */
export function sessionText(
  report: ShowSessionsReport,
  excerpts: Excerpt[][],
  style: Style,
): string {
  return report.sessions.flatMap((item, at) => detailLines(item, excerpts[at], style)).join("\n");
}
