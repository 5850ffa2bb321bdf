/** A real OpenClaw with a state folder of its own, which never reaches the network. */
import { join } from "node:path";
import { assert } from "../../assert.ts";
import type { OpenClawProgram } from "./install.ts";
import { LOOPBACK_ONLY, run, runOk, type RunResult, systemPath } from "./run.ts";

/** An OpenClaw and its user. */
export interface OpenClaw {
  program: OpenClawProgram;
  userHome: string;
  /** Its state folder. */
  home: string;
  /** Workspace of the agent `writer`, outside the state folder. */
  workspace: string;
  temp: string;
}

/** ms; its first start compiles thousands of modules. */
const PATIENCE_MS = 240_000;

function settings({ userHome, temp }: OpenClaw) {
  const env = {
    HOME: userHome,
    USERPROFILE: userHome,
    PATH: systemPath(),
    TMPDIR: temp,
    NO_COLOR: "1",
    ...LOOPBACK_ONLY,
  };
  return { cwd: userHome, env, timeoutMs: PATIENCE_MS };
}

/** Runs `openclaw ARGS`; fails unless it exits with 0. */
export function openClaw(claw: OpenClaw, ...args: string[]): Promise<RunResult> {
  return runOk(claw.program.node, [claw.program.script, ...args], settings(claw));
}

/** Runs `openclaw ARGS`, whatever it exits with. */
export function tryOpenClaw(claw: OpenClaw, ...args: string[]): Promise<RunResult> {
  return run(claw.program.node, [claw.program.script, ...args], settings(claw));
}

/** The file of its conversations, logins and memory. */
export const AGENT_DATABASE = "agent/openclaw-agent.sqlite";

/**
 * Makes a user in `folder` with two agents, the workspace of one of them outside the state folder, with
 * a login in its database and a Codex home of its own.
 */
export async function makeOpenClaw(folder: string, program: OpenClawProgram): Promise<OpenClaw> {
  const userHome = join(folder, "user");
  const claw = {
    program,
    userHome,
    home: join(userHome, ".openclaw"),
    workspace: join(userHome, "work", "writer-ws"),
    temp: join(folder, "temp"),
  };
  await Deno.mkdir(userHome, { recursive: true });
  await Deno.mkdir(claw.temp);
  await openClaw(claw, "setup", "--baseline");
  const add = ["agents", "add", "writer", "--non-interactive", "--workspace", claw.workspace];
  await openClaw(claw, ...add, "--json");
  await Deno.writeTextFile(join(claw.workspace, "MEMORY.md"), "What the writer remembers.\n");
  await giveLogin(claw, "writer");
  const codex = join(claw.home, "agents", "writer", "agent", "codex-home");
  await Deno.mkdir(codex);
  await Deno.writeTextFile(join(codex, "config.toml"), 'model = "stub"\n');
  return claw;
}

/** A key of a provider, as its user would paste it; OpenClaw makes the agent's database for it. */
export async function giveLogin(claw: OpenClaw, agent: string): Promise<void> {
  const { code, stderr } = await tryToLogIn(claw, agent);
  assert.equal(code, 0, stderr);
}

