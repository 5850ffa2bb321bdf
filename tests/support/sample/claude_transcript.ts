import { hex, jsonLines, type Sample, uuid4, words } from "./common.ts";

/** What one transcript is about. */
export interface TranscriptPlan {
  id: string;
  cwd: string;
  /** ms since 1970. */
  startMs: number;
  /** Questions put to the agent, in order. */
  questions: string[];
}

type Line = Record<string, unknown>;

/** Writes a transcript in the line shapes of Claude Code 2.1.329. */
export function claudeTranscript(sample: Sample, plan: TranscriptPlan): string {
  const lines: Line[] = [];
  let parent: string | null = null;
  let at = plan.startMs;
  const add = (line: Line): void => {
    at += 900;
    const timestamp = new Date(at).toISOString();
    lines.push({ ...line, timestamp, sessionId: plan.id });
  };
  const addMessage = (line: Line): void => {
    const uuid = uuid4(sample);
    add({ parentUuid: parent, isSidechain: false, uuid, ...line, ...surroundings(plan) });
    parent = uuid;
  };
  for (const question of plan.questions) {
    add({ type: "queue-operation", operation: "enqueue", content: question });
    for (const line of turn(sample, plan, question)) addMessage(line);
  }
  add({ type: "last-prompt", lastPrompt: plan.questions.at(-1), leafUuid: parent });
  return jsonLines(lines);
}

function surroundings(plan: TranscriptPlan): Line {
  return {
    userType: "external",
    entrypoint: "cli",
    cwd: plan.cwd,
    version: "2.1.329",
    gitBranch: "main",
  };
}

function turn(sample: Sample, plan: TranscriptPlan, question: string): Line[] {
  const tool = `toolu_${hex(sample, 24)}`;
  const file = `${plan.cwd}/main.ts`;
  const use = { type: "tool_use", id: tool, name: "Read", input: { file_path: file } };
  const result = { type: "tool_result", tool_use_id: tool, content: words(sample, 30) };
  const answer = { type: "text", text: words(sample, 12) };
  return [
    { type: "user", message: { role: "user", content: question } },
    { type: "assistant", message: assistant(sample, use) },
    { type: "user", message: { role: "user", content: [result] }, toolUseResult: { file } },
    { type: "assistant", message: assistant(sample, answer) },
  ];
}

function assistant(sample: Sample, content: Line): Line {
  return {
    id: `msg_${hex(sample, 16)}`,
    type: "message",
    role: "assistant",
    model: "claude-opus-5-5",
    content: [content],
    stop_reason: "end_turn",
    usage: { input_tokens: 10, output_tokens: 3 },
  };
}
