import type { DoctorReport } from "../doctor/mod.ts";
import { environmentSnapshot } from "../doctor/mod.ts";
import type { Home } from "../profiles/mod.ts";
import type { Findings } from "./options.ts";
import type { Outlet } from "./outlet.ts";

/** What the summary and the reports tell of. */
export interface ReportInput {
  home: Home;
  name: string;
  doctor: DoctorReport;
  findings: Findings;
  sensitiveNote: string;
}

/** The warning that every backup, manifest and result carries; wording of the original tool. */
export function sensitiveNoteFor(displayName: string): string {
  return `This backup can contain ${displayName} history, provider configuration, login state, ` +
    "local hooks, and other sensitive environment data. Keep it offline unless you have " +
    "explicitly reviewed and approved another storage location.";
}

function summary({ home, name, findings, sensitiveNote }: ReportInput): string {
  const sound = findings.databases.every((check) => check.ok);
  return [
    `${home.profile.name} environment backup`,
    `Backup: ${name}`,
    `${home.profile.name} home: ${home.path}`,
    `Files: ${findings.files}`,
    `SQLite databases: ${findings.sqliteDatabases}`,
    `Errors: ${findings.errors.length}`,
    `Left out: ${findings.skipped}`,
    `Integrity: ${sound ? "ok" : "failed"}`,
    "How to restore: see RESTORE.md",
    "",
    sensitiveNote,
    "",
  ].join("\n");
}

/** Writes the reports that lie beside the captured files. */
export async function writeReports(outlet: Outlet, input: ReportInput): Promise<void> {
  const write = async (name: string, text: string) => {
    await outlet.bytes(name, new TextEncoder().encode(text), 0o600);
  };
  const json = (value: unknown) => JSON.stringify(value, null, 2) + "\n";
  await write("environment-snapshot.txt", environmentSnapshot(input.doctor));
  await write("sqlite-integrity-check.json", json(input.findings.databases));
  await write("doctor-report.json", json(input.doctor));
  await write("backup-summary.txt", summary(input));
}
