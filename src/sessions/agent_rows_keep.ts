/** A copy of OpenClaw's shared database that holds nothing but one agent's rows. */
import type { DatabaseSync } from "node:sqlite";
import type { Job } from "../base/mod.ts";
import { quoted } from "./agent_id.ts";
import {
  belongs,
  isThere,
  openCopy,
  othersAbout,
  type RowCounts,
  tablesOf,
  whyUnknown,
} from "./agent_rows.ts";
import { AGENT_TABLES, type AgentTable } from "./agent_tables.ts";
import { inTransaction, settle } from "./database_change.ts";

/** What is to be kept in a copy. */
export interface KeepAgentRows {
  /** The copy; changed in place, and left without a WAL. */
  path: string;
  /** Of the agent; nothing for a database in which no agent has rows. */
  id?: string;
}

/** What a copy holds now. */
export interface KeptAgentRows {
  /** Why it was left as it is. */
  refused?: string;
  /** Rows about the agent that are not in it any more. */
  left: RowCounts;
}

/** Name of the job {@linkcode keepAgentRows} in src/worker.ts. */
export const KEEP_AGENT_ROWS_JOB = "sessions.keep_agent_rows";

/**
 * Takes everything out of a copy of the shared database that is not one agent's, also out of its free
 * pages. What the schema itself says of it stays.
 */
export const keepAgentRows: Job = ({ path, id }: KeepAgentRows) => {
  const db = openCopy(path);
  try {
    const refused = whyUnknown(db, "main");
    if (refused) return { output: { refused, left: {} } };
    const tables = tablesOf(db, "main");
    const taken = AGENT_TABLES.filter((one) => isThere(tables, one));
    const left = id === undefined ? {} : othersAbout(db, "main", id, taken);
    inTransaction(db, () => removeOthers(db, [...tables.keys()], taken, id));
    db.prepare("VACUUM").run();
    settle(db);
    return { output: { left } };
  } finally {
    db.close();
  }
};

/** What belongs to a row goes before it, as long as that tells whose it is. */
function removeOthers(
  db: DatabaseSync,
  tables: string[],
  taken: AgentTable[],
  agent: string | undefined,
): void {
  const owned = agent === undefined ? [] : taken.toReversed();
  for (const one of owned) {
    const test = `coalesce(${belongs(one, "main")}, 0)`;
    db.prepare(`DELETE FROM main.${quoted(one.name)} WHERE NOT ${test}`).run({ agent: agent! });
  }
  for (const table of tables) {
    if (table === "schema_meta" || owned.some(({ name }) => name === table)) continue;
    db.prepare(`DELETE FROM main.${quoted(table)}`).run();
  }
  // Where rows were numbered, it tells how many there were.
  const counted = "SELECT 1 FROM main.sqlite_schema WHERE name = 'sqlite_sequence'";
  if (db.prepare(counted).get()) db.prepare("DELETE FROM main.sqlite_sequence").run();
}
