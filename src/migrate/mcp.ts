/** MCP servers as each agent writes them down. Pure. */
import { redact } from "../seal/mod.ts";

type Table = Record<string, unknown>;

/** An MCP server, whoever uses it. */
export interface McpServer {
  command?: string;
  args?: string[];
  cwd?: string;
  env?: Record<string, string>;
  /** Variables of the environment that are handed on. */
  envNames?: string[];
  url?: string;
  /** Of a server with a URL; absent: streamable HTTP. */
  sse?: boolean;
  headers?: Record<string, string>;
  /** The variable that holds the token. */
  tokenVariable?: string;
  /** Settings that only OpenClaw has a word for, in its words. */
  openClaw?: Record<string, unknown>;
}

function table(value: unknown): Table {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value as Table : {};
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function texts(value: unknown): string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const all = value.filter((one) => typeof one === "string");
  return all.length > 0 ? all : undefined;
}

function pairs(value: unknown): Record<string, string> | undefined {
  const entries = Object.entries(table(value)).filter((entry): entry is [string, string] =>
    typeof entry[1] === "string"
  );
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}

/** Leaves out what is not there. */
function present<T extends object>(object: T): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;
}

/** A server out of Codex's `mcp_servers`; nothing where it can be neither started nor reached. */
export function fromCodex(value: unknown): McpServer | undefined {
  const { command, args, cwd, env, env_vars, url, http_headers, bearer_token_env_var } = table(
    value,
  );
  if (!text(command) && !text(url)) return undefined;
  return present({
    command: text(command),
    args: texts(args),
    cwd: text(cwd),
    env: pairs(env),
    envNames: texts(env_vars),
    url: text(command) ? undefined : text(url),
    headers: pairs(http_headers),
    tokenVariable: text(bearer_token_env_var),
  });
}

/** A server out of Claude's `mcpServers`. */
export function fromClaude(value: unknown): McpServer | undefined {
  const { type, command, args, env, url, headers } = table(value);
  if (!text(command) && !text(url)) return undefined;
  return present({
    command: text(command),
    args: texts(args),
    env: pairs(env),
    url: text(command) ? undefined : text(url),
    sse: type === "sse" ? true : undefined,
    headers: pairs(headers),
  });
}

/** As Codex has it: switched off, so that nothing runs that nobody has looked at. */
export function toCodex(server: McpServer): Table {
  const { command, args, cwd, env, envNames, url, headers, tokenVariable } = server;
  return present({
    command,
    args,
    cwd,
    url,
    bearer_token_env_var: tokenVariable,
    env_vars: envNames,
    enabled: false,
    env,
    http_headers: headers,
  });
}

/** Variables that are handed on, as those agents have it that put them in. */
function withReferences({ env, envNames = [], headers, tokenVariable }: McpServer) {
  const named = Object.fromEntries(envNames.map((name) => [name, `\${${name}}`]));
  const bearer: Record<string, string> = tokenVariable
    ? { Authorization: `Bearer \${${tokenVariable}}` }
    : {};
  const nothingIfEmpty = (one: Record<string, string>) =>
    Object.keys(one).length > 0 ? one : undefined;
  return {
    env: nothingIfEmpty({ ...named, ...env }),
    headers: nothingIfEmpty({ ...bearer, ...headers }),
  };
}

/** As OpenClaw has it: switched off. */
export function toOpenClaw(server: McpServer): Table {
  const { command, args, cwd, url, sse, openClaw } = server;
  const transport = url === undefined ? undefined : sse ? "sse" : "streamable-http";
  const own = { ...openClaw, enabled: false };
  return present({ command, args, cwd, url, transport, ...own, ...withReferences(server) });
}

/** As Claude Code has it, which has no way to switch one off for all projects. */
export function toClaude(server: McpServer): Table {
  const { command, args, url, sse } = server;
  const type = url === undefined ? "stdio" : sse ? "sse" : "http";
  return present({ type, command, args, url, ...withReferences(server) });
}

const SECRET_NAME =
  /token|auth|api[-_]?key|access[-_]?key|private[-_]?key|passw|passphrase|cookie|credential|secret|session[-_]?id/i;

/** A value that is put in from elsewhere when it is used. */
const REFERENCE = /^(?:bearer\s+)?\$\{?\w+\}?$/i;

function isSecret(name: string, value: string): boolean {
  if (value === "" || REFERENCE.test(value)) return false;
  return SECRET_NAME.test(name) || redact(value) !== value;
}

/** What stands for a value that was left out, where something has to stand. */
const LEFT_OUT = "<left out>";

function openArgs(args: string[], left: string[]): string[] {
  return args.map((arg, index) => {
    const flag = /^--?[\w-]+$/.exec(args[index - 1] ?? "")?.[0];
    const named = /^(--?[\w-]+)=(.+)$/s.exec(arg);
    if (flag !== undefined && !arg.startsWith("-") && isSecret(flag, arg)) {
      left.push(flag);
      return LEFT_OUT;
    }
    if (named && isSecret(named[1], named[2])) {
      left.push(named[1]);
      return `${named[1]}=${LEFT_OUT}`;
    }
    if (redact(arg) === arg) return arg;
    left.push(`argument ${index + 1}`);
    return LEFT_OUT;
  });
}

/** A URL without user, password and what looks like a key; what was left out is noted. */
export function openUrl(url: string, left: string[]): string {
  if (!URL.canParse(url)) return redact(url);
  const parsed = new URL(url);
  if (parsed.username || parsed.password) {
    left.push("user of the URL");
    [parsed.username, parsed.password] = ["", ""];
  }
  for (const [name, value] of [...parsed.searchParams]) {
    if (!isSecret(name, value)) continue;
    left.push(name);
    parsed.searchParams.delete(name);
  }
  return left.length > 0 ? parsed.href : url;
}

function openPairs(all: Record<string, string>, left: string[]): Record<string, string> {
  const open = Object.entries(all).filter(([name, value]) => !isSecret(name, value));
  left.push(...Object.keys(all).filter((name) => !open.some(([kept]) => kept === name)));
  return Object.fromEntries(open);
}

/** A server without keys and tokens, and the names of what was left out. */
export function withoutSecrets(server: McpServer): { server: McpServer; left: string[] } {
  const left: string[] = [];
  const open: McpServer = { ...server };
  if (server.url !== undefined) open.url = openUrl(server.url, left);
  if (server.args) open.args = openArgs(server.args, left);
  for (const part of ["env", "headers"] as const) {
    const all = server[part];
    if (!all) continue;
    const kept = openPairs(all, left);
    open[part] = Object.keys(kept).length > 0 ? kept : undefined;
  }
  return { server: open, left };
}

/** Settings without what looks like a key, and the names of what was left out. */
export function withoutSecretValues(settings: Table): { value: Table; left: string[] } {
  const left: string[] = [];
  const open = (name: string, value: unknown): unknown => {
    if (Array.isArray(value)) {
      return value.map((one) => open(name, one)).filter((one) => one !== undefined);
    }
    if (typeof value === "object" && value !== null) return openTable(value as Table);
    if (typeof value !== "string" || !isSecret(name, value)) return value;
    left.push(name);
    return undefined;
  };
  const openTable = (all: Table): Table =>
    present(Object.fromEntries(Object.entries(all).map(([name, one]) => [name, open(name, one)])));
  return { value: openTable(settings), left };
}
