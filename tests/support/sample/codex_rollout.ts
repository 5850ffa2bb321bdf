import { jsonLines, type Sample, uuid7, words } from "./common.ts";

/** What one rollout is about. */
export interface RolloutPlan {
  id: string;
  cwd: string;
  /** ms since 1970. */
  createdMs: number;
  /** Questions put to the agent, in order. */
  questions: string[];
}

/** A rollout: its text, and the moment of its last line. */
export interface Rollout {
  text: string;
  lines: number;
  updatedMs: number;
}

type Line = (type: string, payload: Record<string, unknown>) => void;

/** Writes a rollout in the line shapes of Codex 0.169.0. */
export function rolloutText(sample: Sample, plan: RolloutPlan): Rollout {
  const lines: unknown[] = [];
  let at = plan.createdMs;
  const add: Line = (type, payload) => {
    lines.push({ timestamp: new Date(at).toISOString(), ordinal: lines.length, type, payload });
    at += 700;
  };
  add("session_meta", sessionMeta(plan));
  for (const question of plan.questions) addTurn(sample, plan, question, at, add);
  return { text: jsonLines(lines), lines: lines.length, updatedMs: at - 700 };
}

function sessionMeta(plan: RolloutPlan): Record<string, unknown> {
  return {
    account_scoped: true,
    session_id: plan.id,
    id: plan.id,
    timestamp: new Date(plan.createdMs).toISOString(),
    cwd: plan.cwd,
    runtime_workspace_roots: [plan.cwd],
    originator: "codex_cli_rs",
    cli_version: "0.169.0",
    source: "cli",
    thread_source: "user",
    model_provider: "openai",
    base_instructions: { text: "You are a coding agent running in the Codex CLI." },
    git: { commit_hash: "0".repeat(40), branch: "main", repository_url: "" },
  };
}

function addTurn(sample: Sample, plan: RolloutPlan, question: string, at: number, add: Line): void {
  const turn = uuid7(sample, at);
  const call = `call_${turn.slice(-12)}`;
  const answer = words(sample, 12);
  add("event_msg", { type: "task_started", turn_id: turn, model_context_window: 258400 });
  add("turn_context", {
    turn_id: turn,
    cwd: plan.cwd,
    approval_policy: "on-request",
    model: "gpt-5.2-codex",
    summary: "none",
    sandbox_policy: { type: "read-only" },
  });
  add("response_item", message("user", "input_text", question));
  add("event_msg", { type: "user_message", message: question, images: [] });
  add("response_item", {
    type: "function_call",
    name: "shell",
    arguments: JSON.stringify({ command: ["ls", plan.cwd] }),
    call_id: call,
  });
  const output = JSON.stringify({ output: words(sample, 40), metadata: { exit_code: 0 } });
  add("response_item", { type: "function_call_output", call_id: call, output });
  add("event_msg", { type: "agent_message", message: answer });
  add("response_item", message("assistant", "output_text", answer));
  add("event_msg", {
    type: "token_count",
    info: { total_token_usage: { input_tokens: 1200, output_tokens: 100, total_tokens: 1300 } },
  });
  add("event_msg", { type: "task_complete", turn_id: turn, last_agent_message: answer });
}

function message(role: string, kind: string, text: string): Record<string, unknown> {
  return { type: "message", role, content: [{ type: kind, text }] };
}
