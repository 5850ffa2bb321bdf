import { parse } from "smol-toml";
import {
  expandHome,
  type Host,
  isInside,
  LifeboatError,
  pathsOf,
  readText,
  statIfThere,
} from "../base/mod.ts";
import { indexedRoots } from "./indexed.ts";
import { type ConfiguredRoot, openClawRoots } from "./openclaw.ts";
import { variableIn } from "./openclaw_config.ts";
import { type Home, HOME_ROOT, type HomeRoot, type Profile, type ProfileRoot } from "./profile.ts";
import { realPathOf } from "./real_path.ts";

const MAX_CONFIG_BYTES = 4 << 20;

/** How a home is chosen. */
export interface HomeOptions {
  /** `--home`; comes before everything else. */
  home?: string;
  /** `--with-roots`: the roots outside take part although the home is named. */
  withRoots?: boolean;
}

function absolute(host: Host, path: string, userHome = host.userHome): string {
  return pathsOf(host.platform).resolve(expandHome(path, userHome, host.platform));
}

/** What a profile takes for the user's home. */
function userHomeFor(host: Host, { home }: Profile): string {
  const named = home.user_home && variableIn(host, home.user_home);
  return named ? absolute(host, named) : host.userHome;
}

/** The default place, of the named home if one is named, or an older one that is still in use. */
function defaultPath(host: Host, { home }: Profile, userHome: string): string {
  const name = home.named && variableIn(host, home.named);
  if (name && name.toLowerCase() !== "default") return `${home.default}-${name}`;
  const isThere = (path: string) => statIfThere(host.fs, absolute(host, path, userHome));
  return isThere(home.default) ? home.default : home.legacy?.find(isThere) ?? home.default;
}

/** What a variable names, and what follows it: `XDG_DATA_HOME/goose`; nothing where it is not set. */
function placeIn(host: Host, place: string): string | undefined {
  const [name, ...below] = place.split("/");
  // The agents take an empty variable for one that is not set.
  const value = variableIn(host, name);
  return value && pathsOf(host.platform).join(value, ...below);
}

function ownPath(host: Host, profile: Profile): string {
  const userHome = userHomeFor(host, profile);
  const named = profile.home.env.map((place) => placeIn(host, place)).find(Boolean);
  return absolute(host, named ?? defaultPath(host, profile, userHome), userHome);
}

/** What a key in a TOML file of the home says; nothing when the file or the key cannot be read. */
function configured(host: Host, home: string, config: ProfileRoot["config"]): string | undefined {
  if (!config) return undefined;
  const { join, resolve } = pathsOf(host.platform);
  try {
    const value = parse(readText(host.fs, join(home, config.file), MAX_CONFIG_BYTES))[config.key];
    if (typeof value !== "string" || value === "") return undefined;
    return resolve(home, expandHome(value, host.userHome, host.platform));
  } catch {
    // Where a broken configuration points cannot be known; the doctor reports the file itself.
    return undefined;
  }
}

function resolveRoot(host: Host, root: ProfileRoot, home: string): HomeRoot | undefined {
  if (root.unless_env && host.env[root.unless_env]) return undefined;
  const path = configured(host, home, root.config) || (root.env && placeIn(host, root.env)) ||
    root.path;
  if (!path) return undefined;
  const named = absolute(host, path);
  return {
    id: root.id,
    kind: root.kind,
    name: pathsOf(host.platform).basename(named),
    path: realPathOf(host, named),
  };
}

/** The roots that lie outside the home: one inside is captured with it. */
function outsideRoots(
  host: Host,
  profile: Profile,
  home: string,
  configured: ConfiguredRoot[],
): HomeRoot[] {
  return profile.roots
    .map((root) => resolveRoot(host, root, home))
    .filter((root) => root !== undefined)
    .filter((root) => !isInside(root.path, home, host.platform))
    .concat(configured.map(({ root }) => root));
}

/** The profile with what it says of the roots that the home's configuration names. */
function withConfigured(profile: Profile, configured: ConfiguredRoot[]): Profile {
  if (configured.length === 0) return profile;
  return {
    ...profile,
    roots: [...profile.roots, ...configured.map(({ definition }) => definition)],
    config: [...profile.config, ...configured.flatMap(({ config }) => config)],
    activates: [...profile.activates, ...configured.flatMap(({ activates }) => activates)],
  };
}

/**
 * Where a home lies: `--home`, then the environment, then the profile's default. It need not exist.
 */
export function resolveHome(host: Host, profile: Profile, options: HomeOptions = {}): Home {
  const isOwn = !options.home;
  const path = realPathOf(host, absolute(host, options.home || ownPath(host, profile)));
  const realPath = (one: string) => realPathOf(host, one);
  const configured = profile.configured_roots
    ? openClawRoots(host, profile, path, { isOwn, realPath })
    : profile.index
    ? indexedRoots(host, profile.index, path, realPath)
    : [];
  const outside = outsideRoots(host, profile, path, configured);
  const takePart = isOwn || options.withRoots === true;
  return {
    profile: withConfigured(profile, configured),
    path,
    isOwn,
    roots: takePart ? outside : [],
    rootsLeftOut: takePart ? [] : outside,
  };
}

/** Whether the agent itself uses this home, however it was named. */
export function isActiveHome(host: Host, home: Home): boolean {
  return home.isOwn || resolveHome(host, home.profile).path === home.path;
}

/** All roots that take part: the home itself, then those outside. */
export function rootsOf(host: Host, home: Home): HomeRoot[] {
  const name = pathsOf(host.platform).basename(home.path);
  return [{ id: HOME_ROOT, kind: "folder", name, path: home.path }, ...home.roots];
}

/** Whether there is something where the home should be. */
export function homeExists(host: Host, home: Home): boolean {
  return statIfThere(host.fs, home.path) !== undefined;
}

/** Throws `no_such_home` when there is none, `home_is_a_file` when it is no folder. */
export function requireHome(host: Host, home: Home): void {
  const { name } = home.profile;
  const info = statIfThere(host.fs, home.path);
  if (!info) {
    throw new LifeboatError("missing", "no_such_home", `There is no ${name} home: ${home.path}`, {
      hint: `Start ${name} once, or name its home with --home.`,
    });
  }
  if (info.kind !== "directory") {
    throw new LifeboatError("refused", "home_is_a_file", `${home.path} is no folder`, {
      hint: `Name the home folder of ${name} with --home.`,
    });
  }
}
