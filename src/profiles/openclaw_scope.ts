/** A part of an OpenClaw home: only its configuration, one agent, or all but the workspaces. */
import {
  type Host,
  isInside,
  LifeboatError,
  pathsOf,
  statIfThere,
  toSlashes,
} from "../base/mod.ts";
import { realPathOf } from "./real_path.ts";
import { localOpenClaw } from "./openclaw_config.ts";
import { openClawPlaces } from "./openclaw.ts";
import { agentParts } from "./openclaw_parts.ts";
import { type Home, HOME_ROOT, type HomeRoot, type ProfileRoot } from "./profile.ts";

/** Which part is meant. */
export interface HomeScope {
  /** The main file and what it includes. */
  onlyConfig?: boolean;
  /** One agent, with the configuration, by which it finds its places again. */
  agent?: string;
  noWorkspace?: boolean;
  /** Folders that are taken as well. */
  workspaces?: string[];
}

/** What of a home is left out, and why. */
export interface HomePart {
  /** What it is called where it is less than a home: `only-config`, `agent writer`. */
  name?: string;
  /** The one agent that is meant, whose rows are taken out of the database that all agents share. */
  agent?: string;
  /** The options that leave something out. */
  rules: string[];
  /** The option that leaves a path out, or nothing. */
  ruleFor(root: string, path: string): string | undefined;
}

/** Something below a root; empty for all of it. */
interface Place {
  root: string;
  path: string;
}

/**
 * The part of a home, with the roots that take part in it. Throws `usage` for another agent's home,
 * `no_such_agent`, `no_such_folder`.
 */
export function partOfHome(
  host: Host,
  home: Home,
  scope: HomeScope,
): { home: Home; part?: HomePart } {
  const { onlyConfig, agent, noWorkspace, workspaces = [] } = scope;
  if (!onlyConfig && !agent && !noWorkspace && workspaces.length === 0) return { home };
  if (home.profile.configured_roots !== "openclaw") {
    throw new LifeboatError(
      "refused",
      "usage",
      "Only a home of OpenClaw has agents and workspaces",
      {
        hint: "Say --profile openclaw.",
      },
    );
  }
  const extra = workspaces.flatMap((path) => extraRoot(host, home, path) ?? []);
  const whole = withRoots(home, extra);
  const locate = locatorOf(host, whole);
  const { taken, left, kept, name, rules } = placesOf(host, home, scope);
  const limits = {
    taken: taken && [
      ...taken.flatMap((path) => locate(path) ?? []),
      ...extra.map(({ id }) => ({ root: id, path: "" })),
    ],
    left: left.flatMap((path) => locate(path) ?? []),
    kept: kept.flatMap((path) => locate(path) ?? []),
  };
  const part: HomePart = {
    name,
    agent: onlyConfig ? undefined : agent?.toLowerCase(),
    rules,
    ruleFor: ruleOf(limits, rules),
  };
  const roots = whole.roots.filter(({ id, kind, name }) =>
    part.ruleFor(id, kind === "file" ? name : "") === undefined
  );
  return { home: { ...whole, roots }, part: rules.length > 0 ? part : undefined };
}

/**
 * Absolute paths: what alone is taken, if it is not everything, what is not, and what of that is taken
 * all the same. An agent's folder may lie in its workspace.
 */
function placesOf(host: Host, home: Home, { onlyConfig, agent, noWorkspace }: HomeScope) {
  const here = localOpenClaw(host, home.path, home.isOwn);
  const places = openClawPlaces(here);
  const config = [places.config.path, ...places.config.includes];
  const left = noWorkspace ? places.agents.map(({ workspace }) => workspace) : [];
  const kept = places.agents.map(({ agentDir }) => agentDir);
  const rules = noWorkspace ? ["--no-workspace"] : [];
  if (onlyConfig) {
    return { taken: config, left, kept, name: "only-config", rules: ["--only-config", ...rules] };
  }
  if (agent === undefined) return { left, kept, rules };
  const parts = agentParts(here, places, agent.toLowerCase());
  if (!parts) {
    const known = places.agents.map(({ id }) => id).join(", ");
    throw new LifeboatError("missing", "no_such_agent", `There is no agent "${agent}"`, {
      hint: `There are: ${known}.`,
    });
  }
  const taken = [...config, ...parts.map(({ path }) => path)];
  const ofAgent = [`--openclaw-agent ${agent}`, ...rules];
  return { taken, left, kept, name: `agent ${agent}`, rules: ofAgent };
}

/** A folder as a root of its own; nothing where it is taken anyway. */
function extraRoot(host: Host, home: Home, path: string): HomeRoot | undefined {
  const real = realPathOf(host, pathsOf(host.platform).resolve(path));
  if (statIfThere(host.fs, real)?.kind !== "directory") {
    throw new LifeboatError("refused", "no_such_folder", `${path} is no folder`, {
      hint: "Name the folder of a workspace.",
    });
  }
  const known = [home.path, ...home.roots.map((root) => root.path)];
  if (known.some((folder) => isInside(real, folder, host.platform))) return undefined;
  const name = pathsOf(host.platform).basename(real);
  const plain = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-").replaceAll(/^-|-$/g, "");
  return { id: `workspace-${plain.slice(0, 40) || "folder"}`, kind: "folder", name, path: real };
}

/** The home with further roots; of two with one id, the later gets a number. */
function withRoots(home: Home, extra: HomeRoot[]): Home {
  const roots = [...home.roots];
  for (const root of extra) {
    if (roots.some(({ path }) => path === root.path)) continue;
    let id = root.id;
    for (let n = 2; roots.some((one) => one.id === id); n++) id = `${root.id}-${n}`;
    root.id = id;
    roots.push(root);
  }
  const added = roots.slice(home.roots.length)
    .map(({ id, kind, path }): ProfileRoot => ({ id, kind, path }));
  return { ...home, roots, profile: { ...home.profile, roots: [...home.profile.roots, ...added] } };
}

function locatorOf(host: Host, home: Home): (path: string) => Place | undefined {
  const { platform } = host;
  const roots = [{ id: HOME_ROOT, kind: "folder", name: "", path: home.path }, ...home.roots];
  return (path) => {
    const real = realPathOf(host, path);
    const root = roots.find((one) => isInside(real, one.path, platform));
    if (!root) return undefined;
    if (root.kind === "file") return { root: root.id, path: root.name };
    return {
      root: root.id,
      path: toSlashes(pathsOf(platform).relative(root.path, real), platform),
    };
  };
}

function isBelow(path: string, folder: string): boolean {
  return folder === "" || path === folder || path.startsWith(`${folder}/`);
}

/** A folder on the way to something that is taken is taken as well, but not all in it. */
function ruleOf(
  { taken, left, kept }: { taken?: Place[]; left: Place[]; kept: Place[] },
  rules: string[],
): HomePart["ruleFor"] {
  return (root, path) => {
    const inRoot = (places: Place[]) => places.filter((place) => place.root === root);
    const leadsTo = (places: Place[]) =>
      inRoot(places).some((one) => isBelow(path, one.path) || isBelow(one.path, path));
    if (taken && !leadsTo(taken)) return rules[0];
    const isLeft = inRoot(left).some((one) => isBelow(path, one.path)) && !leadsTo(kept);
    return isLeft ? rules.at(-1) : undefined;
  };
}
