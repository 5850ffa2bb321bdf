/** Where OpenClaw's configuration puts things outside its state folder (facts A1). */
import { type Host, isInside, pathsOf } from "../base/mod.ts";
import {
  localOpenClaw,
  type OpenClawConfig,
  type OpenClawHome,
  placeIn,
  readOpenClawConfig,
  type Table,
  tableOf,
  variableIn,
} from "./openclaw_config.ts";
import type {
  HomeRoot,
  Profile,
  ProfileActivation,
  ProfileConfig,
  ProfileRoot,
} from "./profile.ts";
import { type OutsidePart, rootIds } from "./root_ids.ts";

/** An agent of an OpenClaw home. */
export interface OpenClawAgent {
  id: string;
  /** What the configuration says of it. */
  entry: Table;
  /** Absolute. */
  workspace: string;
  agentDir: string;
}

/** What a home's configuration says of places. */
export interface OpenClawPlaces {
  config: OpenClawConfig;
  agents: OpenClawAgent[];
  /** Id of the agent to which what belongs to none of them falls. */
  owner: string;
  /** Where credentials lie, when that is not in the home. */
  credentials?: string;
}

function textIn(table: Table | undefined, key: string): string | undefined {
  const value = table?.[key];
  return typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;
}

/** An agent's entry, and the id under which it stands. */
type Entry = [id: string, entry: Table];

/** What an agent may be called: its id is a folder's name. */
export const AGENT_ID = /^[a-z0-9][a-z0-9_-]*$/;

/** Both forms of the roster: the map of today, and the list of before. */
function entriesOf(agents: Table | undefined): Entry[] {
  const map = tableOf(agents?.entries);
  const list = Array.isArray(agents?.list) ? agents.list : [];
  const entries: Entry[] = map
    ? Object.entries(map).map(([id, entry]) => [id, tableOf(entry) ?? {}])
    : list.map((entry) => [textIn(tableOf(entry), "id") ?? "", tableOf(entry) ?? {}]);
  const named = entries.map(([id, entry]): Entry => [id.trim().toLowerCase(), entry]);
  const usable = named.filter(([id]) => AGENT_ID.test(id));
  return usable.length > 0 ? usable : [["main", {}]];
}

/** The agent to which what belongs to none of them falls. */
function ownerOf(entries: Entry[]): string {
  const marked = entries.find(([, entry]) => entry.default === true);
  const main = entries.find(([id]) => id === "main");
  return (marked ?? main ?? entries[0])[0];
}

/** Reads where a home's agents, workspaces and credentials lie. */
export function openClawPlaces(home: OpenClawHome): OpenClawPlaces {
  const { join } = pathsOf(home.platform);
  const config = readOpenClawConfig(home);
  const agents = tableOf(config.values?.agents);
  const entries = entriesOf(agents);
  const owner = ownerOf(entries);

  /** With variables put in; nothing where one of them is not set. */
  function place(text: string | undefined): string | undefined {
    if (text === undefined) return undefined;
    const isSet = [...text.matchAll(/\$\{(\w+)\}/g)].every(([, name]) => home.env[name]);
    const filled = text.replaceAll(/\$\{(\w+)\}/g, (_, name) => home.env[name] ?? "");
    return isSet ? placeIn(home, filled) : undefined;
  }

  const variable = (name: string) => home.isOwn ? place(variableIn(home, name)) : undefined;
  const ofAll = place(textIn(tableOf(agents?.defaults), "workspace"));
  const ofOwner = variable("OPENCLAW_WORKSPACE_DIR") ?? join(home.path, "workspace");
  const workspaceOf = (id: string) =>
    id === owner ? ofAll ?? ofOwner : ofAll ? join(ofAll, id) : join(home.path, `workspace-${id}`);
  return {
    config,
    owner,
    agents: entries.map(([id, entry]) => ({
      id,
      entry,
      workspace: place(textIn(entry, "workspace")) ?? workspaceOf(id),
      agentDir: place(textIn(entry, "agentDir")) ?? join(home.path, "agents", id, "agent"),
    })),
    credentials: variable("OPENCLAW_OAUTH_DIR"),
  };
}

/** A channel's account whose messages go to an agent; without one, all of the channel. */
export interface AgentAccount {
  channel: string;
  account?: string;
}

