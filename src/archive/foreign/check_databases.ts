/** Databases in an archive of OpenClaw are looked into one after the other, in a scratch folder. */
import {
  ensureDir,
  type Host,
  newScratch,
  pathsOf,
  removeIfThere,
  type WorkerPool,
} from "../../base/mod.ts";
import type { Container, ReadableFile } from "../container.ts";
import { FOREIGN_DATABASE_JOB, type OwnedDatabase } from "./database_job.ts";

/** What was found: faults by stored path, and what could not be looked into. */
export interface DatabaseFaults {
  damaged: { path: string; reason: string }[];
  unchecked: string[];
}

/** OpenClaw leaves so much of a disk free, bytes. */
const RESERVE = 256 << 20;

/** What a file has to be, if it is a database that OpenClaw manages; by its stored path. */
function ownedAt(stored: string): OwnedDatabase | undefined {
  if (stored === "files/state/openclaw.sqlite") return { role: "global" };
  const inHome = /^files\/agents\/([^/]+)\/agent\/openclaw-agent\.sqlite$/.exec(stored);
  if (inHome) return { role: "agent", agent: inHome[1] };
  return /^extra\/agent-[^/]+\/openclaw-agent\.sqlite$/.test(stored)
    ? { role: "agent" }
    : undefined;
}

/** Checks all databases that OpenClaw manages in one of its archives. */
export async function checkDatabases(
  host: Host,
  pool: WorkerPool,
  container: Container,
): Promise<DatabaseFaults> {
  const faults: DatabaseFaults = { damaged: [], unchecked: [] };
  const folder = newScratch(host, "verifying");
  try {
    for await (const file of container.files((path) => ownedAt(path) !== undefined)) {
      ensureDir(host.fs, folder, host.platform);
      if (host.fs.freeSpace(folder) < file.bytes + RESERVE) {
        faults.unchecked.push(`${file.path}: there is no room to look into it`);
        continue;
      }
      const reason = await faultIn(host, pool, file, pathsOf(host.platform).join(folder, "copy"));
      if (reason !== null) faults.damaged.push({ path: file.path, reason });
    }
    return faults;
  } finally {
    removeIfThere(host.fs, folder);
  }
}

async function faultIn(
  { fs }: Host,
  pool: WorkerPool,
  { path, chunks }: ReadableFile,
  copy: string,
): Promise<string | null> {
  const file = fs.open(copy, { createNew: true, mode: 0o600 });
  try {
    for await (const chunk of chunks) file.write(chunk);
  } finally {
    file.close();
  }
  const fault = await pool.run<string | null>(FOREIGN_DATABASE_JOB, {
    ...ownedAt(path),
    path: copy,
  });
  fs.remove(copy);
  return fault;
}