/** The same, whatever OpenClaw says to it. */
export async function tryToLogIn(
  claw: OpenClaw,
  agent: string,
): Promise<{ code: number; stderr: string }> {
  const args = ["models", "auth", "paste-api-key", "--provider", "openai", "--agent", agent];
  const { cwd, env } = settings(claw);
  const child = new Deno.Command(claw.program.node, {
    args: [claw.program.script, ...args],
    cwd,
    env,
    clearEnv: true,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode("sk-test-0123456789abcdef0123456789\n"));
  await writer.close();
  const { code, stderr } = await child.output();
  return { code, stderr: new TextDecoder().decode(stderr) };
}

/** The logins that OpenClaw finds in an agent's database. */
export async function loginsOf(claw: OpenClaw, agent: string): Promise<string[]> {
  const { stdout } = await openClaw(claw, "models", "auth", "list", "--agent", agent);
  return [...stdout.matchAll(/^- (\S+)/gm)].map(([, name]) => name);
}

/** Options that lead a command to a gateway. */
export type Gateway = string[];

/** Runs something while OpenClaw's gateway is at work. */
export async function whileGatewayRuns(
  claw: OpenClaw,
  use: (gateway: Gateway) => Promise<void>,
): Promise<void> {
  const { cwd, env } = settings(claw);
  const port = String(20_000 + Math.floor(Math.random() * 30_000));
  const gateway = ["--port", port, "--token", crypto.randomUUID()];
  const args = ["gateway", "run", "--bind", "loopback", "--auth", "token", ...gateway];
  const child = new Deno.Command(claw.program.node, {
    args: [claw.program.script, ...args],
    cwd,
    env,
    clearEnv: true,
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const lines = child.stdout.pipeThrough(new TextDecoderStream());
  let printed = "";
  const ready = Promise.withResolvers<void>();
  const reading = (async () => {
    for await (const text of lines) {
      printed += text;
      if (/\[gateway\] ready/.test(printed)) ready.resolve();
    }
    ready.reject(new Error(`the gateway did not start: ${printed.slice(-2000)}`));
  })();
  try {
    await ready.promise;
    await use(gateway);
  } finally {
    child.kill("SIGTERM");
    await child.status;
    await reading;
  }
}

/** Gives an agent a job that is not due while a test runs. */
export async function addJob(claw: OpenClaw, gateway: Gateway, agent: string): Promise<void> {
  const job = ["--name", `poem of ${agent}`, "--message", "Write a poem.", "--every", "240h"];
  await openClaw(claw, "cron", "add", "--agent", agent, ...job, "--no-deliver", ...gateway);
}

/** The names of all jobs that a gateway knows, in order. */
export async function jobsOf(claw: OpenClaw, gateway: Gateway): Promise<string[]> {
  const { stdout } = await openClaw(claw, "cron", "list", "--json", ...gateway);
  const { jobs } = JSON.parse(stdout.slice(stdout.indexOf("{")));
  return jobs.map(({ name }: { name: string }) => name).sort();
}

/** Makes OpenClaw's own archive; gives back its path. */
export async function makeArchive(claw: OpenClaw, folder: string): Promise<string> {
  await Deno.mkdir(folder, { recursive: true });
  const args = ["backup", "create", "--verify", "--output", folder, "--json"];
  const { stdout } = await openClaw(claw, ...args);
  return JSON.parse(stdout.slice(stdout.indexOf("{"))).archivePath;
}

/** The agents it finds in its configuration: id and workspace. */
export async function agentsOf(claw: OpenClaw): Promise<[string, string][]> {
  const { stdout } = await openClaw(claw, "agents", "list", "--json");
  const agents = JSON.parse(stdout.slice(stdout.indexOf("[")));
  return agents.map(({ id, workspace }: { id: string; workspace: string }) => [id, workspace]);
}

/** Makes the stub OpenClaw's only model, and lets its agents run commands. */
export async function useStubModel(claw: OpenClaw, url: string): Promise<void> {
  const path = join(claw.home, "openclaw.json");
  const config = JSON.parse(await Deno.readTextFile(path));
  const model = {
    id: "stub-1",
    name: "stub",
    reasoning: false,
    input: ["text"],
    cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 },
    contextWindow: 128000,
    maxTokens: 32000,
  };
  const stub = { baseUrl: url, apiKey: "x", api: "anthropic-messages", models: [model] };
  config.models = { mode: "replace", providers: { stub } };
  config.agents.defaults = { ...config.agents.defaults, model: { primary: "stub/stub-1" } };
  config.tools = { ...config.tools, exec: { mode: "full" } };
  await Deno.writeTextFile(path, JSON.stringify(config, null, 2));
}

/** Asks an agent one question, in one process; gives back what was printed. */
export async function letOpenClawAct(claw: OpenClaw, agent: string): Promise<string> {
  const args = ["agent", "--local", "--agent", agent, "--message", "Please act."];
  const { stdout, stderr } = await openClaw(claw, ...args);
  return stdout + stderr;
}
