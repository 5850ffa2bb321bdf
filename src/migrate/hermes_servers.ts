/** MCP servers of Hermes' configuration (facts C5). Pure. */
import type { ManualAsset, McpAsset } from "./asset.ts";
import { filled, hasReferences, type Variables } from "./hermes_env.ts";
import { isTable, type Table, tableOf, textOf } from "./hermes_names.ts";
import { fromClaude, type McpServer } from "./mcp.ts";
import { plainName } from "./names.ts";

/** What servers are read with. */
export interface ServerReading {
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

/** Names of tools; undefined where they are no list of names. */
function toolsIn(value: unknown): string[] | undefined {
  if (typeof value === "string") return value.trim() ? [value.trim()] : [];
  if (!Array.isArray(value) || !value.every((one) => typeof one === "string")) return undefined;
  return [...new Set(value.map((one) => one.trim()).filter(Boolean))];
}

/** OpenClaw has only `*` in names of tools. */
const isForeignPattern = (tool: string) => /[?[]/.test(tool);

/** Tools that Hermes makes of resources and prompts of a server. */
const OF_RESOURCES = ["resources_list", "resources_read"];
const OF_PROMPTS = ["prompts_list", "prompts_get"];

function truth(value: unknown): boolean | undefined {
  if (typeof value === "boolean") return value;
  const word = typeof value === "string" ? value.trim().toLowerCase() : "";
  if (["true", "1", "yes", "on"].includes(word)) return true;
  return ["false", "0", "no", "off"].includes(word) ? false : undefined;
}

function toolFilterOf(raw: Table): Table | undefined {
  const direct = isTable(raw.toolFilter) ? raw.toolFilter : raw.tool_filter;
  if (isTable(direct)) return filterOf(toolsIn(direct.include), toolsIn(direct.exclude) ?? []);
  if (!isTable(raw.tools)) return undefined;
  const { tools } = raw;
  const [resources, prompts] = [truth(tools.resources) !== false, truth(tools.prompts) !== false];
  const include = toolsIn(tools.include);
  if (!include) {
    const off = [...(resources ? [] : OF_RESOURCES), ...(prompts ? [] : OF_PROMPTS)];
    return filterOf(undefined, [...toolsIn(tools.exclude) ?? [], ...off]);
  }
  const allowed = [
    ...include.filter((tool) => !isForeignPattern(tool)),
    ...(resources ? OF_RESOURCES : []),
    ...(prompts ? OF_PROMPTS : []),
  ];
  return allowed.length > 0 ? { include: allowed } : { exclude: ["*"] };
}

function filterOf(include: string[] | undefined, exclude: string[]): Table | undefined {
  if (include && include.length > 0) return { include };
  return exclude.length > 0 ? { exclude } : undefined;
}

function hasTrouble({ include, exclude, resources, prompts, ...others }: Table): boolean {
  return Object.keys(others).length > 0 ||
    (include !== undefined && !toolsIn(include)) || (exclude !== undefined && !toolsIn(exclude)) ||
    [resources, prompts].some((one) => one !== undefined && truth(one) === undefined);
}

/** What a person has to do; ids are OpenClaw's. */
function notesOf(
  { variables, includeSecrets }: ServerReading,
  source: string,
  name: string,
  raw: Table,
): ManualAsset[] {
  const notes: ManualAsset[] = [];
  const note = (isSo: boolean, what: string, message: string, recommendation = BY_HAND) => {
    if (!isSo) return;
    const id = `manual:mcp-server-${what}:${plainName(name)}`;
    const whole = `Hermes MCP server "${name}" ${message}`;
    notes.push({ kind: "manual", id, source, message: whole, recommendation });
  };
  const referring = [...FILLED, "enabled"].map((key) => raw[key]).filter(hasReferences);
  const hasValues = raw.env !== undefined || raw.headers !== undefined || referring.length > 0;
  const unset = referring.some((value) => filled(value, variables) === undefined);
  const cert = raw.clientCert ?? raw.client_cert;
  const hasCert = cert !== undefined || textOf(raw.clientKey, raw.client_key) !== undefined;
  const isCertLocked = Array.isArray(cert) && cert.length === 3;
  const transport = textOf(raw.transport, raw.type);
  const auth = textOf(raw.auth);
  const tools = tableOf(raw.tools);
  const patterns = toolsIn(tools.include) ?? toolsIn(tools.exclude) ?? [];
  const lifecycle = tableOf(raw.lifecycle);
  note(!includeSecrets && hasValues, "secrets", "has values that may be secret", ENTER);
  note(
    includeSecrets && unset,
    "unresolved-secrets",
    "refers to variables that are not set",
    ENTER,
  );
  note(isCertLocked, "client-cert-password", "has a client key under a password");
  note(
    hasCert && !isCertLocked && !certificateOf(raw).clientCert,
    "client-cert",
    "has a client certificate and key that are not two files",
  );
  note(
    typeof (raw.sslVerify ?? raw.ssl_verify) === "string",
    "tls-ca",
    "trusts a certificate authority of its own",
  );
  note(!!transport && !TRANSPORTS.includes(transport), "transport", "has an unknown transport");
  note(!!auth && auth !== "oauth", "auth", "signs in in a way that OpenClaw has not");
  note(auth === "oauth" || isTable(raw.oauth), "oauth-login", "needs a login", LOGIN);
  const hasOther = Object.keys(tableOf(raw.oauth)).some((key) => !OAUTH.includes(key));
  note(hasOther, "oauth-client", "is registered as a client of its own", LOGIN);
  note(patterns.some(isForeignPattern), "tool-patterns", "names tools by patterns with ? or [");
  note(hasTrouble(tools), "tool-policy", "has rules for tools that OpenClaw has not");
  note(raw.skip_preflight === true, "preflight", "is not asked before it is used");
  for (const what of ["sampling", "elicitation"]) {
    note(isTable(raw[what]) && raw[what].enabled !== false, what, `uses ${what}`);
  }
  const ends = [
    raw.idle_timeout_seconds ?? lifecycle.idle_timeout_seconds,
    raw.max_lifetime_seconds ?? lifecycle.max_lifetime_seconds,
  ];
  note(ends.some((one) => Number(one) > 0), "lifecycle", "is ended after a time");
  note(Number(raw.keepalive_interval) > 0, "keepalive", "is kept alive by messages");
  return notes;
}

const TRANSPORTS = ["http", "streamable-http", "sse", "stdio"];
const BY_HAND = "Look at what it needs, and set it by hand.";
const ENTER = "Enter them by hand, or use --include-secrets.";
const LOGIN = "Sign in to it: openclaw mcp login NAME.";
