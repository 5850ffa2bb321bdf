import type { RunningProcess } from "./running.ts";
import type { CodexFlags } from "./codex_config.ts";
import type { ClaudeFlags } from "./claude_config.ts";

/**
 * What the doctor found, in the key names of contract.md; those that the original tool had keep their
 * meaning. No value of a configuration, no secret and no text of a conversation is ever in it.
 */
export interface DoctorReport {
  /** All checks are true. */
  ok: boolean;
  /** The home is a folder that can be read, and so is its configuration. */
  core_ok: boolean;
  /** Every important path could be looked through. */
  path_scan_ok: boolean;
  /** No command that was run failed. */
  command_ok: boolean;
  checks: {
    core: boolean;
    paths: boolean;
    commands: boolean;
    databases: boolean;
    /** No finding is an error. */
    findings: boolean;
  };
  /** ISO 8601 with offset. */
  created_at: string;
  home: string;
  /** Id of the profile. */
  profile: string;
  agent: { name: string; version?: string };
  platform: PlatformReport;
  /** By the path's name in the profile. */
  paths: Record<string, PathReport>;
  path_scan_errors: PathScanError[];
  config: ConfigReport;
  databases: DatabaseReport[];
  sessions: SessionsReport;
  /** OpenClaw: the agents that its configuration knows. */
  agents?: AgentReport[];
  /** OpenClaw: whether it is at work in the home. */
  gateway?: GatewayReport;
  findings: Finding[];
  /** By the probe's id. */
  commands: Record<string, CommandReport>;
  command_summary: CommandSummary;
  sensitive_note: string;
}

/** Something worth knowing about a home. Names files, never values. */
export interface Finding {
  /** Stable, snake_case. */
  code: string;
  /** `error`: a fault that makes the report not ok. */
  severity: "info" | "warning" | "error";
  message: string;
  /** What the user can do about it. */
  hint: string;
}

/** The machine, as Python's `platform` module names it. */
export type PlatformReport = {
  system: string;
  release: string;
  machine: string;
  lifeboat: string;
};

/** An important path: a file has `bytes`, a folder counts what is in it. */
export interface PathReport {
  present: boolean;
  bytes?: number;
  files?: number;
  dirs?: number;
  errors?: ScanError[];
}

/** Something that could not be looked at. */
export interface ScanError {
  /** Below the important path; `.` is the path itself. */
  relative_path: string;
  method: "walk";
  error: string;
}

/** A {@linkcode ScanError} with the important path it belongs to. */
export interface PathScanError extends ScanError {
  path: string;
}

/** One configuration file. */
export interface ConfigFileReport {
  /** Below the home, or absolute when it lies outside. */
  path: string;
  present: boolean;
  bytes?: number;
  parse_status: "ok" | "failed" | "missing";
  /** Where it does not parse, or why it could not be read; nothing of its content. */
  error?: string;
}

/** The main configuration file, what is set in it, and how the other files are. */
export type ConfigReport =
  & ConfigFileReport
  & Partial<CodexFlags>
  & Partial<ClaudeFlags>
  & { files: ConfigFileReport[] };

/** One database. */
export interface DatabaseReport {
  /** Absolute. */
  path: string;
  /** `null`: it was not checked. */
  ok: boolean | null;
  /** What SQLite said, or why it was not checked. */
  result: string;
}

/** The conversations of a home. */
export interface SessionsReport {
  count: number;
  archived: number;
  /** As they lie on disk. */
  bytes: number;
  /** Conversations that the agent deletes by itself within 7 days. */
  at_risk: number;
  /** Claude Code: the age at which conversations are deleted. */
  retention_days?: number;
  /** The settings file that says so, or `default`. */
  retention_set_by?: string;
  /** Codex: rows of the state databases, and where they and the files disagree. */
  state_rows?: number;
  rows_without_file?: number;
  files_without_row?: number;
}

/** One agent of OpenClaw. */
export interface AgentReport {
  id: string;
  /** Absolute, as the configuration has it. */
  workspace: string;
  workspace_present: boolean;
  agent_dir: string;
  agent_dir_present: boolean;
  /** Whether it has a Codex home of its own. */
  codex_home: boolean;
}

/** Whether OpenClaw is at work in its home. */
export interface GatewayReport {
  /** Null where that could not be told. */
  running: boolean | null;
  processes: RunningProcess[];
}

/** A command that was run, or why it was not. */
export interface CommandReport {
  command: string[];
  status: "ok" | "failed" | "timeout" | "error" | "skipped";
  reason?: string;
  error?: string;
  returncode?: number;
  timeout_seconds?: number;
  /** Redacted. */
  stdout?: string;
  stderr?: string;
  /** Of a command that speaks JSON: nothing but booleans. */
  stdout_summary?: JsonSummary;
  stdout_bytes?: number;
  stderr_bytes?: number;
}

/** What a command's JSON says. */
export type JsonSummary = { parse_status: "ok" | "empty" | "failed" } & {
  [key: string]: unknown;
};

/** All commands at a glance. */
export interface CommandSummary {
  run: boolean;
  ok: boolean;
  total: number;
  failed: { name: string; status: string; returncode?: number; reason?: string }[];
  skipped: { name: string; reason: string }[];
}

/** A finding, put together. */
export function finding(
  severity: Finding["severity"],
  code: string,
  message: string,
  hint: string,
): Finding {
  return { code, severity, message, hint };
}

/** `3 rollouts`, `1 rollout`. */
export function countOf(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** What a check of the conversations came to. */
export interface SessionsExam {
  sessions: SessionsReport;
  findings: Finding[];
}
