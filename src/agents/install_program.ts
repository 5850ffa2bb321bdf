/** The executable at a place of its own, on the user's PATH, and the names of older tools for it. */
import {
  ensureDir,
  type Host,
  LifeboatError,
  lstatIfThere,
  pathsOf,
  removeIfThere,
  sha256OfFile,
  variableOf,
} from "../base/mod.ts";
import type { InstallPlan, InstallStep } from "./install.ts";
import { putProgram } from "./put_program.ts";

/** Names that the program answers to as the original did. */
export const OLD_NAMES = ["agent-environment-backup", "codex-environment-backup"] as const;

/** Where the program lies once it is installed. */
export function installedProgram({ platform, userHome, env }: Host): string {
  const { join } = pathsOf(platform);
  if (platform !== "windows") return join(userHome, ".local", "bin", "lifeboat");
  const local = env.LOCALAPPDATA ?? join(userHome, "AppData", "Local");
  return join(local, "Programs", "lifeboat", "lifeboat.exe");
}

/** This executable. Throws `not_compiled` when there is none. */
export function requireExecutable({ executable }: Host): string {
  if (executable) return executable;
  throw new LifeboatError("refused", "not_compiled", "Only the compiled program can do this", {
    hint: "Build it with: deno task build",
  });
}

/** The executable that hooks and timers shall call: the installed one, else this one. Throws `not_compiled`. */
export function lastingProgram(host: Host): string {
  const path = installedProgram(host);
  return lstatIfThere(host.fs, path) ? path : requireExecutable(host);
}

/**
 * What putting this executable to its place would do.
 *
 * @param aliases names of older tools that shall start it too
 */
export function planProgram(host: Host, aliases: readonly string[]): InstallPlan {
  const source = requireExecutable(host);
  const path = installedProgram(host);
  const program: InstallStep = {
    what: "program",
    path,
    action: programAction(host, source, path),
    carryOut: () => putProgram(host, source, path),
  };
  const links = aliases.map((name) => aliasStep(host, path, name));
  return { steps: [program, ...links], next_steps: [...pathAdvice(host, path), ...kept(links)] };
}

function programAction({ fs }: Host, source: string, path: string): InstallStep["action"] {
  if (!lstatIfThere(fs, path)) return "create";
  const isSame = fs.realPath(source) === fs.realPath(path) ||
    sha256OfFile(fs, source) === sha256OfFile(fs, path);
  return isSame ? "unchanged" : "change";
}

function aliasPath({ platform }: Host, program: string, name: string): string {
  const { join, dirname, extname } = pathsOf(platform);
  return join(dirname(program), name + extname(program));
}

/** Whether what lies at the path is a name for the installed program. */
function isAlias({ fs, platform }: Host, program: string, path: string): boolean {
  const info = lstatIfThere(fs, path);
  if (info?.kind !== "symlink") {
    // Windows lets only some users make links: there it is a second name of the same file.
    return platform === "windows" && info?.kind === "file" &&
      lstatIfThere(fs, program) !== undefined &&
      sha256OfFile(fs, path) === sha256OfFile(fs, program);
  }
  return pathsOf(platform).resolve(path, "..", fs.readLink(path)) === program;
}

function aliasStep(host: Host, program: string, name: string): InstallStep {
  const path = aliasPath(host, program, name);
  const action = !lstatIfThere(host.fs, path)
    ? "create"
    : isAlias(host, program, path)
    ? "unchanged"
    : "kept";
  return { what: "program", path, action, carryOut: () => makeAlias(host, program, path) };
}

function makeAlias({ fs, platform }: Host, program: string, path: string): void {
  const { basename, dirname } = pathsOf(platform);
  ensureDir(fs, dirname(path), platform);
  if (platform === "windows") fs.hardLink(program, path);
  else fs.symlink(basename(program), path, "file");
}

function kept(links: InstallStep[]): string[] {
  return links.filter(({ action }) => action === "kept")
    .map(({ path }) => `${path} is another program, and stays. Remove it, and install again.`);
}

/** What to do where the shell would not find the program. */
function pathAdvice({ platform, env }: Host, program: string): string[] {
  const { dirname, delimiter } = pathsOf(platform);
  const folder = dirname(program);
  const folders = (variableOf(env, "PATH", platform) ?? "").split(delimiter);
  return folders.includes(folder) ? [] : [`Put this folder on your PATH: ${folder}`];
}

/** What taking the program away would do. Backups, snapshots and configuration stay. */
export function planProgramRemoval(host: Host): InstallPlan {
  const { fs, platform } = host;
  const program = installedProgram(host);
  const remove = (path: string): InstallStep => ({
    what: "program",
    path,
    action: "remove",
    carryOut: () => removeProgram(host, path),
  });
  const aliases = OLD_NAMES.map((name) => aliasPath(host, program, name))
    .filter((path) => isAlias(host, program, path));
  const paths = [
    ...aliases,
    ...[`${program}.old`, program].filter((path) => lstatIfThere(fs, path)),
  ];
  const runs = host.executable !== undefined && paths.includes(host.executable);
  const next_steps = platform === "windows" && runs
    ? [`Windows does not remove a running program. Delete this yourself: ${program}.removed`]
    : [];
  return { steps: paths.map(remove), next_steps };
}

function removeProgram({ fs, platform, executable }: Host, path: string): void {
  if (platform === "windows" && path === executable) return fs.rename(path, `${path}.removed`);
  removeIfThere(fs, path);
}
