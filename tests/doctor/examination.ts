import { createWorkerPool, type Host } from "../../src/base/mod.ts";
import {
  type DoctorReport,
  examineHome,
  type ExamineOptions,
  type Finding,
} from "../../src/doctor/mod.ts";
import { findProfile, type HomeOptions, resolveHome } from "../../src/profiles/mod.ts";
import { assert } from "../assert.ts";
import { testHost } from "../support/host.ts";

/** How a test's home is examined. */
export interface Examination extends Partial<ExamineOptions> {
  profile?: "codex" | "claude-code" | "openclaw";
  home?: HomeOptions;
  host?: Partial<Host>;
}

/** Examines the home of the user who lives in `folder`, with real workers. */
export async function examine(
  folder: string,
  { profile = "codex", home, host: changes, ...options }: Examination = {},
): Promise<DoctorReport> {
  const host = testHost(folder, changes);
  const pool = createWorkerPool(1);
  try {
    const found = resolveHome(host, findProfile(host, profile), home);
    return await examineHome(host, pool, found, { runCommands: false, ...options });
  } finally {
    pool.close();
  }
}

/** Examines a home without its databases, which needs no worker. */
export function examineQuickly(folder: string, examination: Examination = {}) {
  return examine(folder, { ...examination, checkDatabases: false });
}

/** The codes of all findings, sorted. */
export function codes({ findings }: DoctorReport): string[] {
  return findings.map(({ code }) => code).sort();
}

/** The one finding of a code. */
export function findingOf({ findings }: DoctorReport, code: string): Finding {
  const found = findings.filter((finding) => finding.code === code);
  assert.equal(found.length, 1, `${code} in ${JSON.stringify(findings)}`);
  return found[0];
}
