import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { SampleThread } from "./codex.ts";

/**
 * How the writer left a database. `closed`: cleanly, one file. `killed`: everything since the first
 * page is still in the `-wal`, whose `-shm` is there too, as when the agent runs or was killed.
 */
export type DatabaseState = "closed" | "killed";

/** The databases of a Codex home (tables and columns of 0.169.0), filled from its threads. */
export async function writeCodexDatabases(
  home: string,
  threads: SampleThread[],
  state: DatabaseState,
): Promise<void> {
  const fill: Record<string, (db: DatabaseSync) => void> = {
    "state_5.sqlite": (db) => fillState(db, threads),
    "thread_history_1.sqlite": (db) => fillHistory(db, threads),
    "goals_1.sqlite": (db) => fillGoals(db, threads),
    "memories_1.sqlite": (db) => fillMemories(db, threads),
    "logs_2.sqlite": (db) => fillLogs(db, threads),
  };
  for (const [name, write] of Object.entries(fill)) {
    await writeWalDatabase(join(home, name), write, state);
  }
}

/** Makes a WAL database with one table per statement of `write`, left in the given state. */
export async function writeWalDatabase(
  path: string,
  write: (db: DatabaseSync) => void,
  state: DatabaseState,
): Promise<void> {
  const building = await Deno.makeTempDir({ prefix: "lifeboat-sample-" });
  const draft = join(building, "draft.sqlite");
  const db = new DatabaseSync(draft);
  try {
    db.exec("PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL");
    db.exec("PRAGMA wal_autocheckpoint = 0");
    write(db);
    if (state === "closed") db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    await Deno.copyFile(draft, path);
    if (state === "killed") {
      for (const suffix of ["-wal", "-shm"]) await Deno.copyFile(draft + suffix, path + suffix);
    }
  } finally {
    db.close();
    await Deno.remove(building, { recursive: true });
  }
}

function insert(db: DatabaseSync, table: string, row: Record<string, string | number | null>) {
  const names = Object.keys(row);
  const sql = `INSERT INTO ${table} (${names.join()}) VALUES (${names.map(() => "?").join()})`;
  db.prepare(sql).run(...Object.values(row));
}

const STATE_TABLES = `
CREATE TABLE thread_sections (id TEXT PRIMARY KEY, name TEXT NOT NULL, appearance TEXT);
CREATE TABLE projects (id TEXT PRIMARY KEY, name TEXT NOT NULL,
  metadata TEXT NOT NULL DEFAULT '{}', position INTEGER NOT NULL,
  created_at_ms INTEGER NOT NULL, updated_at_ms INTEGER NOT NULL);
CREATE TABLE threads (
  id TEXT PRIMARY KEY, rollout_path TEXT NOT NULL, created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL, source TEXT NOT NULL, model_provider TEXT NOT NULL,
  cwd TEXT NOT NULL, title TEXT NOT NULL, sandbox_policy TEXT NOT NULL,
  approval_mode TEXT NOT NULL, tokens_used INTEGER NOT NULL DEFAULT 0,
  has_user_event INTEGER NOT NULL DEFAULT 0, archived INTEGER NOT NULL DEFAULT 0,
  archived_at INTEGER, git_sha TEXT, git_branch TEXT, git_origin_url TEXT,
  cli_version TEXT NOT NULL DEFAULT '', first_user_message TEXT NOT NULL DEFAULT '',
  agent_nickname TEXT, agent_role TEXT, memory_mode TEXT NOT NULL DEFAULT 'enabled', model TEXT,
  reasoning_effort TEXT, agent_path TEXT, created_at_ms INTEGER, updated_at_ms INTEGER,
  thread_source TEXT, preview TEXT NOT NULL DEFAULT '', recency_at INTEGER NOT NULL DEFAULT 0,
  recency_at_ms INTEGER NOT NULL DEFAULT 0, history_mode TEXT NOT NULL DEFAULT 'legacy', name TEXT,
  is_pinned INTEGER NOT NULL DEFAULT 0,
  thread_section_id TEXT REFERENCES thread_sections(id) ON DELETE SET NULL,
  section_position INTEGER, section_entered_at_ms INTEGER,
  project_id TEXT REFERENCES projects(id) ON DELETE SET NULL, originator TEXT,
  daybreak_enabled BOOLEAN, creator_user_id TEXT, creator_account_id TEXT,
  attached_thread_parent_id TEXT);
CREATE INDEX idx_threads_updated_at_ms ON threads(updated_at_ms DESC, id DESC);
CREATE TABLE backfill_state (id INTEGER PRIMARY KEY CHECK (id = 1), status TEXT NOT NULL,
  last_watermark TEXT, last_success_at INTEGER, updated_at INTEGER NOT NULL);
CREATE TABLE thread_spawn_edges (parent_thread_id TEXT NOT NULL,
  child_thread_id TEXT NOT NULL PRIMARY KEY, status TEXT NOT NULL);`;

