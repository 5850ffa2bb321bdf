/** Agents beside Codex, Claude Code and OpenClaw: how each is installed, led to the stub, and asked. */
import { join } from "node:path";
import { installPackages } from "./install.ts";
import type { ModelStub } from "./model_stub.ts";
import { LOOPBACK_ONLY, runOk, systemPath } from "./run.ts";

/** One agent. */
export interface OtherAgent {
  /** Id of its profile. */
  profile: string;
  /** Its npm package, for this system where that differs, with its version. */
  pack: string;
  /** What is run, below `node_modules`; a script is run by node. */
  program: string;
  /** Variables that lead it to the stub. */
  env(url: string): Record<string, string>;
  /** Files of the home folder that lead it there, by path. */
  files(url: string): Record<string, unknown>;
  ask(question: string): string[];
  /** Asks in the conversation that was held last; nothing where only a terminal can. */
  goOn?(question: string): string[];
  /** Then: how it lists its conversations. */
  history?: string[];
  /** Pattern of the path of a conversation, whose first group is its id. */
  conversation: RegExp;
  /** What it asks of the network beside the stub cannot be stopped by proxies. */
  noProxies?: boolean;
}

const ARCH = Deno.build.arch === "aarch64" ? "arm64" : "x64";
const NODE_OS = Deno.build.os === "windows" ? "win32" : Deno.build.os;
const EXE = Deno.build.os === "windows" ? ".exe" : "";

const OPENCODE_OS = Deno.build.os;

/** All of them. */
export const OTHERS: OtherAgent[] = [
  {
    profile: "gemini-cli",
    pack: "@google/gemini-cli@0.61.0",
    program: "@google/gemini-cli/bundle/gemini.js",
    env: (url) => ({ GEMINI_API_KEY: "x", GOOGLE_GEMINI_BASE_URL: url }),
    files: () => ({
      ".gemini/settings.json": {
        security: { auth: { selectedType: "gemini-api-key" } },
        telemetry: { enabled: false },
        privacy: { usageStatisticsEnabled: false },
      },
    }),
    ask: (question) => ["--skip-trust", "-m", "gemini-2.5-flash", "-p", question],
    goOn: (
      question,
    ) => ["--resume", "latest", "--skip-trust", "-m", "gemini-2.5-flash", "-p", question],
    conversation: /\.gemini\/tmp\/[^/]+\/chats\/(session-.*)\.jsonl?$/,
  },
  {
    profile: "qwen-code",
    pack: "@qwen-code/qwen-code@0.24.4",
    program: "@qwen-code/qwen-code/cli.js",
    env: (url) => ({ OPENAI_API_KEY: "x", OPENAI_BASE_URL: `${url}/v1`, OPENAI_MODEL: "stub" }),
    files: () => ({ ".qwen/settings.json": { privacy: { usageStatisticsEnabled: false } } }),
    ask: (question) => ["--auth-type", "openai", "-p", question],
    goOn: (question) => ["--continue", "--auth-type", "openai", "-p", question],
    conversation: /\.qwen\/projects\/[^/]+\/chats\/(.*)\.jsonl$/,
    noProxies: true,
  },
  {
    profile: "opencode",
    pack: `opencode-${OPENCODE_OS}-${ARCH}@1.18.33`,
    program: `opencode-${OPENCODE_OS}-${ARCH}/bin/opencode${EXE}`,
    env: () => ({ OPENCODE_DISABLE_MODELS_FETCH: "1", OPENCODE_DISABLE_DEFAULT_PLUGINS: "1" }),
    files: (url) => ({
      ".config/opencode/opencode.json": {
        autoupdate: false,
        share: "disabled",
        provider: {
          openai: { options: { baseURL: `${url}/v1`, apiKey: "x" }, models: { stub: {} } },
        },
        model: "openai/stub",
        small_model: "openai/stub",
      },
    }),
    ask: (question) => ["run", question],
    goOn: (question) => ["run", "--continue", question],
    conversation: /\.local\/share\/opencode\/(opencode)\.db$/,
  },
  {
    profile: "copilot-cli",
    pack: `@github/copilot-${NODE_OS}-${ARCH}@1.0.102`,
    program: `@github/copilot-${NODE_OS}-${ARCH}/copilot${EXE}`,
    env: (url) => ({
      COPILOT_PROVIDER_BASE_URL: `${url}/v1`,
      COPILOT_PROVIDER_API_KEY: "x",
      COPILOT_PROVIDER_TYPE: "openai",
      COPILOT_MODEL: "stub",
      COPILOT_OFFLINE: "true",
    }),
    files: () => ({}),
    ask: (question) => ["--allow-all-tools", "-p", question],
    goOn: (question) => ["--continue", "--allow-all-tools", "-p", question],
    conversation: /\.copilot\/session-state\/([^/]+)\/events\.jsonl$/,
  },
  {
    profile: "cline",
    pack: `@cline/cli-${Deno.build.os}-${ARCH}@3.0.65`,
    program: `@cline/cli-${Deno.build.os}-${ARCH}/bin/cline${EXE}`,
    env: () => ({ CLINE_TELEMETRY_DISABLED: "1" }),
    files: () => ({}),
    ask: (question) => [question],
    history: ["history", "--json"],
    conversation: /\.cline\/data\/sessions\/([^/]+)\/[^/]+\.messages\.json$/,
  },
  {
    profile: "continue",
    pack: "@continuedev/cli@1.5.47",
    program: "@continuedev/cli/dist/cn.js",
    env: () => ({ CONTINUE_TELEMETRY_ENABLED: "0" }),
    files: (url) => ({
      ".continue/config.yaml": {
        name: "stub",
        version: "0.0.1",
        schema: "v1",
        models: [{
          name: "stub",
          provider: "openai",
          model: "stub",
          apiBase: `${url}/v1`,
          apiKey: "x",
          roles: ["chat"],
          useResponsesApi: false,
        }],
      },
    }),
    ask: (question) => ["-p", question],
    goOn: (question) => ["--resume", "-p", question],
    conversation: /\.continue\/sessions\/([0-9a-f-]{36})\.json$/,
  },
];

