/** Paths in OpenClaw's shared database, on a copy that nobody else has open. */
import { DatabaseSync } from "node:sqlite";
import { type Job, LifeboatError, sha256Of } from "../../base/mod.ts";
import { quoted } from "../agent_id.ts";
import { tablesOf, whyUnknown } from "../agent_rows.ts";
import { inTransaction, settle } from "../database_change.ts";
import type { RemapCounts, RemapDatabase } from "./database_edit.ts";
import { mapPath, matchPath, type PathMapping } from "./paths.ts";

/** Name of the worker job that maps the paths in the shared database. */
export const REMAP_STATE_JOB = "sessions.remap_state";

/**
 * Columns with paths below the state folder or of agents' work. By `store_key` jobs are found (tried:
 * under another, none is). What is of machines (worktrees, leases, runs) stays as it was.
 */
const PATHS: readonly [table: string, column: string][] = [
  ["cron_jobs", "store_key"],
  ["cron_job_scratch", "store_key"],
  ["cron_run_receipts", "store_key"],
  ["agent_databases", "path"],
  ["acp_sessions", "cwd"],
  ["session_groups", "cwd"],
  ["projects", "repo_root"],
  ["plugin_binding_approvals", "plugin_root"],
  ["skill_usage", "skill_file"],
  ["skill_workshop_proposal_rollbacks", "target_skill_file"],
  ["workspace_setup_state", "workspace_path"],
  ["workspace_path_aliases", "alias_path"],
  ["workspace_path_aliases", "workspace_path"],
];

/** Columns with the SHA-256 of a folder's path, by which OpenClaw knows it (tried). */
const HASHES: readonly [table: string, column: string][] = [
  ["workspace_setup_state", "workspace_key"],
  ["workspace_generated_bootstrap_hashes", "workspace_key"],
  ["workspace_path_aliases", "workspace_key"],
  ["workspace_path_aliases", "alias_key"],
];

/** What a text becomes; undefined where it stays. */
type Change = (text: string) => string | undefined;

/** A row that would be there twice stays as it is. */
function mapColumn(db: DatabaseSync, table: string, column: string, change: Change): void {
  const [from, name] = [quoted(table), quoted(column)];
  // Through JavaScript, text is cut at a NUL; no path has one.
  const rows = db.prepare(
    `SELECT rowid AS id, ${name} AS value FROM ${from}
      WHERE typeof(${name}) = 'text' AND instr(${name}, char(0)) = 0`,
  ).all();
  const update = db.prepare(`UPDATE OR IGNORE ${from} SET ${name} = ? WHERE rowid = ?`);
  for (const { id, value } of rows) {
    const after = change(String(value));
    if (after !== undefined) update.run(after, Number(id));
  }
}

type IsThere = (table: string, column: string) => boolean;

const hashOf = (path: string) => sha256Of(path).toLowerCase();

/** What the hash of each path that is mapped becomes. */
function hashesIn(db: DatabaseSync, isThere: IsThere, mappings: PathMapping[]) {
  const hashes = new Map<string, string>();
  for (const column of ["workspace_path", "alias_path"]) {
    for (const table of ["workspace_setup_state", "workspace_path_aliases"]) {
      if (!isThere(table, column)) continue;
      mapColumn(db, table, column, (path) => {
        const after = mapPath(path, mappings);
        if (after !== undefined) hashes.set(hashOf(path), hashOf(after));
        return undefined;
      });
    }
  }
  return hashes;
}

function mapAll(db: DatabaseSync, mappings: PathMapping[]): RemapCounts {
  const counts: RemapCounts = {};
  const tables = tablesOf(db, "main");
  const isThere: IsThere = (table, column) => tables.get(table)?.includes(column) ?? false;
  const hashes = hashesIn(db, isThere, mappings);
  const change: Change = (path) => {
    const match = matchPath(path, mappings);
    if (!match) return undefined;
    counts[match.mapping.from] = (counts[match.mapping.from] ?? 0) + 1;
    return mapPath(path, mappings);
  };
  for (const [table, column] of PATHS) {
    if (isThere(table, column)) mapColumn(db, table, column, change);
  }
  for (const [table, column] of HASHES) {
    if (isThere(table, column)) mapColumn(db, table, column, (hash) => hashes.get(hash));
  }
  return counts;
}

/**
 * Replaces the paths in a copy of the shared database. Its output counts them by `from`. Throws
 * `unknown_schema` for a database whose tables are not known.
 *
 * @param input what {@linkcode RemapDatabase} says
 */
export const remapStateJob: Job = ({ path, mappings }: RemapDatabase) => {
  const db = new DatabaseSync(path, { enableForeignKeyConstraints: false });
  try {
    const why = whyUnknown(db, "main");
    if (why) throw new LifeboatError("failed", "unknown_schema", why);
    const counts = inTransaction(db, () => mapAll(db, mappings));
    settle(db);
    return { output: counts };
  } finally {
    db.close();
  }
};
