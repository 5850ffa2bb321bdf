/** MCP servers of Hermes' configuration (facts C5). Pure. */
import type { ManualAsset, McpAsset } from "./asset.ts";
import { filled, hasReferences, type Variables } from "./hermes_env.ts";
import { isTable, type Table, tableOf, textOf } from "./hermes_names.ts";
import { hasForeignRules, isForeignPattern, toolFilterOf, toolsIn } from "./hermes_tools.ts";
import { fromClaude, type McpServer } from "./mcp.ts";
import { plainName } from "./names.ts";

/** What servers are read with. */
interface ServerReading {
  config: Table;
  /** Of the environment, too: a server is started with both. */
  variables: Variables;
  includeSecrets: boolean;
  /** The configuration file. */
  source: string;
}

/** The table of servers, and where it stands. */
function serversIn({ mcp_servers, mcp }: Table): [where: string, servers: Table] {
  if (mcp_servers !== undefined) return ["mcp_servers", tableOf(mcp_servers)];
  const { servers } = tableOf(mcp);
  return isTable(servers) ? ["mcp.servers", servers] : ["mcp", tableOf(mcp)];
}

/** The servers, and what of them a person has to do. */
export function hermesServers(reading: ServerReading): (McpAsset | ManualAsset)[] {
  const [where, servers] = serversIn(reading.config);
  return Object.entries(servers).flatMap(([name, raw]) => {
    if (!isTable(raw)) return [];
    const { server, left } = serverIn(reading, raw);
    const asset: McpAsset[] = server
      ? [{ kind: "mcp", source: reading.source, name, server, left }]
      : [];
    return [...asset, ...notesOf(reading, `config.yaml:${where}.${name}`, name, raw)];
  });
}

const FILLED = [
  ...["command", "args", "cwd", "workingDirectory", "url"],
  ...["connectionTimeoutMs", "requestTimeoutMs", "env", "headers"],
];

/** A server; what refers to variables is left out unless secrets are wanted, and they are set. */
function serverIn({ variables, includeSecrets }: ServerReading, raw: Table) {
  const left: string[] = [];
  const full: Table = {};
  for (const key of FILLED) {
    const value = raw[key];
    if (value === undefined || value === null) continue;
    if (!hasReferences(value)) full[key] = value;
    else if (isTable(value)) full[key] = pairsIn(value, { variables, includeSecrets, left });
    else {
      full[key] = includeSecrets ? filled(value, variables) : undefined;
      if (full[key] === undefined) left.push(key);
    }
  }
  const type = textOf(raw.transport, raw.type);
  const plain = fromClaude({ ...full, type });
  if (!plain) return { left };
  const cwd = textOf(full.cwd, full.workingDirectory);
  const server: McpServer = {
    ...plain,
    ...(cwd === undefined ? {} : { cwd }),
    openClaw: openClawFields(raw, full),
  };
  return { server, left };
}

function pairsIn(
  pairs: Table,
  { variables, includeSecrets, left }: Omit<ServerReading, "config" | "source"> & {
    left: string[];
  },
): Table {
  const kept = Object.entries(pairs).flatMap(([name, value]): [string, unknown][] => {
    if (!hasReferences(value)) return [[name, value]];
    const full = includeSecrets ? filled(value, variables) : undefined;
    if (full !== undefined) return [[name, full]];
    left.push(name);
    return [];
  });
  return Object.fromEntries(kept);
}