/** An agent with a user of its own. */
export interface OtherUser {
  agent: OtherAgent;
  node: string;
  modules: string;
  userHome: string;
  project: string;
  stub: ModelStub;
}

/** Installs an agent, and makes a user for it in `folder`. */
export async function makeOther(
  folder: string,
  agent: OtherAgent,
  stub: ModelStub,
): Promise<OtherUser> {
  const { modules, node } = await installPackages(agent.profile, [agent.pack]);
  const userHome = join(folder, "user");
  const project = join(userHome, "project");
  await Deno.mkdir(project, { recursive: true });
  for (const [path, content] of Object.entries(agent.files(stub.url))) {
    await Deno.mkdir(join(userHome, path, ".."), { recursive: true });
    await Deno.writeTextFile(join(userHome, path), JSON.stringify(content));
  }
  const user = { agent, node, modules, userHome, project, stub };
  if (agent.profile === "cline") {
    const auth = ["auth", "-p", "openai", "-k", "x", "-m", "stub", "-b", `${stub.url}/v1`];
    await runAgent(user, auth);
  }
  return user;
}

/** Runs an agent in its project; fails unless it exits with 0. */
export async function runAgent(user: OtherUser, args: string[]): Promise<string> {
  const { agent, node, modules, userHome, project, stub } = user;
  const program = join(modules, agent.program);
  const command = /\.m?js$/.test(program) ? [node, program, ...args] : [program, ...args];
  const env = {
    HOME: userHome,
    USERPROFILE: userHome,
    PATH: systemPath(),
    TERM: "dumb",
    CI: "1",
    ...(agent.noProxies ? {} : LOOPBACK_ONLY),
    ...agent.env(stub.url),
  };
  const { stdout } = await runOk(command[0], command.slice(1), {
    cwd: project,
    env,
    timeoutMs: 180_000,
  });
  return stdout;
}

/** Ends what the agent has left running for the user, such as the hub of Cline. */
export function endLeftovers({ userHome }: OtherUser): void {
  new Deno.Command("pkill", { args: ["-KILL", "-f", "--", userHome] }).outputSync();
}
