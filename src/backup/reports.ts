import { type DoctorReport, environmentSnapshot } from "../doctor/mod.ts";
import type { Home } from "../profiles/mod.ts";
import type { Findings } from "./options.ts";
import type { Outlet } from "./outlet.ts";

/** What the summary and the reports tell of. */
export interface ReportInput {
  home: Home;
  name: string;
  doctor: DoctorReport;
  findings: Findings;
}

function summary({ home, name, findings, doctor }: ReportInput): string {
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
    doctor.sensitive_note,
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
