import type { ConfigReport, DoctorReport } from "./report.ts";

/** The warning that every backup, manifest, report and result carries; the original's wording. */
export function sensitiveNoteFor(displayName: string): string {
  return `This backup can contain ${displayName} history, provider configuration, login state, ` +
    "local hooks, and other sensitive environment data. Keep it offline unless you have " +
    "explicitly reviewed and approved another storage location.";
}

/** Flags and counts; everything else a configuration report holds is left out. */
function configLines(config: ConfigReport): string[] {
  const told = Object.entries(config).filter(([key, value]) =>
    key === "present" || key === "parse_status" ||
    typeof value === "boolean" || key.endsWith("_count")
  );
  return told.map(([key, value]) => `- ${key}=${value}`);
}

/** The text of `environment-snapshot.txt`: a home at a glance, for a person. */
export function environmentSnapshot(report: DoctorReport): string {
  const { agent, platform, paths, config } = report;
  return [
    `${agent.name} environment snapshot`,
    `Created: ${report.created_at}`,
    `${agent.name} home: ${report.home}`,
    `${agent.name} version: ${agent.version ?? "unknown"}`,
    `Platform: ${platform.system} ${platform.release} ${platform.machine}`,
    `Lifeboat: ${platform.lifeboat}`,
    `Core ok: ${report.core_ok}`,
    `Path scan ok: ${report.path_scan_ok}`,
    `Command ok: ${report.command_ok}`,
    "",
    report.sensitive_note,
    "",
    "Important paths:",
    ...Object.entries(paths).map(([name, { present }]) => `- ${name}: present=${present}`),
    "",
    "Config:",
    ...configLines(config),
    "",
    "Secrets, auth payloads, and conversation contents are intentionally not printed here.",
    "",
  ].join("\n");
}
