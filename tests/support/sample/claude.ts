import { dirname, join } from "node:path";
import { claudeTranscript } from "./claude_transcript.ts";
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
  uuid4,
  words,
  writeTree,
} from "./common.ts";

/** A sample Claude Code home. */
export interface SampleClaudeHome {
  /** The `.claude` folder. */
  home: string;
  /** The `.claude.json` beside it. */
  stateFile: string;
  sessions: SampleSession[];
  /** Strings from its credentials, configuration and conversations; no output may hold one. */
  secrets: string[];
}

/** A conversation of a sample Claude Code home. */
export interface SampleSession {
  id: string;
  /** Absolute path of its transcript. */
  path: string;
  cwd: string;
  questions: string[];
  /** ms since 1970; the transcript's modification time, which the retention sweep goes by. */
  updatedMs: number;
}

/**
 * Makes `.claude` and `.claude.json` in `userHome`. Session `i` was last written `i` times 9 days
 * ago; `cleanupPeriodDays` is 30 unless given, `null` leaves the setting out.
 */
export async function makeSampleClaudeHome(
  userHome: string,
  options: SampleOptions & { cleanupPeriodDays?: number | null } = {},
): Promise<SampleClaudeHome> {
  const sample = sampleOf(options);
  const home = join(userHome, ".claude");
  const stateFile = join(userHome, ".claude.json");
  const token = `sk-ant-sample-${hex(sample, 40)}`;
  const envSecret = `env-secret-${hex(sample, 24)}`;
  const sessions = await writeSessions(sample, home);
  const days = options.cleanupPeriodDays === undefined ? 30 : options.cleanupPeriodDays;
  await writeTree(home, {
    "settings.json": json(settings(envSecret, days)),
    ".credentials.json": json({ claudeAiOauth: { accessToken: token, expiresAt: sample.now } }),
    ...AUTHORED,
    ...sessionFiles(sample, sessions),
    ...pluginFiles(home),
    ...rebuildable(sessions),
  });
  await writeTree(userHome, { ".claude.json": json(state(sample, token)) });
  if (sample.oddNames) await writeTree(home, ODD_FILES);
  if (sample.links) await writeLinks(home);
  await makeFolders(home, ["output-styles", "todos", "session-env"]);
  await makePrivate(join(home, ".credentials.json"), stateFile);
  const questions = sessions.flatMap((session) => session.questions);
  return { home, stateFile, sessions, secrets: [token, envSecret, ...questions] };
}

/** The folder name Claude Code gives a project (one hyphen for each other character). */
function slugOf(cwd: string): string {
  return cwd.replaceAll(/[^A-Za-z0-9]/g, "-");
}

async function writeSessions(sample: Sample, home: string): Promise<SampleSession[]> {
  const sessions: SampleSession[] = [];
  for (let i = 0; i < sample.conversations; i++) {
    const cwd = i % 2 ? "/home/sam/projects/my app" : "/home/sam/projects/räkna";
    const id = uuid4(sample);
    const ask = (turn: number) => `question ${i}.${turn} ${hex(sample, 8)} ${words(sample, 6)}`;
    const questions = Array.from({ length: sample.turns }, (_, turn) => ask(turn));
    const updatedMs = sample.now - i * 9 * DAY;
    const path = join(home, "projects", slugOf(cwd), `${id}.jsonl`);
    await Deno.mkdir(dirname(path), { recursive: true });
    const plan = { id, cwd, startMs: updatedMs - 3_600_000, questions };
    await Deno.writeTextFile(path, claudeTranscript(sample, plan));
    await setTime(path, updatedMs);
    sessions.push({ id, path, cwd, questions, updatedMs });
  }
  return sessions;
}

function settings(envSecret: string, days: number | null): Record<string, unknown> {
  return {
    ...(days === null ? {} : { cleanupPeriodDays: days }),
    model: "opus",
    env: { TRACKER_TOKEN: envSecret },
    permissions: { allow: ["Bash(git status)"], deny: [] },
    hooks: { Stop: [{ hooks: [{ type: "command", command: "/home/sam/bin/on-stop" }] }] },
    enabledPlugins: { "notes@samples": true },
  };
}

function state(sample: Sample, token: string): Record<string, unknown> {
  const project = { allowedTools: [], mcpServers: {}, hasTrustDialogAccepted: true };
  return {
    firstStartTime: "2026-01-02T03:04:05.678Z",
    machineID: hex(sample, 64),
    userID: hex(sample, 64),
    numStartups: 41,
    oauthAccount: { accountUuid: uuid4(sample), emailAddress: "sam@example.org" },
    primaryApiKey: token,
    mcpServers: { tracker: { type: "stdio", command: "/home/sam/bin/tracker-mcp", args: [] } },
    projects: { "/home/sam/projects/räkna": project, "/home/sam/projects/my app": project },
  };
}