function fillState(db: DatabaseSync, threads: SampleThread[]): void {
  db.exec(STATE_TABLES);
  for (const thread of threads) insert(db, "threads", threadRow(thread));
  const at = Math.floor((threads[0]?.createdMs ?? 0) / 1000);
  insert(db, "backfill_state", {
    id: 1,
    status: "complete",
    last_watermark: null,
    last_success_at: at,
    updated_at: at,
  });
}

function threadRow(thread: SampleThread): Record<string, string | number | null> {
  const seconds = (ms: number) => Math.floor(ms / 1000);
  return {
    id: thread.id,
    rollout_path: thread.path,
    created_at: seconds(thread.createdMs),
    updated_at: seconds(thread.updatedMs),
    source: "cli",
    model_provider: "openai",
    cwd: thread.cwd,
    title: thread.questions[0],
    sandbox_policy: JSON.stringify({ type: "read-only" }),
    approval_mode: "on-request",
    tokens_used: 1300,
    has_user_event: 1,
    archived: thread.archived ? 1 : 0,
    archived_at: thread.archived ? seconds(thread.updatedMs) : null,
    git_branch: "main",
    cli_version: "0.169.0",
    first_user_message: thread.questions[0],
    model: "gpt-5.2-codex",
    created_at_ms: thread.createdMs,
    updated_at_ms: thread.updatedMs,
    thread_source: "user",
    preview: thread.questions[0],
    recency_at: seconds(thread.updatedMs),
    recency_at_ms: thread.updatedMs,
    history_mode: "legacy",
    originator: "codex_cli_rs",
  };
}

function fillHistory(db: DatabaseSync, threads: SampleThread[]): void {
  db.exec(`
CREATE TABLE thread_turns (thread_id TEXT NOT NULL, turn_id TEXT NOT NULL,
  rollout_ordinal INTEGER NOT NULL, status TEXT NOT NULL, started_at INTEGER,
  completed_at INTEGER, PRIMARY KEY (thread_id, turn_id));
CREATE TABLE thread_history_projection_state (thread_id TEXT PRIMARY KEY,
  next_rollout_byte_offset INTEGER NOT NULL, next_rollout_ordinal INTEGER NOT NULL);`);
  for (const thread of threads) {
    insert(db, "thread_history_projection_state", {
      thread_id: thread.id,
      next_rollout_byte_offset: thread.bytes,
      next_rollout_ordinal: thread.lines,
    });
  }
}

function fillGoals(db: DatabaseSync, threads: SampleThread[]): void {
  db.exec(`CREATE TABLE thread_goals (thread_id TEXT PRIMARY KEY NOT NULL, goal_id TEXT NOT NULL,
  objective TEXT NOT NULL, status TEXT NOT NULL, token_budget INTEGER,
  tokens_used INTEGER NOT NULL DEFAULT 0, time_used_seconds INTEGER NOT NULL DEFAULT 0,
  created_at_ms INTEGER NOT NULL, updated_at_ms INTEGER NOT NULL)`);
  for (const thread of threads.slice(0, 2)) {
    insert(db, "thread_goals", {
      thread_id: thread.id,
      goal_id: `goal-${thread.id.slice(-6)}`,
      objective: "keep the tests green",
      status: "active",
      created_at_ms: thread.createdMs,
      updated_at_ms: thread.updatedMs,
    });
  }
}

function fillMemories(db: DatabaseSync, threads: SampleThread[]): void {
  db.exec(`CREATE TABLE stage1_outputs (thread_id TEXT PRIMARY KEY,
  source_updated_at INTEGER NOT NULL, raw_memory TEXT NOT NULL, rollout_summary TEXT NOT NULL,
  rollout_slug TEXT, generated_at INTEGER NOT NULL, usage_count INTEGER, last_usage INTEGER)`);
  for (const thread of threads.slice(0, 1)) {
    insert(db, "stage1_outputs", {
      thread_id: thread.id,
      source_updated_at: thread.updatedMs,
      raw_memory: "prefers small commits",
      rollout_summary: thread.questions[0],
      generated_at: thread.updatedMs,
    });
  }
}

function fillLogs(db: DatabaseSync, threads: SampleThread[]): void {
  db.exec(`CREATE TABLE logs (id INTEGER PRIMARY KEY AUTOINCREMENT, ts INTEGER NOT NULL,
  ts_nanos INTEGER NOT NULL, level TEXT NOT NULL, target TEXT NOT NULL, feedback_log_body TEXT,
  thread_id TEXT, process_uuid TEXT, estimated_bytes INTEGER NOT NULL DEFAULT 0)`);
  for (const thread of threads) {
    insert(db, "logs", {
      ts: Math.floor(thread.createdMs / 1000),
      ts_nanos: 0,
      level: "INFO",
      target: "codex_core",
      feedback_log_body: "turn completed",
      thread_id: thread.id,
    });
  }
}
