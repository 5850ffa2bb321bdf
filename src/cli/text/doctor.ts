import { printable } from "../../base/mod.ts";
import type { DoctorReport } from "../../doctor/mod.ts";
import { formatBytes, formatCount, formatFields, formatList } from "../format.ts";
import type { Style } from "../style.ts";
import { indent, some } from "./lists.ts";

type Finding = DoctorReport["findings"][number];

function configText({ config }: DoctorReport): string[] {
  return [config, ...config.files].map(({ path, parse_status, error }) => {
    const status = { ok: "parses", failed: "does not parse", missing: "not there" }[parse_status];
    return printable(`${path} ${status}${error ? `: ${error}` : ""}`);
  });
}

function databasesText({ databases }: DoctorReport): string[] {
  const sound = databases.filter(({ ok }) => ok).length;
  const others = databases.filter(({ ok }) => !ok)
    .map(({ path, result }) => printable(`${path}: ${result}`));
  return [`${sound} of ${databases.length} checked and sound`, ...some(others)];
}

function sessionsText({ sessions }: DoctorReport): string {
  const { count, archived, bytes, at_risk } = sessions;
  const parts = [`${formatCount(count, "conversation")}, ${formatBytes(bytes)}`];
  if (archived > 0) parts.push(`${archived} archived`);
  if (at_risk > 0) parts.push(`${at_risk} will soon be deleted by the agent`);
  return parts.join(", ");
}

function presentText({ paths }: DoctorReport): string[] {
  const present = Object.entries(paths).filter(([, path]) => path.present);
  return formatList(present.map(([name]) => printable(name)), 64);
}

function commandsText({ commands, command_summary }: DoctorReport): string[] {
  if (!command_summary.run) return ["not run (see --run-commands)"];
  return Object.values(commands).map(({ command, status, stdout, reason }) =>
    printable(`${command.join(" ")}: ${reason ?? stdout?.split("\n", 1)[0] ?? status}`)
  );
}

function findingText({ severity, message, hint }: Finding, style: Style): string[] {
  const mark = { error: style.red, warning: style.yellow, info: style.dim }[severity];
  return [
    `${mark(`${severity}:`)} ${printable(message)}`,
    ...indent(hint ? [printable(hint)] : []),
  ];
}

/** Whether a home is healthy, in a few words. */
export function doctorVerdict({ ok, findings }: DoctorReport, style: Style): string {
  const faults = findings.filter(({ severity }) => severity === "error");
  if (ok) return style.green("healthy");
  return `${style.red("not healthy")}: ${printable(faults[0]?.message ?? "see lifeboat doctor")}`;
}

function agentsField({ agents }: DoctorReport): [string, string[]][] {
  if (!agents) return [];
  return [[
    "Agents",
    agents.map(({ id, workspace, workspace_present }) =>
      printable(`${id}  ${workspace}${workspace_present ? "" : "  (not there)"}`)
    ),
  ]];
}

function gatewayField({ gateway }: DoctorReport): [string, string][] {
  if (!gateway) return [];
  const { running } = gateway;
  return [["Gateway", running === null ? "not known" : running ? "running" : "not running"]];
}

/** How a home is. */
export function doctorText(report: DoctorReport, style: Style): string {
  const { agent, home, findings } = report;
  const verdict = report.ok ? style.green("healthy") : style.red("not healthy");
  const name = printable(`${agent.name}${agent.version ? ` ${agent.version}` : ""}`);
  return [
    `${style.bold(`${name}  ${printable(home)}`)}  ${verdict}`,
    ...indent(formatFields([
      ["Configuration", configText(report)],
      ["Databases", databasesText(report)],
      ...(report.agents ? [] : [["Conversations", sessionsText(report)] as [string, string]]),
      ...agentsField(report),
      ...gatewayField(report),
      ["Present", presentText(report)],
      ["Commands", commandsText(report)],
    ])),
    ...findings.flatMap((finding) => findingText(finding, style)),
    "",
  ].join("\n");
}
