import { dirname, join } from "node:path";
import { zstdCompressSync } from "node:zlib";
import { type DatabaseState, writeCodexDatabases } from "./codex_databases.ts";
import { rolloutText } from "./codex_rollout.ts";
import {
  DAY,
  hex,
  json,
  jsonLines,
  makeFolders,
  makePrivate,
  type Sample,
  sampleOf,
  type SampleOptions,
  setTime,
  uuid7,
  words,
  writeTree,
} from "./common.ts";

/** A conversation of a sample Codex home. */
export interface SampleThread {
  id: string;
  /** Absolute path of its rollout; ends in `.zst` when it is compressed. */
  path: string;
  archived: boolean;
  cwd: string;
  questions: string[];
  /** ms since 1970. */
  createdMs: number;
  /** ms since 1970. */
  updatedMs: number;
  /** Size and number of lines of the rollout, uncompressed. */
  bytes: number;
  lines: number;
}

/** A sample Codex home. */
export interface SampleCodexHome {
  home: string;
  threads: SampleThread[];
  /** Strings from its credentials, configuration and conversations; no output may hold one. */
  secrets: string[];
}

/**
 * Makes a Codex home in `home`, which must not exist or be empty. Rows of `state_5.sqlite` point at
 * the rollouts where they lie. `databases` says how the agent left them (default `closed`).
 */
export async function makeSampleCodexHome(
  home: string,
  options: SampleOptions & { databases?: DatabaseState } = {},
): Promise<SampleCodexHome> {
  const sample = sampleOf(options);
  const mcpSecret = `mcp-secret-${hex(sample, 24)}`;
  const token = `sk-sample-${hex(sample, 40)}`;
  const threads = await writeThreads(sample, home);
  await writeTree(home, {
    ...configuration(mcpSecret, token),
    ...userFiles(sample),
    ...rebuildable(),
    ...indexes(threads),
  });
  if (sample.oddNames) await writeTree(home, ODD_FILES);
  if (sample.links) await writeLinks(home);
  await makeFolders(home, ["prompts", "skills/empty", "memories", "shell_snapshots"]);
  await makePrivate(join(home, "auth.json"), join(home, "history.jsonl"));
  await writeCodexDatabases(home, threads, options.databases ?? "closed");
  const questions = threads.flatMap((thread) => thread.questions);
  return { home, threads, secrets: [mcpSecret, token, ...questions] };
}

async function writeThreads(sample: Sample, home: string): Promise<SampleThread[]> {
  const threads: SampleThread[] = [];
  for (let i = 0; i < sample.conversations; i++) {
    threads.push(await writeThread(sample, home, i));
  }
  return threads;
}

/** The second is archived, the third archived and compressed, the rest are active. */
async function writeThread(sample: Sample, home: string, index: number): Promise<SampleThread> {
  const createdMs = sample.now - index * 9 * DAY - 3_600_000;
  const id = uuid7(sample, createdMs);
  const cwd = index % 2 ? "/home/sam/projects/my app" : "/home/sam/projects/räkna";
  const ask = (turn: number) => `question ${index}.${turn} ${hex(sample, 8)} ${words(sample, 6)}`;
  const questions = Array.from({ length: sample.turns }, (_, turn) => ask(turn));
  const rollout = rolloutText(sample, { id, cwd, createdMs, questions });
  const [archived, compressed] = [index === 1 || index === 2, index === 2];
  const stamp = new Date(createdMs).toISOString().slice(0, 19).replaceAll(":", "-");
  const folder = archived ? ["archived_sessions"] : ["sessions", ...stamp.slice(0, 10).split("-")];
  const name = `rollout-${stamp}-${id}.jsonl${compressed ? ".zst" : ""}`;
  const path = join(home, ...folder, name);
  const plain = new TextEncoder().encode(rollout.text);
  await Deno.mkdir(dirname(path), { recursive: true });
  await Deno.writeFile(path, compressed ? new Uint8Array(zstdCompressSync(plain)) : plain);
  await setTime(path, rollout.updatedMs);
  const { updatedMs, lines } = rollout;
  return { id, path, archived, cwd, questions, createdMs, updatedMs, bytes: plain.length, lines };
}

