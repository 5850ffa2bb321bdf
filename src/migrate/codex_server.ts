/** Codex's app-server: JSON-RPC over stdio, one message a line (facts C4). */
import {
  type Conversation,
  converse,
  findCommand,
  type Host,
  pathsOf,
  variableOf,
} from "../base/mod.ts";

/** Asks the app-server; throws with what it answers instead. */
export type Ask = (method: string, params: unknown) => Promise<Record<string, unknown>>;

/** ms; a first start takes 0.7 s, and longer where npm's launcher starts a node before. */
const PATIENCE_MS = 20_000;

/** All that it may print. */
const MAX_OUTPUT = 32 << 20;

/** The program of Codex in `PATH`, or nothing. */
export function codexProgram({ fs, env, platform }: Host): string | undefined {
  return findCommand(fs, "codex", env, platform);
}

/**
 * What the app-server runs with: no key of the user's environment, a home of its own, and no network.
 * What Codex fetches itself goes to a proxy where nobody listens, and git may use no transport.
 */
function environment({ env, platform }: Host, folder: string, codexHome: string) {
  const nowhere = "http://127.0.0.1:9";
  const kept = ["PATH", "PATHEXT", "SystemRoot", "ComSpec"].map((name) =>
    [name, variableOf(env, name, platform)] as const
  );
  return {
    ...Object.fromEntries(kept.filter(([, value]) => value !== undefined)),
    HOME: folder,
    USERPROFILE: folder,
    CODEX_HOME: codexHome,
    TMPDIR: folder,
    TEMP: folder,
    TMP: folder,
    HTTP_PROXY: nowhere,
    HTTPS_PROXY: nowhere,
    ALL_PROXY: nowhere,
    NO_PROXY: "",
    GIT_ALLOW_PROTOCOL: "none",
    GIT_TERMINAL_PROMPT: "0",
  };
}

/**
 * Starts the app-server on a Codex home that it may write to, below `folder`, asks it, and ends it.
 * Throws where it cannot be started, gives no answer in time, or ends before.
 */
export async function askCodex<T>(
  host: Host,
  { program, folder, codexHome }: { program: string; folder: string; codexHome: string },
  use: (ask: Ask) => Promise<T>,
): Promise<T> {
  const request = {
    program,
    args: ["app-server", "--listen", "stdio://"],
    env: environment(host, folder, codexHome),
    cwd: pathsOf(host.platform).resolve(folder),
    timeoutMs: PATIENCE_MS,
    maxOutputBytes: MAX_OUTPUT,
    signal: host.signal,
  };
  return await converse(request, async (conversation) => {
    const ask = asking(conversation);
    const clientInfo = { name: "lifeboat", title: "Lifeboat", version: host.build.version };
    await ask("initialize", { clientInfo, capabilities: { experimentalApi: true } });
    await conversation.say(JSON.stringify({ method: "initialized" }));
    return await use(ask);
  });
}

function asking({ say, hear }: Conversation): Ask {
  let id = 0;
  return async (method, params) => {
    id++;
    await say(JSON.stringify({ id, method, params }));
    for (;;) {
      const line = await hear();
      if (line === undefined) throw new Error(`It ended instead of answering ${method}`);
      const answer = messageIn(line);
      // Everything else is news, or a question of its own that it can do without.
      if (answer?.id !== id || "method" in answer) continue;
      if ("result" in answer) return tableIn(answer.result) ?? {};
      const { message } = tableIn(answer.error) ?? {};
      throw new Error(typeof message === "string" ? message : `It does not answer ${method}`);
    }
  };
}

function tableIn(value: unknown): Record<string, unknown> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? value as Record<string, unknown>
    : undefined;
}

function messageIn(line: string): Record<string, unknown> | undefined {
  try {
    return tableIn(JSON.parse(line));
  } catch {
    return undefined; // no message of the protocol
  }
}
