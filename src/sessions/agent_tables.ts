/**
 * What OpenClaw's shared database (`state/openclaw.sqlite`) has of one agent, read from openclaw
 * 2026.9.6: its schema, its documents on it, and what `agents delete` takes away.
 */

/** A table with rows that are an agent's alone. */
export interface AgentTable {
  name: string;
  /** The column that says whose a row is: the agent's id, or a key `agent:<id>:…`. */
  owner?: { column: string; kind: "id" | "key" };
  /** Instead: the columns by which a row belongs to one of another table. */
  parent?: { table: string; columns: string[] };
  /** Columns with absolute paths. */
  paths?: string[];
  /** Column in which SQLite numbers the rows of the home; others' rows may have the number here. */
  number?: string;
  /** Whether an agent under another id gets these rows, too. */
  cloned?: boolean;
}

/**
 * Versions of the schema in which these tables are the same: 17 and 18 changed workers and
 * publications (openclaw docs/reference/database-schemas/state-schema-history.md).
 */
export const STATE_VERSIONS: readonly number[] = [16, 17, 18];

const ofId = (column: string) => ({ column, kind: "id" as const });
const ofKey = (column: string) => ({ column, kind: "key" as const });

/**
 * Those that are taken, a parent before what belongs to it. Jobs, proposals, bindings and what a claw
 * has installed bear ids that only one agent can have, or would act twice: a clone does without.
 */
export const AGENT_TABLES: readonly AgentTable[] = [
  { name: "agent_provenance", owner: ofId("agent_id"), cloned: true },
  { name: "acp_sessions", owner: ofKey("session_key"), paths: ["cwd"], cloned: true },
  { name: "session_upstream_links", owner: ofId("agent_id") },
  { name: "current_conversation_bindings", owner: ofKey("target_session_key") },
  { name: "cron_jobs", owner: ofId("agent_id"), paths: ["store_key"] },
  {
    name: "cron_job_scratch",
    parent: { table: "cron_jobs", columns: ["store_key", "job_id"] },
    paths: ["store_key"],
  },
  { name: "skill_workshop_proposals", owner: ofId("owner_agent_id") },
  {
    name: "skill_workshop_proposal_rollbacks",
    parent: { table: "skill_workshop_proposals", columns: ["proposal_id"] },
    paths: ["target_skill_file"],
  },
  {
    name: "skill_workshop_proposal_events",
    parent: { table: "skill_workshop_proposals", columns: ["proposal_id"] },
    number: "sequence",
  },
  { name: "skill_workshop_collection_reviews", owner: ofId("owner_agent_id") },
  { name: "claw_installs", owner: ofId("agent_id") },
  { name: "claw_workspace_files", owner: ofId("agent_id") },
  { name: "claw_package_refs", owner: ofId("agent_id") },
  { name: "claw_mcp_server_refs", owner: ofId("agent_id") },
  { name: "claw_cron_refs", owner: ofId("agent_id") },
];

/**
 * Tables that name agents and that nobody misses: which databases there are is noted anew when they
 * are opened, leases are of processes, and that an agent was deleted is no part of it.
 */
export const NOT_MISSED: ReadonlySet<string> = new Set([
  "agent_databases",
  "agent_database_leases",
  "agent_deletion_journal",
  "schema_meta",
]);

/** Where OpenClaw notes which agents were deleted: it opens no database of these. */
export const DELETED_AGENTS = "agent_deletion_journal";
