/** A real Claude Code with a home of its own, whose model is the stub. */
import { join } from "node:path";
import type { ModelStub } from "./model_stub.ts";
import { LOOPBACK_ONLY, runOk, type RunOptions, systemPath } from "./run.ts";

/** A Claude Code and its home. */
export interface ClaudeCode {
  program: string;
  /** The user's home folder, in which `.claude.json` lies. */
  userHome: string;
  /** `.claude` in it. */
  home: string;
  /** The project it works in. */
  project: string;
  /** Its own temporary folder. */
  temp: string;
  /** Address of the model. */
  modelUrl: string;
}

/** What a question led to. */
export interface ClaudeTurn {
  /** Id of the session, which `--resume` takes. */
  id: string;
  answer: string;
}

/** Makes a user in `folder` with an empty Claude Code home whose model is the stub. */
export async function makeClaudeCode(
  folder: string,
  program: string,
  stub: ModelStub,
): Promise<ClaudeCode> {
  const userHome = join(folder, "user");
  const home = join(userHome, ".claude");
  const project = join(folder, "project");
  const temp = join(folder, "temp");
  await Deno.mkdir(home, { recursive: true });
  await Deno.mkdir(project);
  await Deno.mkdir(temp);
  return { program, userHome, home, project, temp, modelUrl: stub.url };
}

function options(claude: ClaudeCode): RunOptions {
  const env = {
    HOME: claude.userHome,
    USERPROFILE: claude.userHome,
    PATH: systemPath(),
    TMPDIR: claude.temp,
    ANTHROPIC_BASE_URL: claude.modelUrl,
    ANTHROPIC_API_KEY: "not-a-key",
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    DISABLE_AUTOUPDATER: "1",
    ...LOOPBACK_ONLY,
  };
  return { cwd: claude.project, env };
}

/** Begins a conversation. */
export function askClaude(claude: ClaudeCode, question: string): Promise<ClaudeTurn> {
  return print(claude, ["-p", question]);
}

/** Begins a conversation in which some tools may do what they want; gives back all that was printed. */
export function letClaudeAct(
  claude: ClaudeCode,
  question: string,
  tools = "Write,Edit,Bash",
): Promise<string> {
  return claudeSays(claude, "-p", "--allowedTools", tools, "--", question);
}

/** Runs `claude ARGS`; gives back all that was printed. */
export async function claudeSays(claude: ClaudeCode, ...args: string[]): Promise<string> {
  const { stdout, stderr } = await runOk(claude.program, args, options(claude));
  return stdout + stderr;
}

/** Continues the conversation `id`. */
export function resumeClaude(
  claude: ClaudeCode,
  id: string,
  question: string,
): Promise<ClaudeTurn> {
  return print(claude, ["-p", "--resume", id, question]);
}

async function print(claude: ClaudeCode, args: string[]): Promise<ClaudeTurn> {
  const json = [...args, "--output-format", "json"];
  const { stdout } = await runOk(claude.program, json, options(claude));
  const result = JSON.parse(stdout);
  return { id: result.session_id, answer: result.result };
}

/** Ids of the conversations whose transcripts lie in a home, sorted. */
export async function claudeSessionIds(claude: ClaudeCode): Promise<string[]> {
  const ids: string[] = [];
  const projects = join(claude.home, "projects");
  for await (const project of Deno.readDir(projects)) {
    for await (const entry of Deno.readDir(join(projects, project.name))) {
      if (entry.name.endsWith(".jsonl")) ids.push(entry.name.slice(0, -".jsonl".length));
    }
  }
  return ids.sort();
}
