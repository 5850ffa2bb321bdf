/** Whose conversations: the layouts that are known. */
export type TranscriptAgent = "codex" | "claude-code";

/** What the place of a transcript says about it. */
export interface TranscriptName {
  /** Thread or session id; the file's stem where its name holds none. */
  id: string;
  agent: TranscriptAgent;
  /** In Codex's folder of archived conversations. */
  archived: boolean;
  /** Whether it is zstd-compressed (`.jsonl.zst`). */
  compressed: boolean;
}

const UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";
const ROLLOUT = /^(?:archived_)?sessions\/(?:.*\/)?rollout-([^/]*?)\.jsonl(?:\.zst)?$/s;
const ROLLOUT_ID = new RegExp(`${UUID}$`, "i");
const SESSION = new RegExp(`^projects/[^/]+/(${UUID})\\.jsonl$`, "is");
const SUB_AGENT = new RegExp(
  `^(projects/[^/]+/${UUID})/subagents/(?:.*/)?(agent-[^/]*)\\.jsonl$`,
  "is",
);

function rolloutAt(path: string): TranscriptName | undefined {
  const stem = ROLLOUT.exec(path)?.[1];
  if (stem === undefined) return undefined;
  return {
    id: ROLLOUT_ID.exec(stem)?.[0].toLowerCase() ?? stem,
    agent: "codex",
    archived: path.startsWith("archived_sessions/"),
    compressed: path.endsWith(".zst"),
  };
}

function sessionAt(path: string): TranscriptName | undefined {
  const id = SESSION.exec(path)?.[1].toLowerCase();
  return id === undefined
    ? undefined
    : { id, agent: "claude-code", archived: false, compressed: false };
}

/**
 * What a path below a home is, if it is a transcript. Codex (agent-homes.md 1.5):
 * `sessions/YYYY/MM/DD/rollout-<time>-<id>.jsonl[.zst]` and `archived_sessions/`. Claude Code (2.2):
 * `projects/<slug>/<id>.jsonl`; what lies deeper belongs to one of these.
 */
export function transcriptAt(agent: TranscriptAgent, path: string): TranscriptName | undefined {
  return agent === "codex" ? rolloutAt(path) : sessionAt(path);
}

/** Claude Code: the transcript whose sub-agent wrote the file at a path, and the sub-agent's id. */
export function subAgentAt(path: string): { transcript: string; id: string } | undefined {
  const [, session, id] = SUB_AGENT.exec(path) ?? [];
  return session === undefined ? undefined : { transcript: `${session}.jsonl`, id };
}

/** Claude Code: the folder below which the sub-agents of a transcript write. */
export function subAgentFolder(transcript: string): string {
  return transcript.replace(/\.jsonl$/i, "/subagents");
}

/** Whether an id is one that an agent gives. */
export function isId(value: unknown): value is string {
  return typeof value === "string" && value.length === 36 && ROLLOUT_ID.test(value);
}