/** The accounts that `bindings` give to an agent. */
export function agentAccounts({ config }: OpenClawPlaces, id: string): AgentAccount[] {
  const bindings = config.values?.bindings;
  return (Array.isArray(bindings) ? bindings : []).flatMap((one): AgentAccount[] => {
    const binding = tableOf(one);
    const match = tableOf(binding?.match);
    const channel = textIn(match, "channel");
    if (textIn(binding, "agentId")?.toLowerCase() !== id || channel === undefined) return [];
    return [{ channel, account: textIn(match, "accountId") }];
  });
}

/** A part of a home that may lie outside it. */
interface Part extends OutsidePart {
  isFile: boolean;
}

function partsOf({ config, agents, credentials }: OpenClawPlaces): Part[] {
  return [
    { kind: "config", path: config.path, isFile: true },
    ...config.includes.map((path) => ({ kind: "include", path, isFile: true })),
    ...(credentials ? [{ kind: "credentials", path: credentials, isFile: false }] : []),
    ...agents.map(({ id, agentDir }) => {
      return { kind: "agent", path: agentDir, agent: id, isFile: false };
    }),
    ...agents.map(({ workspace }) => ({ kind: "workspace", path: workspace, isFile: false })),
  ];
}

/** A root that the configuration names, and what holds there. */
export interface ConfiguredRoot {
  root: HomeRoot;
  definition: ProfileRoot;
  config: ProfileConfig[];
  activates: ProfileActivation[];
}

/** Where the agent folders lie in a home that does not say otherwise. */
const AGENT_FOLDER = "agents/*/agent/";

function insideAgent(patterns: string[]): string[] {
  return patterns.filter((pattern) => pattern.startsWith(AGENT_FOLDER))
    .map((pattern) => pattern.slice(AGENT_FOLDER.length));
}

/** The rules of an agent's folder that lies elsewhere, as the profile has them for the home. */
function agentRules(profile: Profile, id: string) {
  const { exclude, restore_skip, nested = [], activates, config } = profile;
  const inside = <Rule extends { path: string; root?: string }>(rules: Rule[]): Rule[] =>
    rules.filter(({ root }) => !root).flatMap((rule) =>
      insideAgent([rule.path]).map((path) => ({ ...rule, path, root: id }))
    );
  return {
    definition: {
      exclude: { always: insideAgent(exclude.always), compact: insideAgent(exclude.compact) },
      restore_skip: insideAgent(restore_skip),
      nested: nested.flatMap((one) => insideAgent([one.path]).map((path) => ({ ...one, path }))),
    },
    activates: inside(activates),
    config: inside(config),
  };
}

/** What the main file starts is the same wherever it lies. */
function configActivates({ activates }: Profile, name: string, root: string): ProfileActivation[] {
  return activates.filter(({ path, keys }) => keys && path === "openclaw.json")
    .map((one) => ({ ...one, path: name, root }));
}

/** How to resolve the roots of a home. */
export interface RootOptions {
  /** Whether it is the user's own home, so that variables of the environment count. */
  isOwn: boolean;
  realPath(path: string): string;
}

/** What an OpenClaw home's configuration puts outside it, each part with its root's id. */
export function openClawRoots(
  host: Host,
  profile: Profile,
  home: string,
  { isOwn, realPath }: RootOptions,
): ConfiguredRoot[] {
  const { basename } = pathsOf(host.platform);
  const seen = new Set<string>([home]);
  const parts = partsOf(openClawPlaces(localOpenClaw(host, home, isOwn)))
    .map((part) => ({ ...part, name: basename(part.path), path: realPath(part.path) }))
    .filter(({ path }) => !isInside(path, home, host.platform))
    .filter(({ path }) => !seen.has(path) && seen.add(path));
  const outer = parts.filter(({ path }) =>
    !parts.some((other) => other.path !== path && isInside(path, other.path, host.platform))
  );
  const ids = rootIds(outer);
  return outer.map(({ kind, path, name, isFile }, index) => {
    const [id, rootKind] = [ids[index], isFile ? "file" as const : "folder" as const];
    const rules = kind === "agent" ? agentRules(profile, id) : undefined;
    const own: ProfileConfig[] = isFile ? [{ path: name, root: id, format: "json5" }] : [];
    return {
      root: { id, kind: rootKind, name, path },
      definition: { id, kind: rootKind, path, ...rules?.definition },
      config: [...own, ...rules?.config ?? []],
      activates: [
        ...rules?.activates ?? [],
        ...(kind === "config" ? configActivates(profile, name, id) : []),
      ],
    };
  });
}
