import * as posix from "node:path/posix";
import * as win32 from "node:path/win32";

/** The systems Lifeboat runs on. */
export type Platform = "linux" | "darwin" | "windows";

/** The environment variables of a process. */
export type Env = Readonly<Record<string, string | undefined>>;

/** The path functions of a platform, which need not be the one this runs on. */
export function pathsOf(platform: Platform): typeof posix {
  return platform === "windows" ? win32 as typeof posix : posix;
}

/** The user's home folder; throws nothing, but is empty where the environment names none. */
export function userHomeOf(env: Env, platform: Platform): string {
  if (platform !== "windows") return env.HOME ?? "";
  return env.USERPROFILE ?? `${env.HOMEDRIVE ?? ""}${env.HOMEPATH ?? ""}`;
}

/** Replaces a leading `~` by the user's home folder. */
export function expandHome(path: string, userHome: string, platform: Platform): string {
  if (path === "~") return userHome;
  return /^~[\\/]/.test(path) ? pathsOf(platform).join(userHome, path.slice(2)) : path;
}

/** The folders in which Lifeboat keeps its own things (contract.md, "Configuration"). */
export interface OwnFolders {
  config: string;
  state: string;
  cache: string;
}

/** Where Lifeboat's own folders lie for a user. */
export function ownFolders(env: Env, userHome: string, platform: Platform): OwnFolders {
  const { join } = pathsOf(platform);
  if (platform === "windows") {
    const roaming = env.APPDATA ?? join(userHome, "AppData", "Roaming");
    const local = join(env.LOCALAPPDATA ?? join(userHome, "AppData", "Local"), "lifeboat");
    return {
      config: join(roaming, "lifeboat"),
      state: join(local, "state"),
      cache: join(local, "cache"),
    };
  }
  const folder = (variable: string, ...fallback: string[]) =>
    join(env[variable] || join(userHome, ...fallback), "lifeboat");
  return {
    config: folder("XDG_CONFIG_HOME", ".config"),
    state: folder("XDG_STATE_HOME", ".local", "state"),
    cache: folder("XDG_CACHE_HOME", ".cache"),
  };
}

/** Whether a path is a folder or lies below it. Both absolute and normal; Windows ignores case. */
export function isInside(path: string, folder: string, platform: Platform): boolean {
  const { relative, isAbsolute } = pathsOf(platform);
  const way = relative(folder, path);
  return way === "" || (way !== ".." && !/^\.\.[\\/]/.test(way) && !isAbsolute(way));
}

/** A relative path of this platform with forward slashes, as manifests and archives have it. */
export function toSlashes(path: string, platform: Platform): string {
  return platform === "windows" ? path.replaceAll("\\", "/") : path;
}

const WINDOWS_RESERVED = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(\.|$)/i;

function windowsSegmentFault(segment: string): string | undefined {
  // deno-lint-ignore no-control-regex -- these are the characters that Windows refuses
  if (/[<>:"|?*\\\x00-\x1f]/.test(segment)) return "a character that Windows does not allow";
  if (/[. ]$/.test(segment)) return "a trailing dot or space";
  return WINDOWS_RESERVED.test(segment.trimEnd()) ? "a reserved device name" : undefined;
}

/**
 * Why a relative path out of an archive, manifest or journal must not be written, or undefined when
 * it may. Paths have forward slashes; a name may hold anything else that the platform allows.
 */
export function relativePathFault(path: string, platform: Platform): string | undefined {
  if (path === "") return "an empty path";
  if (path.includes("\0")) return "a NUL character";
  if (path.startsWith("/")) return "an absolute path";
  if (!path.isWellFormed()) return "characters that are not Unicode";
  for (const segment of path.split("/")) {
    if (segment === "" || segment === "." || segment === "..") return `a "${segment}" segment`;
    const fault = platform === "windows" ? windowsSegmentFault(segment) : undefined;
    if (fault) return fault;
  }
  return undefined;
}
