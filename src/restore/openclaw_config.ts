/** The entry of an agent in OpenClaw's configuration here, changed where it stands. */
import JSON5 from "json5";
import {
  addJson5,
  addValue,
  type Host,
  isInside,
  parseJsonText,
  pathsOf,
  readText,
  statIfThere,
  toSlashes,
} from "../base/mod.ts";
import {
  type Home,
  HOME_ROOT,
  localOpenClaw,
  type OpenClawHome,
  type OpenClawPlaces,
  openClawPlaces,
  type Table,
  tableOf,
} from "../profiles/mod.ts";
import type { BackupPlace } from "./openclaw_backup.ts";

const MAX_CONFIG_BYTES = 4 << 20;

/** What OpenClaw is here. */
export interface OpenClawHere {
  home: OpenClawHome;
  places: OpenClawPlaces;
  /** Where its configuration lies; undefined where no root of the home holds it. */
  config: BackupPlace | undefined;
  /** Its text; undefined where there is none. */
  text: string | undefined;
}

/** Reads the configuration of the home that is restored. */
export function openClawHere(host: Host, home: Home): OpenClawHere {
  const here = localOpenClaw(host, home.path, home.isOwn);
  const places = openClawPlaces(here);
  const { path } = places.config;
  const isThere = statIfThere(host.fs, path)?.kind === "file";
  const text = isThere ? readText(host.fs, path, MAX_CONFIG_BYTES) : undefined;
  return { home: here, places, config: placeOf(host, home, path), text };
}

function placeOf(host: Host, home: Home, path: string): BackupPlace | undefined {
  const { relative } = pathsOf(host.platform);
  if (isInside(path, home.path, host.platform)) {
    return { root: HOME_ROOT, path: toSlashes(relative(home.path, path), host.platform) };
  }
  const root = home.roots.find((one) => one.id === "config");
  return root && { root: root.id, path: root.name };
}

/** Whether the configuration here has an agent. */
export function hasAgent({ places, text }: OpenClawHere, id: string): boolean {
  return text !== undefined && places.agents.some((agent) => agent.id === id);
}

/**
 * The configuration's text with an agent more, in the form that its roster has; everything else stays
 * as it is. Undefined where it cannot be changed without being written anew: the roster stands in an
 * included file, or is a list in JSON5 beyond comments and commas.
 */
export function withAgent(text: string | undefined, id: string, entry: Table): string | undefined {
  const own = text ?? "{}\n";
  const plain = tableOf(parseJsonText(own));
  const values = plain ?? tableOf(parseJson5(own));
  const agents = values && tableOf(values.agents ?? {});
  if (!agents || "$include" in agents) return undefined;
  if (Array.isArray(agents.list) && !agents.entries) {
    const path = ["agents", "list", agents.list.length];
    return plain && addValue(own, path, { id, ...entry }, true);
  }
  const add = plain ? addValue : addJson5;
  // The one agent that need not be named has to be, once another one is.
  const isFirst = agents.entries === undefined && text !== undefined && id !== "main";
  const base = isFirst ? add(own, ["agents", "entries", "main"], {}) : own;
  const entries = isFirst ? { main: {} } : tableOf(agents.entries) ?? {};
  return ownershipOf(agents, entries).reduce(
    (after, { path, value }) => add(after, path, value),
    add(base, ["agents", "entries", id], entry),
  );
}

/**
 * What OpenClaw sets itself when an agent is added: it refuses a map of several that says neither which
 * is the default nor that there is none, and what fell to the only one stays with it (tried).
 */
function ownershipOf(agents: Table, entries: Table): { path: string[]; value: unknown }[] {
  const before = Object.keys(entries);
  const hasDefault = Object.values(entries).some((one) => tableOf(one)?.default === true);
  if (before.length === 0 || hasDefault || agents.ownership !== undefined) return [];
  const defaults = tableOf(agents.defaults);
  const only = before.length === 1 ? ["systemAgent", "heartbeat"] : [];
  return [
    { path: ["agents", "ownership"], value: "explicit" },
    ...only.filter((key) => tableOf(defaults?.[key])?.agentId === undefined)
      .map((key) => ({ path: ["agents", "defaults", key, "agentId"], value: before[0] })),
  ];
}

function parseJson5(text: string): unknown {
  try {
    return JSON5.parse(text);
  } catch {
    return undefined;
  }
}
