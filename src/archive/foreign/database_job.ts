/** The databases in an archive of OpenClaw, held to the rules by which it verifies them (facts B5). */
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { describeError, type Job } from "../../base/mod.ts";

/** Name of the job {@linkcode checkForeignDatabase} in src/worker.ts. */
export const FOREIGN_DATABASE_JOB = "archive.foreign_database";

/** What a database in an archive has to be. */
export interface OwnedDatabase {
  role: "global" | "agent";
  /** Whose it is, where its place tells. */
  agent?: string;
}

/** What the job gets: a copy that nobody else has open. */
type Input = OwnedDatabase & { path: string };

/** ERROR: for want of an extension of the agent's, which is no damage. */
const UNKNOWN_NAME = 1;

function ownerFault(database: DatabaseSync, { role, agent }: OwnedDatabase): string | undefined {
  const table = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'schema_meta'";
  if (!database.prepare(table).get()) return undefined; // of before it was written down
  const query = "SELECT role, agent_id FROM schema_meta WHERE meta_key = 'primary'";
  const row = database.prepare(query).get();
  if (!row) return "it does not say whose it is";
  if (row.role !== role) return `it says that it is of role ${String(row.role).slice(0, 40)}`;
  const isTheirs = agent === undefined || row.agent_id === agent;
  return isTheirs ? undefined : `it is of agent ${String(row.agent_id).slice(0, 64)}`;
}

function faultOf({ path, ...owned }: Input): string | undefined {
  const database = new DatabaseSync(`${pathToFileURL(path)}?immutable=1`, { readOnly: true });
  try {
    const row = database.prepare("PRAGMA integrity_check(1)").get();
    const result = String(row?.integrity_check);
    return result === "ok" ? ownerFault(database, owned) : result.split("\n", 1)[0];
  } finally {
    database.close();
  }
}

/** Checks one database. Its output is what is wrong with it, or null. */
export const checkForeignDatabase: Job = (input: Input) => {
  try {
    return { output: faultOf(input) ?? null };
  } catch (error) {
    const code = (error as { errcode?: unknown } | null)?.errcode;
    const isMissing = typeof code === "number" && (code & 0xff) === UNKNOWN_NAME;
    return { output: isMissing ? null : describeError(error) };
  }
};
