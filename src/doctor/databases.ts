import { randomUUID } from "node:crypto";
import {
  asLifeboatError,
  checkInterrupt,
  describeError,
  ensureDir,
  type Host,
  lstatIfThere,
  newScratch,
  pathsOf,
  removeIfThere,
  type WorkerPool,
} from "../base/mod.ts";
import { captureDatabase } from "../capture/mod.ts";
import { redact } from "../seal/mod.ts";
import { currentStateDatabases } from "./codex_home.ts";
import { type DatabaseReport, type Finding, finding } from "./report.ts";
import type { ThreadRows } from "./state_rows.ts";
import type { Survey } from "./survey.ts";

/** Name of the worker job that reads the rows of a state database's copy. */
export const THREAD_ROWS_JOB = "doctor.thread_rows";

/** What the databases of a home came to. */
export interface DatabasesExam {
  reports: DatabaseReport[];
  /** Rows of `threads` in all of Codex's state databases; nothing where none could be read. */
  rows: ThreadRows;
  findings: Finding[];
}

/** Where copies are made to be checked, outside the home. */
interface Bench {
  host: Host;
  pool: WorkerPool;
  folder: string;
  /** Paths of the state databases whose rows are wanted. */
  holdsRows: Set<string>;
}

type Surveyed = Survey["databases"][number];

const NOT_CHECKED = "not checked";

/**
 * Checks every database on a copy, which is removed, so that nothing in the home is touched. Throws
 * `interrupted`, and what its own folder of copies throws when it cannot be cleared.
 */
export async function examineDatabases(
  host: Host,
  pool: WorkerPool,
  survey: Survey,
): Promise<DatabasesExam> {
  const exam: DatabasesExam = { reports: [], rows: undefined, findings: [] };
  if (survey.databases.length === 0) return exam;
  const holdsRows = new Set(currentStateDatabases(survey).map(({ absolute }) => absolute));
  const folder = newScratch(host, "doctor");
  try {
    for (const database of survey.databases) {
      checkInterrupt(host);
      const { report, rows } = await examine({ host, pool, folder, holdsRows }, database);
      if (report) exam.reports.push(report);
      if (rows) exam.rows = [...exam.rows ?? [], ...rows];
    }
  } finally {
    removeIfThere(host.fs, folder);
  }
  exam.findings = exam.reports.flatMap(faultOf);
  return exam;
}

interface Examined {
  /** Nothing where the database has vanished. */
  report?: DatabaseReport;
  rows?: ThreadRows;
}

async function examine(bench: Bench, database: Surveyed): Promise<Examined> {
  const path = database.absolute;
  if (!database.genuine) {
    return { report: { path, ok: false, result: "the file is not a database" } };
  }
  try {
    return hasRoom(bench, path)
      ? await examineCopy(bench, path)
      : { report: { path, ok: null, result: `${NOT_CHECKED}: no room for a copy` } };
  } catch (error) {
    checkInterrupt(bench.host);
    const result = `${NOT_CHECKED}: ${redact(describeError(asLifeboatError(error)))}`;
    return { report: { path, ok: null, result } };
  }
}

/** A check must not fill the disk: a copy may need its size twice, with the WAL. */
function hasRoom({ host, folder }: Bench, path: string): boolean {
  ensureDir(host.fs, folder, host.platform);
  const sizeOf = (name: string) => lstatIfThere(host.fs, name)?.size ?? 0;
  return 2 * (sizeOf(path) + sizeOf(`${path}-wal`)) < host.fs.freeSpace(folder);
}

async function examineCopy(bench: Bench, path: string): Promise<Examined> {
  const { host, pool, folder, holdsRows } = bench;
  const copy = pathsOf(host.platform).join(folder, randomUUID());
  const captured = await captureDatabase(host, pool, path, copy);
  try {
    if (captured.status === "vanished") return {};
    const result = redact(captured.result);
    if (captured.status === "failed") {
      return {
        report: { path, ok: captured.code === "malformed_database" ? false : null, result },
      };
    }
    const report = { path, ok: true, result };
    if (!holdsRows.has(path)) return { report };
    return { report, rows: await pool.run<ThreadRows>(THREAD_ROWS_JOB, { path: copy }) };
  } finally {
    removeIfThere(host.fs, copy);
  }
}

function faultOf({ path, ok, result }: DatabaseReport): Finding[] {
  if (ok === true) return [];
  if (ok === null) {
    return [finding(
      "warning",
      "database_not_checked",
      `${path} was ${result}`,
      "Close the agent or free some space, then run the doctor again.",
    )];
  }
  return [finding(
    "error",
    "database_damaged",
    `${path} is damaged: ${result}`,
    "Close the agent, move the database aside with its -wal and -shm, and restore it from a backup.",
  )];
}
