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
];

/** A folder as OpenClaw knows it: its path, and the SHA-256 of that (tried). */
interface Folder {
  table: string;
  path: string;
  key: string;
}

const FOLDERS: readonly Folder[] = [
  { table: "workspace_setup_state", path: "workspace_path", key: "workspace_key" },
  { table: "workspace_path_aliases", path: "workspace_path", key: "workspace_key" },
  { table: "workspace_path_aliases", path: "alias_path", key: "alias_key" },
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

const keyOf = (path: string) => sha256Of(path).toLowerCase();

/** A path as it is hashed: on Windows in lower case (openclaw's workspace-state-identity). */
function identityOf(path: string): string {
  const same = path.normalize("NFC");
  return path.startsWith("/") ? same : same.toLowerCase();
}

/** Maps a folder together with its key; gives back what keys become. */
function mapFolder(
  db: DatabaseSync,
  { table, path, key }: Folder,
  change: Change,
): [before: string, after: string][] {
  const [from, pathName, keyName] = [table, path, key].map(quoted);
  const rows = db.prepare(
    `SELECT rowid AS id, ${pathName} AS path, ${keyName} AS key FROM ${from}
      WHERE typeof(${pathName}) = 'text' AND instr(${pathName}, char(0)) = 0`,
  ).all();
  const update = db.prepare(
    `UPDATE OR IGNORE ${from} SET ${pathName} = ?, ${keyName} = ? WHERE rowid = ?`,
  );
  return rows.flatMap(({ id, path, key }): [string, string][] => {
    const after = key === keyOf(String(path)) ? change(String(path)) : undefined;
    if (after === undefined) return [];
    const there = identityOf(after);
    update.run(there, keyOf(there), Number(id));
    return [[String(key), keyOf(there)]];
  });
}

function mapAll(db: DatabaseSync, mappings: PathMapping[]): RemapCounts {
  const counts: RemapCounts = {};
  const tables = tablesOf(db, "main");
  const isThere = (table: string, column: string) => tables.get(table)?.includes(column) ?? false;
  const change: Change = (path) => {
    const match = matchPath(path, mappings);
    if (!match) return undefined;
    counts[match.mapping.from] = (counts[match.mapping.from] ?? 0) + 1;
    return mapPath(path, mappings);
  };
  for (const [table, column] of PATHS) {
    if (isThere(table, column)) mapColumn(db, table, column, change);
  }
  const folders = FOLDERS.filter(({ table, path, key }) =>
    isThere(table, path) && isThere(table, key)
  );
  const keys = new Map(folders.flatMap((folder) => mapFolder(db, folder, change)));
  const [table, column] = ["workspace_generated_bootstrap_hashes", "workspace_key"];
  if (isThere(table, column)) mapColumn(db, table, column, (key) => keys.get(key));
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
