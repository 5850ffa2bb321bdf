/** The result as JSON and as tables that README can hold. Pure. */
import { medianOf, type Series } from "./figures.ts";
import type { Growth } from "./growth.ts";
import { isBusy, type Machine } from "./machine.ts";
import type { Versions } from "./peers.ts";
import type { Verdict } from "./promises.ts";

/** All that a run found out; written as JSON as it stands. */
export interface Report {
  /** When it began, ISO 8601. */
  date: string;
  machine: Machine;
  lifeboat: string;
  peers: Versions;
  /** Programs that are missing, so that what needs them was left out. */
  missing: string[];
  home: { bytes: number; files: number };
  rounds: number;
  jobs: number;
  series: Series[];
  size?: { archive: number; solid: number };
  startup: { empty: number; version: number };
  growth: Growth[];
  verdicts: Verdict[];
}

/** The report for people, in Markdown. */
export function renderReport(report: Report): string {
  const { series, growth, verdicts } = report;
  return [
    ...heading(report),
    "",
    ...table(MEDIANS, [...series, ...growth.flatMap((one) => one.series)].map(medianRow)),
    "",
    ...table(["Lifeboat against", "measured", "limit", ""], verdicts.map(verdictRow)),
    "",
  ].join("\n");
}

const MEDIANS = ["median of whole runs", "s", "CPU s", "peak MB", "stored MB"];

function heading({ date, machine, home, rounds, jobs, lifeboat, missing }: Report): string[] {
  const { processor, cores, memory, load, system } = machine;
  const lines = [
    `${date.slice(0, 10)}, ${processor}, ${cores} cores, ${gigabytes(memory)}, ${system}.`,
    `${lifeboat}, ${jobs} jobs. A home of ${megabytes(home.bytes)} MB in ` +
    `${home.files.toLocaleString("en")} files, ${rounds} ${rounds === 1 ? "round" : "rounds"}.`,
  ];
  if (isBusy(machine)) {
    lines.push(`**The machine was busy (load ${load.toFixed(1)}): these times mean little.**`);
  }
  if (missing.length > 0) lines.push(`Missing, so left out: ${missing.join(", ")}.`);
  return lines;
}

function gigabytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(0)} GiB`;
}

function megabytes(bytes: number | undefined): string {
  return bytes === undefined ? "" : (bytes / 1e6).toFixed(bytes < 10e6 ? 1 : 0);
}

function medianRow(series: Series): string[] {
  const seconds = (figure: "seconds" | "cpu") => medianOf(series, figure)?.toFixed(2) ?? "";
  return [
    series.title,
    seconds("seconds"),
    seconds("cpu"),
    megabytes(medianOf(series, "memory")),
    megabytes(medianOf(series, "stored")),
  ];
}

function verdictRow({ promise, limit, unit, measured, met }: Verdict): string[] {
  const figure = (value: number) => unit ? `${value.toFixed(0)} ${unit}` : value.toFixed(2);
  const size = (value: number) => promise.includes("solid") ? value.toFixed(3) : figure(value);
  return [
    promise,
    measured === undefined ? "not measured" : size(measured),
    `at most ${figure(limit)}`,
    met === undefined ? "" : met ? "met" : "NOT met",
  ];
}

/** A Markdown table whose columns are aligned also as plain text; figures are on the right. */
export function table(head: string[], rows: string[][]): string[] {
  const cells = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll("|", "\\|")));
  const widths = head.map((_, column) => Math.max(3, ...cells.map((row) => row[column].length)));
  const pad = (cell: string, column: number) =>
    column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]);
  const [first, ...rest] = cells.map((row) => `| ${row.map(pad).join(" | ")} |`);
  const rule = widths.map((width, column) => "-".repeat(width - 1) + (column === 0 ? "-" : ":"));
  return [first, `| ${rule.join(" | ")} |`, ...rest];
}
