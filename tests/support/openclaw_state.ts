/** A shared database of OpenClaw with rows of two agents, and what the system's sqlite3 says of it. */
import { DatabaseSync } from "node:sqlite";
import { askSqlite } from "./sqlite_oracle.ts";

/** What matters of the tables of OpenClaw 2026.9.6: keys, and what refers to what. */
const SCHEMA = `
CREATE TABLE schema_meta (meta_key TEXT NOT NULL PRIMARY KEY, role TEXT NOT NULL,
  schema_version INTEGER NOT NULL, agent_id TEXT) STRICT;
CREATE TABLE config_machine_state (state_key TEXT NOT NULL PRIMARY KEY, value_json TEXT NOT NULL)
  STRICT;
CREATE TABLE agent_provenance (agent_id TEXT PRIMARY KEY,
  created_via TEXT NOT NULL CHECK (created_via IN ('operator', 'agent', 'claw')),
  creator_agent_id TEXT, created_at_ms INTEGER NOT NULL) STRICT;
CREATE TABLE agent_databases (agent_id TEXT NOT NULL, path TEXT NOT NULL,
  PRIMARY KEY (agent_id, path)) STRICT;
CREATE TABLE agent_deletion_journal (agent_id TEXT PRIMARY KEY, agent_dir TEXT NOT NULL,
  cleanup_completed INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE acp_sessions (session_key TEXT NOT NULL PRIMARY KEY, agent TEXT NOT NULL, cwd TEXT)
  STRICT;
CREATE TABLE current_conversation_bindings (binding_key TEXT NOT NULL PRIMARY KEY,
  target_session_key TEXT NOT NULL, record_json TEXT NOT NULL) STRICT;
CREATE TABLE cron_jobs (store_key TEXT NOT NULL, job_id TEXT NOT NULL, owner_agent_id TEXT,
  agent_id TEXT, job_json TEXT NOT NULL, updated_at INTEGER NOT NULL,
  PRIMARY KEY (store_key, job_id)) STRICT;
CREATE TABLE cron_job_scratch (store_key TEXT NOT NULL, job_id TEXT NOT NULL, content TEXT,
  PRIMARY KEY (store_key, job_id)) STRICT;
CREATE TABLE skill_workshop_proposals (proposal_id TEXT NOT NULL PRIMARY KEY,
  owner_agent_id TEXT, origin_agent_id TEXT, draft BLOB) STRICT;
CREATE TABLE skill_workshop_proposal_events (sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  event_id TEXT NOT NULL UNIQUE, proposal_id TEXT NOT NULL, FOREIGN KEY (proposal_id)
  REFERENCES skill_workshop_proposals(proposal_id) ON DELETE CASCADE) STRICT;
CREATE TABLE task_runs (task_id TEXT NOT NULL PRIMARY KEY, agent_id TEXT, task TEXT NOT NULL)
  STRICT;
CREATE TABLE workspace_setup_state (workspace_key TEXT NOT NULL PRIMARY KEY, workspace_path TEXT)
  STRICT;
CREATE TABLE workspace_generated_bootstrap_hashes (workspace_key TEXT NOT NULL, filename TEXT NOT
  NULL, PRIMARY KEY (workspace_key, filename), FOREIGN KEY (workspace_key)
  REFERENCES workspace_setup_state(workspace_key) ON DELETE CASCADE) STRICT;
CREATE VIEW jobs AS SELECT agent_id, job_id FROM cron_jobs;`;

/** Whose rows can be told by the word that stands in each of them. */
function rowsOf(agent: string, stateDir: string): string {
  const job = `'${stateDir}/cron/jobs.json', 'job-${agent}'`;
  return `
INSERT INTO agent_provenance VALUES ('${agent}', 'operator', NULL, 9007199254740993);
INSERT INTO agent_databases VALUES ('${agent}', 'agents/${agent}/agent/openclaw-agent.sqlite');
INSERT INTO acp_sessions VALUES ('agent:${agent}:acp:1', 'codex', '${stateDir}/workspace-${agent}');
INSERT INTO current_conversation_bindings VALUES ('telegram:${agent}', 'agent:${agent}:dm', '{}');
INSERT INTO cron_jobs VALUES (${job}, NULL, '${agent}', '{"agentId":"${agent}"}', 1);
INSERT INTO cron_job_scratch VALUES (${job}, 'what ${agent} noted');
INSERT INTO skill_workshop_proposals VALUES ('proposal-${agent}', '${agent}', NULL, x'00ff00');
INSERT INTO skill_workshop_proposal_events (event_id, proposal_id)
  VALUES ('event-${agent}', 'proposal-${agent}');
INSERT INTO task_runs VALUES ('task-${agent}', '${agent}', 'a task of ${agent}');`;
}

/** How the database that is made differs from the usual. */
export interface StateChanges {
  agents?: string[];
  version?: number;
  role?: string;
  /** Run at the end. */
  sql?: string;
}

/** Makes a shared database, in WAL mode as OpenClaw has it; gives back its path. */
export function makeState(path: string, stateDir: string, changes: StateChanges = {}): string {
  const { agents = ["main", "writer"], version = 18, role = "global", sql = "" } = changes;
  const database = new DatabaseSync(path);
  database.exec(`PRAGMA journal_mode = wal; PRAGMA user_version = ${version}; ${SCHEMA}
    INSERT INTO schema_meta VALUES ('primary', '${role}', ${version}, NULL);
    INSERT INTO config_machine_state VALUES ('plugins', 'a secret of nobody');`);
  for (const agent of agents) database.exec(rowsOf(agent, stateDir));
  database.exec(sql);
  database.close();
  return path;
}

/** Changes a database as its owner would. */
export function changeState(path: string, sql: string): void {
  const database = new DatabaseSync(path);
  database.exec(sql);
  database.close();
}

/** All rows of a database as sqlite3 dumps them, each one line, but for those with a word in them. */
export async function dumpWithout(path: string, word: string): Promise<string[]> {
  const lines = await askSqlite(path, ".dump");
  return lines.filter((line) => !line.includes(word) && !line.includes("sqlite_sequence"));
}

/** The rows with a word in them. */
export async function dumpOf(path: string, word: string): Promise<string[]> {
  const lines = await askSqlite(path, ".dump");
  return lines.filter((line) => line.startsWith("INSERT") && line.includes(word));
}
