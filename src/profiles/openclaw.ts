/** Where OpenClaw's configuration puts things outside its state folder (facts A1). */
import { expandHome, type Host, isInside, pathsOf } from "../base/mod.ts";
import {
  type OpenClawConfig,
  readOpenClawConfig,
  type Table,
  tableOf,
  variableIn,
} from "./openclaw_config.ts";
import type {
  HomeRoot,
  Profile,
  ProfileConfig,
  ProfileExclusions,
  ProfileRoot,
} from "./profile.ts";
import { openClawRootIds, type OutsidePart } from "./root_ids.ts";

/** An agent of an OpenClaw home. */
export interface OpenClawAgent {
  id: string;
  /** Absolute. */
  workspace: string;
  agentDir: string;
}

/** What a home's configuration says of places. */
export interface OpenClawPlaces {
  config: OpenClawConfig;
  agents: OpenClawAgent[];
  /** Where credentials lie, when that is not in the home. */
  credentials?: string;
}

function textIn(table: Table | undefined, key: string): string | undefined {
  const value = table?.[key];
  return typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;
}

/** An agent's entry, and the id under which it stands. */
type Entry = [id: string, entry: Table];

/** Both forms of the roster: the map of today, and the list of before. */
function entriesOf(agents: Table | undefined): Entry[] {
  const map = tableOf(agents?.entries);
  const list = Array.isArray(agents?.list) ? agents.list : [];
  const entries: Entry[] = map
    ? Object.entries(map).map(([id, entry]) => [id, tableOf(entry) ?? {}])
    : list.map((entry) => [textIn(tableOf(entry), "id") ?? "", tableOf(entry) ?? {}]);
  const named = entries.map(([id, entry]): Entry => [id.trim().toLowerCase(), entry]);
  // An id is a folder's name: anything else is not one of OpenClaw's.
  const usable = named.filter(([id]) => /^[a-z0-9][a-z0-9_-]*$/.test(id));
  return usable.length > 0 ? usable : [["main", {}]];
}

/** The agent to which what belongs to none of them falls. */
function ownerOf(entries: Entry[]): string {
  const marked = entries.find(([, entry]) => entry.default === true);
  const main = entries.find(([id]) => id === "main");
  return (marked ?? main ?? entries[0])[0];
}

/** Reads where a home's agents, workspaces and credentials lie. */
export function openClawPlaces(host: Host, home: string, isOwn: boolean): OpenClawPlaces {
  const { join, resolve } = pathsOf(host.platform);
  const config = readOpenClawConfig(host, home, isOwn);
  const agents = tableOf(config.values?.agents);
  const entries = entriesOf(agents);
  const owner = ownerOf(entries);

  /** With variables put in; nothing where one of them is not set. */
  function place(text: string | undefined): string | undefined {
    if (text === undefined) return undefined;
    const isSet = [...text.matchAll(/\$\{(\w+)\}/g)].every(([, name]) => host.env[name]);
    const filled = text.replaceAll(/\$\{(\w+)\}/g, (_, name) => host.env[name] ?? "");
    return isSet ? resolve(expandHome(filled, host.userHome, host.platform)) : undefined;
  }

  const ofAll = place(textIn(tableOf(agents?.defaults), "workspace"));
  const ofOwner = (isOwn && place(variableIn(host, "OPENCLAW_WORKSPACE_DIR"))) ||
    join(home, "workspace");
  const workspaceOf = (id: string) =>
    id === owner ? ofAll ?? ofOwner : ofAll ? join(ofAll, id) : join(home, `workspace-${id}`);
  return {
    config,
    agents: entries.map(([id, entry]) => ({
      id,
      workspace: place(textIn(entry, "workspace")) ?? workspaceOf(id),
      agentDir: place(textIn(entry, "agentDir")) ?? join(home, "agents", id, "agent"),
    })),
    credentials: isOwn ? place(variableIn(host, "OPENCLAW_OAUTH_DIR")) : undefined,
  };
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
}

/** What is left out of an agent's folder wherever it lies, as the profile says it of the home. */
function agentExclusions({ exclude }: Profile): ProfileExclusions {
  const prefix = "agents/*/agent/";
  const inside = (patterns: string[]) =>
    patterns.filter((pattern) => pattern.startsWith(prefix)).map((pattern) =>
      pattern.slice(prefix.length)
    );
  return { always: inside(exclude.always), compact: inside(exclude.compact) };
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
  const parts = partsOf(openClawPlaces(host, home, isOwn))
    .map((part) => ({ ...part, name: basename(part.path), path: realPath(part.path) }))
    .filter(({ path }) => !isInside(path, home, host.platform))
    .filter(({ path }) => !seen.has(path) && seen.add(path));
  const outer = parts.filter(({ path }) =>
    !parts.some((other) => other.path !== path && isInside(path, other.path, host.platform))
  );
  const ids = openClawRootIds(outer);
  return outer.map(({ kind, path, name, isFile }, index) => {
    const [id, rootKind] = [ids[index], isFile ? "file" as const : "folder" as const];
    const exclude = kind === "agent" ? agentExclusions(profile) : undefined;
    return {
      root: { id, kind: rootKind, name, path },
      definition: { id, kind: rootKind, path, exclude },
      config: isFile ? [{ path: name, root: id, format: "json5" }] : [],
    };
  });
}