const AUTHORED = {
  "CLAUDE.md": "# House rules\n\nSmall commits. Tests first.\n",
  "keybindings.json": "{}\n",
  "commands/review.md": "---\ndescription: Reads a change\n---\nRead it.\n",
  "agents/reviewer.md": "---\nname: reviewer\ndescription: Reads changes\n---\n",
  "agent-memory/reviewer/MEMORY.md": "- likes short functions\n",
  "rules/style.md": "No clever tricks.\n",
  "skills/sql-review/SKILL.md": "---\nname: sql-review\ndescription: Reads SQL.\n---\n",
  "skills/sql-review/node_modules/left-pad/index.js": "module.exports = 1;\n",
  "skills/sql-review/cache/notes.md": "A folder named cache, but not the home's.\n",
  "plans/quiet-river.md": "# Plan\n\n1. Write the test.\n",
};

/** What lies beside the transcripts of the newest session, and the lists over all of them. */
function sessionFiles(sample: Sample, sessions: SampleSession[]): Record<string, string> {
  const files: Record<string, string> = {};
  for (const { id, cwd, questions } of sessions.slice(0, 1)) {
    const base = `projects/${slugOf(cwd)}`;
    const agent = `agent-${hex(sample, 16)}`;
    const line = { type: "user", isSidechain: true, agentId: agent, sessionId: id, cwd };
    files[`${base}/${id}/subagents/${agent}.jsonl`] = jsonLines([line]);
    files[`${base}/${id}/subagents/${agent}.meta.json`] = json({ agentType: "Explore" });
    files[`${base}/${id}/tool-results/toolu_${hex(sample, 24)}.txt`] = words(sample, 400) + "\n";
    files[`${base}/memory/MEMORY.md`] = "- the tests run with one command\n";
    files[`file-history/${id}/${hex(sample, 16)}@v1`] = "export const answer = 41;\n";
    files[`tasks/${id}/1.json`] = json({ subject: questions[0], status: "pending" });
  }
  const prompts = sessions.flatMap(({ id, cwd, questions, updatedMs }) =>
    questions.map((display) => ({
      display,
      pastedContents: {},
      timestamp: updatedMs,
      project: cwd,
      sessionId: id,
    }))
  );
  return { ...files, "history.jsonl": jsonLines(prompts) };
}

function pluginFiles(home: string): Record<string, string> {
  const place = join(home, "plugins", "marketplaces", "samples");
  return {
    "plugins/installed_plugins.json": json({
      version: 2,
      plugins: { "notes@samples": [{ scope: "user", installPath: join(place, "notes") }] },
    }),
    "plugins/known_marketplaces.json": json({ samples: { installLocation: place } }),
    "plugins/marketplaces/samples/.claude-plugin/marketplace.json": json({ name: "samples" }),
    "plugins/cache/samples/notes/1.0.0/plugin.json": json({ name: "notes" }),
  };
}

/** Caches, backups the agent makes itself, and the registry of running processes. */
function rebuildable(sessions: SampleSession[]): Record<string, string> {
  return {
    "backups/.claude.json.backup.1795203412930": json({ numStartups: 40 }),
    "sessions/4242.json": json({ pid: 4242, sessionId: sessions[0]?.id, cwd: sessions[0]?.cwd }),
    "cache/changelog.md": "# Changelog\n",
    "debug/latest.txt": "debug\n",
    "shell-snapshots/snapshot-bash-1.sh": "# shell state\n",
    "statsig/statsig.stable_id": '"id"\n',
    "stats-cache.json": json({ version: 1, totalSessions: 41 }),
    ".last-cleanup": "2026-11-20T08:00:00.000Z\n",
  };
}

const ODD_FILES = {
  "commands/two words.md": "spaces\n",
  "commands/日本語 – café.md": "unicode\n",
  "commands/line\nbreak.md": "a newline in the name\n",
  "commands/\u001b[31mred\u202e.md": "control and bidirectional characters\n",
};

async function writeLinks(home: string): Promise<void> {
  await Deno.symlink("sql-review", join(home, "skills", "sql-alias"));
  await Deno.symlink("/home/sam/.agents/skills/shared", join(home, "skills", "shared"));
}