/** Settings that only OpenClaw has a word for. */
function openClawFields(raw: Table, full: Table): Table {
  const milliseconds = (own: unknown, seconds: unknown) =>
    positive(own) ?? (positive(seconds) === undefined ? undefined : positive(seconds)! * 1000);
  const fields: Table = {
    connectionTimeoutMs: milliseconds(
      full.connectionTimeoutMs,
      raw.connectTimeout ?? raw.connect_timeout,
    ),
    requestTimeoutMs: milliseconds(full.requestTimeoutMs, raw.timeout),
    supportsParallelToolCalls: flag(
      raw.supportsParallelToolCalls ?? raw.supports_parallel_tool_calls,
    ),
    sslVerify: flag(raw.sslVerify ?? raw.ssl_verify),
    auth: textOf(raw.auth) === "oauth" ? "oauth" : undefined,
    oauth: oauthOf(raw.oauth),
    ...certificateOf(raw),
    toolFilter: toolFilterOf(raw),
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function positive(value: unknown): number | undefined {
  return typeof value === "number" && value > 0 ? value : undefined;
}

function flag(value: unknown): boolean | undefined {
  return typeof value === "boolean" ? value : undefined;
}

const OAUTH = ["authProfileId", "scope", "redirectUrl", "clientMetadataUrl"];

function oauthOf(oauth: unknown): Table | undefined {
  const known = OAUTH.map((key) => [key, textOf(tableOf(oauth)[key])] as const)
    .filter(([, value]) => value !== undefined);
  return known.length > 0 ? Object.fromEntries(known) : undefined;
}

/** Paths of certificate and key; nothing where they are in one file, or under a password. */
function certificateOf(raw: Table): { clientCert?: string; clientKey?: string } {
  const both = raw.clientCert ?? raw.client_cert;
  const [cert, key] = Array.isArray(both)
    ? both.length === 2 ? [textOf(both[0]), textOf(both[1])] : []
    : [textOf(both), textOf(raw.clientKey, raw.client_key)];
  return cert && key ? { clientCert: cert, clientKey: key } : {};
}

/** Notes something that a person has to do, where it is so. */
type Note = (isSo: boolean, what: string, message: string, recommendation?: string) => void;

/** What a person has to do; ids are OpenClaw's. */
function notesOf(
  reading: ServerReading,
  source: string,
  name: string,
  raw: Table,
): ManualAsset[] {
  const notes: ManualAsset[] = [];
  const note: Note = (isSo, what, message, recommendation = BY_HAND) => {
    if (!isSo) return;
    const id = `manual:mcp-server-${what}:${plainName(name)}`;
    const whole = `Hermes MCP server "${name}" ${message}`;
    notes.push({ kind: "manual", id, source, message: whole, recommendation });
  };
  noteValues(note, reading, raw);
  noteCertificates(note, raw);
  noteLogin(note, raw);
  noteTools(note, tableOf(raw.tools));
  noteBehaviour(note, raw);
  return notes;
}

function noteValues(note: Note, { variables, includeSecrets }: ServerReading, raw: Table): void {
  const referring = [...FILLED, "enabled"].map((key) => raw[key]).filter(hasReferences);
  const hasValues = raw.env !== undefined || raw.headers !== undefined || referring.length > 0;
  const unset = referring.some((value) => filled(value, variables) === undefined);
  note(!includeSecrets && hasValues, "secrets", "has values that may be secret", ENTER);
  note(
    includeSecrets && unset,
    "unresolved-secrets",
    "refers to variables that are not set",
    ENTER,
  );
}

function noteCertificates(note: Note, raw: Table): void {
  const cert = raw.clientCert ?? raw.client_cert;
  const isThere = cert !== undefined || textOf(raw.clientKey, raw.client_key) !== undefined;
  const isLocked = Array.isArray(cert) && cert.length === 3;
  const isOther = isThere && !isLocked && !certificateOf(raw).clientCert;
  const ownAuthority = typeof (raw.sslVerify ?? raw.ssl_verify) === "string";
  note(isLocked, "client-cert-password", "has a client key under a password");
  note(isOther, "client-cert", "has a client certificate and key that are not two files");
  note(ownAuthority, "tls-ca", "trusts a certificate authority of its own");
}

function noteLogin(note: Note, raw: Table): void {
  const auth = textOf(raw.auth);
  const hasOther = Object.keys(tableOf(raw.oauth)).some((key) => !OAUTH.includes(key));
  note(!!auth && auth !== "oauth", "auth", "signs in in a way that OpenClaw has not");
  note(auth === "oauth" || isTable(raw.oauth), "oauth-login", "needs a login", LOGIN);
  note(hasOther, "oauth-client", "is registered as a client of its own", LOGIN);
}

function noteTools(note: Note, tools: Table): void {
  const patterns = toolsIn(tools.include) ?? toolsIn(tools.exclude) ?? [];
  note(patterns.some(isForeignPattern), "tool-patterns", "names tools by patterns with ? or [");
  note(hasForeignRules(tools), "tool-policy", "has rules for tools that OpenClaw has not");
}

function noteBehaviour(note: Note, raw: Table): void {
  const transport = textOf(raw.transport, raw.type);
  const lifecycle = tableOf(raw.lifecycle);
  const ends = [
    raw.idle_timeout_seconds ?? lifecycle.idle_timeout_seconds,
    raw.max_lifetime_seconds ?? lifecycle.max_lifetime_seconds,
  ];
  note(!!transport && !TRANSPORTS.includes(transport), "transport", "has an unknown transport");
  note(raw.skip_preflight === true, "preflight", "is not asked before it is used");
  for (const what of ["sampling", "elicitation"]) {
    note(isTable(raw[what]) && raw[what].enabled !== false, what, `uses ${what}`);
  }
  note(ends.some((one) => Number(one) > 0), "lifecycle", "is ended after a time");
  note(Number(raw.keepalive_interval) > 0, "keepalive", "is kept alive by messages");
}

const TRANSPORTS = ["http", "streamable-http", "sse", "stdio"];
const BY_HAND = "Look at what it needs, and set it by hand.";
const ENTER = "Enter them by hand, or use --include-secrets.";
const LOGIN = "Sign in to it: openclaw mcp login NAME.";
