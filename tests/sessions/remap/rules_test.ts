import type { TranscriptAgent } from "../../../src/sessions/mod.ts";
import { remapContent, type StreamRule } from "../../../src/sessions/remap/content.ts";
import { pathMapping } from "../../../src/sessions/remap/paths.ts";
import { remapRule } from "../../../src/sessions/remap/rules.ts";
import { assert } from "../../assert.ts";

const MAPPINGS = [pathMapping("/home/al", "/srv")!];

async function* one(text: string): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  yield new TextEncoder().encode(text);
}

/** The content of a file after a remap of /home/al to /srv. */
async function remapped(agent: TranscriptAgent, path: string, text: string): Promise<string> {
  const rule = remapRule(agent, path, false) as StreamRule | undefined;
  if (!rule) return text;
  const edit = { mappings: MAPPINGS, leading: MAPPINGS, onPath: () => {} };
  let after = "";
  for await (const piece of remapContent(one(text), rule, edit)) {
    after += new TextDecoder().decode(piece);
  }
  return after;
}

/** Checks that of an object only the paths change that are written as MAP(/home/al/…). */
async function check(agent: TranscriptAgent, path: string, ...lines: unknown[]): Promise<void> {
  const text = lines.map((line) => JSON.stringify(line)).join("\n");
  const before = text.replaceAll(/MAP\(([^)]*)\)/g, "$1");
  const after = text.replaceAll(/MAP\(\/home\/al([^)]*)\)/g, "/srv$1");
  assert.equal(await remapped(agent, path, before), after);
}

const ROLLOUT =
  "sessions/2026/11/21/rollout-2026-11-21T14-39-05-01a1fe8b-ec7b-79b2-8dcd-0fa9e0f15bba.jsonl";
const NEW = "MAP(/home/al/app)";
const OLD = "/home/al/app";

Deno.test("a rollout says anew where it works, and as before what was said", () =>
  check(
    "codex",
    ROLLOUT,
    {
      type: "session_meta",
      payload: {
        cwd: NEW,
        runtime_workspace_roots: [NEW],
        agent_path: "/home/al",
        base_instructions: { text: OLD, path: OLD },
        git: { repository_url: OLD },
      },
    },
    {
      type: "turn_context",
      payload: {
        cwd: NEW,
        workspace_roots: [NEW, "/tmp"],
        sandbox_policy: { type: "workspace-write", writable_roots: [NEW] },
        permission_profile: { file_system: { entries: [{ path: { type: "path", path: NEW } }] } },
        user_instructions: OLD,
        summary: OLD,
      },
    },
    {
      type: "event_msg",
      payload: { type: "thread_settings_applied", thread_settings: { cwd: NEW } },
    },
    { type: "event_msg", payload: { type: "user_message", message: OLD, cwd: OLD } },
    { type: "response_item", payload: { type: "function_call", cwd: OLD, arguments: OLD } },
    { type: "world_state", payload: { state: { environments: { local: { cwd: OLD } } } } },
    { type: "compacted", payload: { message: OLD, cwd: OLD } },
  ));

Deno.test("lines of a rollout that are no such lines stay as they are", async () => {
  for (
    const text of [
      '{"type":"session_meta","payload":{"cwd":"/home/al',
      "null",
      '"/home/al"',
      '["/home/al"]',
      "{}",
      '{"type":"event_msg","payload":null,"cwd":"/home/al"}',
    ]
  ) {
    assert.equal(await remapped("codex", ROLLOUT, text), text);
  }
});

Deno.test("a transcript of Claude Code says anew where it works, and as before what was said", () =>
  check(
    "claude-code",
    "projects/-home-al-app/84c70698-a111-49d6-b0b9-f04dbe9dae92.jsonl",
    { type: "user", message: { content: OLD, cwd: OLD }, cwd: NEW },
    { type: "user", toolUseResult: { filePath: OLD, persistedOutputPath: NEW }, cwd: "/tmp" },
    { type: "file-history-snapshot", snapshot: { trackedFileBackups: { [NEW]: { version: 1 } } } },
    { type: "worktree-state", originalCwd: NEW, worktreePath: NEW, note: OLD },
    { type: "last-prompt", lastPrompt: OLD },
    { type: "attachment", attachment: { snapshot: { workingDirectory: OLD } }, cwd: NEW },
    { type: "system", content: OLD, cwd: NEW },
  ));

Deno.test("the other files of a Claude Code home that hold paths", async () => {
  const project = { [NEW]: { allowedTools: [OLD], mcpServers: { a: { command: OLD } } } };
  await check("claude-code", ".claude.json", {
    projects: project,
    mcpServers: { a: { cwd: OLD } },
  });
  await check("claude-code", "history.jsonl", {
    display: OLD,
    project: NEW,
    pastedContents: { 1: { content: OLD } },
  });
  await check("claude-code", "plugins/installed_plugins.json", {
    plugins: { "a@b": [{ installPath: NEW, projectPath: NEW }] },
  });
  await check("claude-code", "plugins/known_marketplaces.json", { b: { installLocation: NEW } });
  await check("claude-code", "projects/-home-al-app/sessions-index.json", {
    entries: [{ fullPath: NEW, firstPrompt: OLD, projectPath: NEW, summary: OLD }],
  });
  await check("claude-code", "settings.json", { hooks: { command: OLD }, cwd: OLD });
});

Deno.test("the saved state of the Codex app", async () => {
  await check("codex", ".codex-global-state.json", {
    "project-order": [NEW],
    "thread-workspace-root-hints": { id: NEW },
    "thread-writable-roots": { [NEW]: [] },
    note: "a text with /home/al/app in it",
  });
  await check("codex", "auth.json", { path: OLD });
});

Deno.test("databases are told by what they hold, and those that are made anew are left alone", () => {
  const kind = (path: string, isDatabase = true) => remapRule("codex", path, isDatabase)?.kind;
  assert.equal(kind("state_5.sqlite"), "database");
  assert.equal(kind("sqlite/codex-dev.db"), "database");
  assert.equal(kind("state_5.sqlite", false), undefined, "captured as raw bytes");
  assert.equal(kind("logs_2.sqlite"), undefined);
  assert.equal(kind("thread_history_1.sqlite"), undefined);
});
