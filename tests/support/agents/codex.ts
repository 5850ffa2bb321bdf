/** A real Codex with a home of its own, whose model is the stub. */
import { join } from "node:path";
import type { ModelStub } from "./model_stub.ts";
import { LOOPBACK_ONLY, run, runOk, type RunOptions, systemPath } from "./run.ts";

/** A Codex and its home. */
export interface Codex {
  program: string;
  /** The user's home folder. */
  userHome: string;
  /** `CODEX_HOME`. */
  home: string;
  /** The project it works in. */
  project: string;
  /** Its own temporary folder. */
  temp: string;
}

/** What a question led to. */
export interface CodexTurn {
  /** Id of the thread, which `resume` takes. */
  id: string;
  answer: string;
}

/** A check of `codex doctor --json`. */
export interface CodexCheck {
  status: string;
  summary: string;
  details: Record<string, string>;
}

/** Makes a user in `folder` with an empty Codex home whose model is the stub. */
export async function makeCodex(folder: string, program: string, stub: ModelStub): Promise<Codex> {
  const userHome = join(folder, "user");
  const codex = {
    program,
    userHome,
    home: join(userHome, ".codex"),
    project: join(folder, "project"),
    temp: join(folder, "temp"),
  };
  await Deno.mkdir(codex.home, { recursive: true });
  await Deno.mkdir(codex.project);
  await Deno.mkdir(codex.temp);
  await Deno.writeTextFile(join(codex.home, "config.toml"), configuration(stub));
  return codex;
}

function configuration(stub: ModelStub): string {
  return `model = "stub"
model_provider = "stub"
check_for_update_on_startup = false

[analytics]
enabled = false

[features]
plugins = false

[model_providers.stub]
name = "stub"
base_url = "${stub.url}/v1"
env_key = "STUB_KEY"
wire_api = "responses"
`;
}

/** Environment in which Codex finds its home by the user's. */
export function codexEnv(codex: Codex): Record<string, string> {
  return {
    HOME: codex.userHome,
    USERPROFILE: codex.userHome,
    PATH: systemPath(),
    TMPDIR: codex.temp,
    STUB_KEY: "not-a-key",
    ...LOOPBACK_ONLY,
  };
}

function options(codex: Codex): RunOptions {
  return { cwd: codex.project, env: { ...codexEnv(codex), CODEX_HOME: codex.home } };
}

/** Begins a conversation. */
export function askCodex(codex: Codex, question: string): Promise<CodexTurn> {
  return exec(codex, ["exec", "--json", "--skip-git-repo-check", question]);
}

/** Begins a conversation in which tools and hooks run unasked; gives back all that was printed. */
export async function letCodexAct(codex: Codex, question: string): Promise<string> {
  const unasked = ["--dangerously-bypass-approvals-and-sandbox", "--dangerously-bypass-hook-trust"];
  return await codexSays(codex, "exec", "--skip-git-repo-check", ...unasked, question);
}

/** Runs `codex ARGS`; gives back all that was printed. */
export async function codexSays(codex: Codex, ...args: string[]): Promise<string> {
  const { stdout, stderr } = await runOk(codex.program, args, options(codex));
  return stdout + stderr;
}

/** Continues the conversation `id`. */
export function resumeCodex(codex: Codex, id: string, question: string): Promise<CodexTurn> {
  return exec(codex, ["exec", "resume", "--json", "--skip-git-repo-check", id, question]);
}

async function exec(codex: Codex, args: string[]): Promise<CodexTurn> {
  const { stdout } = await runOk(codex.program, args, options(codex));
  const turn: CodexTurn = { id: "", answer: "" };
  for (const line of stdout.split("\n").filter((line) => line.startsWith("{"))) {
    const event = JSON.parse(line);
    if (event.type === "thread.started") turn.id = event.thread_id;
    if (event.item?.type === "agent_message") turn.answer = event.item.text;
  }
  return turn;
}

/** Moves the conversation `id` among the archived ones. */
export async function archiveCodexThread(codex: Codex, id: string): Promise<void> {
  await runOk(codex.program, ["archive", id], options(codex));
}

/** Deletes the conversation `id`. */
export async function deleteCodexThread(codex: Codex, id: string): Promise<void> {
  await runOk(codex.program, ["delete", id, "--force"], options(codex));
}

/** What `codex doctor` finds about rollouts and the rows of the state database. */
export async function codexParity(codex: Codex): Promise<CodexCheck> {
  // It exits with 1 for any warning, such as that of an unknown version on the network.
  const { stdout, stderr } = await run(codex.program, ["doctor", "--json"], options(codex));
  try {
    return JSON.parse(stdout).checks["state.rollout_db_parity"];
  } catch (cause) {
    throw new Error(`codex doctor printed no report: ${stderr.slice(-1000)}`, { cause });
  }
}

/** Ids of the conversations whose rollouts lie in a home, sorted. */
export async function codexThreadIds(codex: Codex): Promise<string[]> {
  const ids = [
    ...await rolloutIds(join(codex.home, "sessions")),
    ...await rolloutIds(join(codex.home, "archived_sessions")),
  ];
  return ids.sort();
}

async function rolloutIds(folder: string): Promise<string[]> {
  const ids: string[] = [];
  try {
    for await (const entry of Deno.readDir(folder)) {
      const id = /^rollout-.*?-([0-9a-f]{8}-.*)\.jsonl(\.zst)?$/.exec(entry.name)?.[1];
      if (id) ids.push(id);
      if (entry.isDirectory) ids.push(...await rolloutIds(join(folder, entry.name)));
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return ids;
}
