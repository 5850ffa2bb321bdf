/** Other programs: where they lie, and how each is started. */
import { statIfThere } from "./files.ts";
import type { FileSystem } from "./fs.ts";
import { type Env, pathsOf, type Platform } from "./paths.ts";

/** A variable; on Windows its name has no case. */
export function variableOf(env: Env, name: string, platform: Platform): string | undefined {
  if (platform !== "windows") return env[name];
  const wanted = name.toUpperCase();
  return Object.entries(env).find(([key]) => key.toUpperCase() === wanted)?.[1];
}

/** What Windows can start by itself, and what `cmd.exe` can. */
const STARTABLE = [".com", ".exe", ".bat", ".cmd"];

function extensionsOf(env: Env): string[] {
  const known = (variableOf(env, "PATHEXT", "windows") ?? "").toLowerCase().split(";");
  const usable = known.filter((extension) => STARTABLE.includes(extension));
  return usable.length > 0 ? usable : STARTABLE;
}

/**
 * The paths at which a program of a name would be, in the order they are tried. Entries of PATH that
 * are not absolute are left out: they would lead into whatever folder the user stands in.
 */
export function commandCandidates(name: string, env: Env, platform: Platform): string[] {
  const { join, isAbsolute, delimiter } = pathsOf(platform);
  const folders = (variableOf(env, "PATH", platform) ?? "").split(delimiter)
    .map((folder) => platform === "windows" ? folder.replaceAll('"', "") : folder)
    .filter(isAbsolute);
  const hasExtension = STARTABLE.some((extension) => name.toLowerCase().endsWith(extension));
  const extensions = platform === "windows" && !hasExtension ? extensionsOf(env) : [""];
  return folders.flatMap((folder) => extensions.map((end) => join(folder, name + end)));
}

/** The program that a name stands for, or nothing. */
export function findCommand(
  fs: FileSystem,
  name: string,
  env: Env,
  platform: Platform,
): string | undefined {
  return commandCandidates(name, env, platform).find((path) => {
    try {
      const info = statIfThere(fs, path);
      return info?.kind === "file" && (platform === "windows" || (info.mode & 0o111) !== 0);
    } catch {
      // A folder in PATH that may not be searched holds nothing that could be run.
      return false;
    }
  });
}

/** What is really started for a program. */
export interface Invocation {
  program: string;
  args: string[];
  /** The arguments are one command line as they stand (Windows). */
  raw: boolean;
}

/**
 * How a program is started. A Windows batch file (every program that npm installs has one) needs
 * `cmd.exe`, which gives `%`, `&`, `"` and others a meaning that no quoting takes away; so only plain
 * arguments are handed to it, and nothing is returned for others.
 */
export function invocationOf(
  program: string,
  args: string[],
  env: Env,
  platform: Platform,
): Invocation | undefined {
  if (platform !== "windows" || !/\.(?:bat|cmd)$/i.test(program)) {
    return { program, args, raw: false };
  }
  if (/["%\r\n]/.test(program) || !args.every((arg) => /^[\w.:=/-]+$/.test(arg))) return undefined;
  const root = variableOf(env, "SystemRoot", platform) ?? "C:\\Windows";
  return {
    program: pathsOf(platform).join(root, "System32", "cmd.exe"),
    args: ["/d", "/v:off", "/s", "/c", `"${[`"${program}"`, ...args].join(" ")}"`],
    raw: true,
  };
}