function configuration(mcpSecret: string, token: string): Record<string, string> {
  return {
    "config.toml": `model = "gpt-5.2-codex"
approval_policy = "on-request"
notify = ["/home/sam/bin/notify", "--quiet"]

[projects."/home/sam/projects/räkna"]
trust_level = "trusted"

[projects."/home/sam/projects/my app"]
trust_level = "untrusted"

[mcp_servers.tracker]
command = "/home/sam/bin/tracker-mcp"
args = ["--stdio"]
env = { TRACKER_TOKEN = "${mcpSecret}" }

[mcp_servers.docs]
url = "https://docs.example/mcp"
`,
    "work.config.toml": 'model = "gpt-5.2-codex-mini"\n',
    "auth.json": json({
      auth_mode: "apikey",
      OPENAI_API_KEY: token,
      tokens: null,
      last_refresh: "2026-11-19T08:00:00Z",
    }),
    "AGENTS.md": "# House rules\n\nSmall commits. Tests first. Réponses courtes.\n",
    "hooks.json": json({
      hooks: { Stop: [{ hooks: [{ type: "command", command: "/home/sam/bin/on-stop" }] }] },
    }),
    "rules/default.rules": 'prefix_rule(pattern = ["git", "status"], decision = "allow")\n',
    "agents/reviewer.toml":
      'name = "reviewer"\ndescription = "Reads changes"\ndeveloper_instructions = "Read."\n',
  };
}

/** Among them names that an exclusion leaves out at the top of the home only. */
function userFiles(sample: Sample): Record<string, string | Uint8Array> {
  return {
    "skills/sql-review/SKILL.md":
      "---\nname: sql-review\ndescription: Reads SQL.\n---\n\nRead it.\n",
    "skills/sql-review/cache/notes.md": "A folder named cache, but not the home's.\n",
    "skills/sql-review/log/2026.txt": "kept\n",
    "skills/sql-review/packages/standalone/readme.txt": "kept\n",
    "skills/nested/group/deep-skill/SKILL.md":
      "---\nname: deep-skill\ndescription: Lies deep.\n---\n",
    "memories/MEMORY.md": "# Memory\n\n- prefers small commits\n",
    "memories/empty.md": "",
    "generated_images/2026/plan.png": new Uint8Array(3000).map(() => sample.random() * 256),
    "worktrees/ab12/app/main.ts": "export const answer = 42;\n",
    "worktrees/ab12/app/node_modules/left-pad/index.js": "module.exports = 1;\n",
    "worktrees/ab12/app/.venv/bin/activate": "# not to be kept\n",
    "automations/nightly/automation.toml": 'prompt = "look at the tests"\n',
    ".codex-global-state.json": json({
      "active-workspace-roots": ["/home/sam/projects/räkna"],
      "project-order": ["/home/sam/projects/räkna", "/home/sam/projects/my app"],
    }),
  };
}

/** Logs, caches and what belongs to this machine. */
function rebuildable(): Record<string, string> {
  return {
    "log/codex-tui.log": "2026-11-20T12:00:00Z INFO started\n",
    "maintenance/last.json": "{}\n",
    "tmp/arg0/codex-lock": "",
    ".tmp/plugins.sync.lock": "",
    "cache/codex_app_directory/9f.json": "{}\n",
    "packages/standalone/releases/0.169.0/codex": "not a real program\n",
    ".sandbox/setup_marker.json": "{}\n",
    ".sandbox-bin/codex-command-runner.exe": "not a real program\n",
    ".sandbox-secrets/users.json": "{}\n",
    ".sandbox_migration": "v1\n",
    "skills/.system/.codex-system-skills.marker": "0123456789abcdef\n",
    "skills/.system/skill-creator/SKILL.md":
      "---\nname: skill-creator\ndescription: Built in.\n---\n",
    "thread-writer-locks/.coordination.lock": "",
    installation_id: "0f8d2d5e-6a0b-4a8e-9a52-1f6f3a8f2c11",
    "version.json": json({ latest_version: "0.169.0", last_checked_at: "2026-11-20T08:00:00Z" }),
    "models_cache.json": "{}\n",
  };
}

function indexes(threads: SampleThread[]): Record<string, string> {
  const seconds = (ms: number) => Math.floor(ms / 1000);
  const prompts = threads.flatMap((thread) =>
    thread.questions.map((text) => ({ session_id: thread.id, ts: seconds(thread.createdMs), text }))
  );
  const names = threads.map((thread, i) => ({
    id: thread.id,
    thread_name: `thread number ${i}`,
    updated_at: new Date(thread.updatedMs).toISOString(),
  }));
  return { "history.jsonl": jsonLines(prompts), "session_index.jsonl": jsonLines(names) };
}

const ODD_FILES = {
  "prompts/two words.md": "spaces\n",
  "prompts/日本語 – café.md": "unicode\n",
  "prompts/line\nbreak.md": "a newline in the name\n",
  'prompts/quote"back\\slash*?.md': "characters that Windows refuses\n",
  "prompts/\u001b[31mred\u202e.md": "control and bidirectional characters\n",
};

async function writeLinks(home: string): Promise<void> {
  await Deno.symlink("sql-review", join(home, "skills", "sql-alias"));
  await Deno.symlink("/home/sam/dotfiles/skills/shared", join(home, "skills", "shared"));
  await Deno.symlink("../AGENTS.md", join(home, "agents", "AGENTS.md"));
}
