import { formatTime } from "../../../src/cli/format.ts";
import { plain } from "../../../src/cli/style.ts";
import { searchText, sessionsText, sessionText } from "../../../src/cli/text/sessions.ts";
import type { SessionDetails, SessionItem, SessionsReport } from "../../../src/sessions/mod.ts";
import { assert } from "../../assert.ts";

const NOW = new Date("2026-11-20T12:00:00Z");
const LAST = "2026-11-17T11:00:00Z";
const AT = formatTime(LAST);

const item: SessionItem = {
  id: "0189-1",
  agent: "codex",
  profile: "codex",
  project: "/home/sam/app",
  name: "the parser",
  parent_id: null,
  path: "/u/.codex/sessions/rollout-0189-1.jsonl",
  relative_path: "sessions/rollout-0189-1.jsonl",
  started_at: LAST,
  ended_at: LAST,
  modified_at: LAST,
  lines: 1234,
  malformed_lines: 0,
  overlong_lines: 0,
  bytes: 48e6,
  compressed: false,
  archived: false,
  sub_agents: 2,
  agent_version: "0.169.0",
  at_risk: null,
  deleted_after: null,
  error: null,
};

const claude: SessionItem = {
  ...item,
  id: "0189-2",
  agent: "claude-code",
  profile: "claude-code",
  name: null,
  project: "/x\u001b[31m\u202e",
  sub_agents: 0,
  malformed_lines: 3,
  at_risk: true,
  deleted_after: LAST,
};

const source = {
  profile: "codex",
  home: "/u/.codex",
  backup: null,
  transcripts: 4,
  retention_days: null,
  retention_set_by: null,
};

function report(...sessions: SessionItem[]): SessionsReport {
  return { ok: true, sources: [source], sessions, errors: [] };
}

Deno.test("conversations are a table with what is special behind the project", () => {
  assert.equal(
    sessionsText(report(item, { ...item, id: "0189-3", archived: true, lines: null }), NOW, plain),
    `CONVERSATION  LAST              AGE  LINES   SIZE  PROJECT
0189-1        ${AT}  3 d  1,234  48 MB  /home/sam/app  the parser  2 sub-agents
0189-3        ${AT}  3 d      -  48 MB  /home/sam/app  the parser  archived  2 sub-agents

2 of 4 conversations in /u/.codex
`,
  );
});

Deno.test("of several agents each line says whose it is; what is odd is escaped", () => {
  const both = { ...report(claude), sources: [source, { ...source, home: "/u/.claude" }] };
  const text = sessionsText(both, NOW, plain);
  assert.match(text, /^CONVERSATION {2}AGENT {8}LAST/);
  assert.match(
    text,
    /0189-2 .*claude-code .*\/x\\x1b\[31m\\u202e {2}will soon be deleted {2}3 broken/,
  );
});

Deno.test("where there is nothing, it says where it looked, what it could not read, and where else", () => {
  const empty = { ...report(), sources: [{ ...source, transcripts: 0 }] };
  const none = "0 conversations in /u/.codex\n";
  const elsewhere = "Look into a backup with --backup latest.\n";
  assert.equal(sessionsText(empty, NOW, plain), none + elsewhere);
  const errors = [{ path: "sessions", error: "denied\u0007" }];
  assert.equal(
    sessionsText({ ...empty, ok: false, errors }, NOW, plain),
    `COULD NOT BE READ\n  sessions: denied\\x07\n${none}${elsewhere}`,
  );
  const backup = { ...empty, sources: [{ ...empty.sources[0], backup: "/b/x.tar.gz" }] };
  assert.equal(sessionsText(backup, NOW, plain), "0 conversations in /b/x.tar.gz\n");
});

Deno.test("what was found says where, and what was said only when it is there", () => {
  const hits = { id: false, name: true, project: true, messages: 3 };
  const found = { ...report(), words: ["x"], sessions: [{ ...item, hits }] };
  const silent = searchText(found, [[]], NOW, plain);
  assert.match(
    silent,
    /2 sub-agents {2}found in name, project, 3 messages\n\n1 of 4 conversations in/,
  );
  const excerpts = [[{ role: "user" as const, lines: ["what is x"] }]];
  assert.match(
    searchText(found, excerpts, NOW, plain),
    /3 messages\n {2}user {7}what is x\n\n1 of 4/,
  );
});

Deno.test("one conversation is shown with its sub-agents and when it will be deleted", () => {
  const details: SessionDetails = {
    ...claude,
    messages: { user: 2, assistant: 5 },
    tool_calls: 9,
    overlong_lines: 1,
    sub_agent_files: [{ id: "agent-7", relative_path: "projects/-x/agent-7.jsonl", bytes: 999 }],
  };
  const excerpts = [[{ role: "assistant" as const, lines: ["one", "two"] }]];
  assert.equal(
    sessionText({ ...report(), sessions: [details] }, excerpts, plain),
    `0189-2
  Agent     claude-code 0.169.0
  Project   /x\\x1b[31m\\u202e
  Begun     ${AT}
  Last      ${AT}
  Messages  2 from the user, 5 from the agent, 9 tool calls
  Lines     1,234, 3 of them broken, 1 too long to look into
  File      /u/.codex/sessions/rollout-0189-1.jsonl
            48 MB
  Clean-up  the agent deletes it after ${AT}
SUB-AGENTS
  agent-7  999 B

assistant  one
           two
`,
  );
});
