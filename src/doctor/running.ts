/** Is the agent that owns a home running? */
import { pid as ownPid } from "node:process";
import {
  checkInterrupt,
  type CommandRunner,
  describeError,
  type Host,
  isInside,
  pathsOf,
  runCommand,
  toSlashes,
  variableOf,
} from "../base/mod.ts";
import { compilePatterns, type Home, isActiveHome } from "../profiles/mod.ts";
import {
  familyOf,
  isAgentName,
  type Process,
  type ProcessLookup,
  type Sighting,
} from "./process.ts";
import { databasesIn, filesOpenOnLinux, linuxProcesses, locksOnLinux } from "./running_linux.ts";
import { liveGateways, liveSessions, locksOnWindows, writerLocksOf } from "./running_marks.ts";
import {
  LSOF_ARGS,
  parseLsof,
  parsePs,
  parseTasklist,
  PS_ARGS,
  TASKLIST_ARGS,
} from "./running_tools.ts";

/** Why a process counts as running, the surest sign first. */
const REASONS = ["session_file", "writer_lock", "database_locked", "open_file", "process_name"];

/** A process at work in a home. */
export interface RunningProcess extends Sighting {
  /** The process's own name; the agent's where the process is not known. */
  name: string;
  /** For a person. */
  message: string;
}

/** What a look around came to. */
export interface Running {
  running: RunningProcess[];
  /** What could not be looked at. */
  warnings: string[];
}

interface View {
  sightings: Sighting[];
  lookUp: ProcessLookup;
}

/**
 * The processes that are at work in a home, by the files they have open, the locks they hold, and the
 * marks of the agent itself. This process does not count, nor does what started it merely because it
 * has a file open (a shell may write its output there), unless it bears the agent's name.
 *
 * Throws only `interrupted`: what cannot be looked at is a warning.
 */
export async function findRunning(
  host: Host,
  home: Home,
  runner: CommandRunner = runCommand,
): Promise<Running> {
  try {
    return { running: judge(host, home, await look(host, home, runner)), warnings: [] };
  } catch (error) {
    checkInterrupt(host);
    const { name } = home.profile;
    const warning = `Whether ${name} is running could not be told: ${describeError(error)}`;
    return { running: [], warnings: [warning] };
  }
}

function look(host: Host, home: Home, runner: CommandRunner): View | Promise<View> {
  if (host.platform === "linux") return lookOnLinux(host, home);
  return host.platform === "darwin"
    ? lookOnMac(host, home, runner)
    : lookOnWindows(host, home, runner);
}

function lookOnLinux(host: Host, home: Home): View {
  const isOwn = ownPathsOf(host, home);
  const lookUp = linuxProcesses(host);
  const state = pathsOf("linux").join(home.path, "state"); // OpenClaw's
  const folders = [home.path, state, ...home.roots.map(({ path }) => path)];
  const databases = folders.flatMap((folder) => databasesIn(host, folder, isOwn));
  const sightings = [
    ...registered(host, home, lookUp),
    ...locksOnLinux(host, [...writerLocksOf(host, home), ...databases]),
    ...filesOpenOnLinux(host, isOwn),
  ];
  return { sightings, lookUp };
}

async function lookOnMac(host: Host, home: Home, runner: CommandRunner): Promise<View> {
  const listed = await output(host, runner, "/bin/ps", PS_ARGS, { LC_ALL: "C" });
  const lookUp = lookUpIn(parsePs(listed));
  const english = { LC_ALL: "en_US.UTF-8" };
  const files = await output(host, runner, "/usr/sbin/lsof", LSOF_ARGS, english);
  const open = parseLsof(files, ownPathsOf(host, home));
  return { sightings: [...registered(host, home, lookUp), ...open], lookUp };
}

/** What agents write down of their own processes. */
function registered(host: Host, home: Home, lookUp: ProcessLookup): Sighting[] {
  return [...liveSessions(host, home, lookUp), ...liveGateways(host, home, lookUp)];
}

/** Windows does not tell which files a process has open, so the agent's name has to do. */
async function lookOnWindows(host: Host, home: Home, runner: CommandRunner): Promise<View> {
  const root = variableOf(host.env, "SystemRoot", "windows") ?? "C:\\Windows";
  const tasklist = pathsOf("windows").join(root, "System32", "tasklist.exe");
  const processes = parseTasklist(
    await output(host, runner, tasklist, TASKLIST_ARGS, { SystemRoot: root }),
  );
  const lookUp = lookUpIn(processes);
  const named = processes
    .filter(({ name }) => isActiveHome(host, home) && isAgentName(home.profile, name, "windows"))
    .map(({ pid }): Sighting => ({ pid, why: "process_name", path: null }));
  const marks = [
    ...registered(host, home, lookUp),
    ...locksOnWindows(host, writerLocksOf(host, home)),
  ];
  return { sightings: [...marks, ...named], lookUp };
}

const TIMEOUT_MS = 20_000;
const MAX_OUTPUT_BYTES = 64 << 20;

async function output(
  host: Host,
  runner: CommandRunner,
  program: string,
  args: string[],
  env: Record<string, string>,
): Promise<string> {
  const { ended, code, stdout } = await runner({
    program,
    args,
    env,
    cwd: host.userHome,
    timeoutMs: TIMEOUT_MS,
    maxOutputBytes: MAX_OUTPUT_BYTES,
    signal: host.signal,
  });
  if (ended === "timeout") throw new Error(`${program} took too long`);
  // lsof also ends with 1 where it lists all but a few.
  if (stdout.trim() === "") throw new Error(`${program} listed nothing (${code})`);
  return stdout;
}

function lookUpIn(processes: Process[]): ProcessLookup {
  const known = new Map(processes.map((process) => [process.pid, process]));
  return (pid) => known.get(pid);
}

/** Says of an absolute path whether it lies in the home, or is the agent's in a root outside it. */
function ownPathsOf(host: Host, home: Home): (path: string) => boolean {
  const { platform } = host;
  const { relative } = pathsOf(platform);
  const checks = home.roots.map(({ id, path: root }) => {
    const only = home.profile.roots.find((one) => one.id === id)?.only;
    const matches = only && compilePatterns(only);
    return (path: string) =>
      isInside(path, root, platform) &&
      (!matches || matches(toSlashes(relative(root, path), platform), false) !== undefined);
  });
  return (path) => isInside(path, home.path, platform) || checks.some((check) => check(path));
}

function describe({ pid, why, path }: Sighting, name: string): string {
  const does = {
    session_file: `is registered in ${path}`,
    writer_lock: `holds ${path}`,
    database_locked: `is writing to ${path}`,
    open_file: `has ${path} open`,
    process_name: "is running",
  };
  return `${name}${pid === null ? "" : ` (pid ${pid})`} ${does[why]}`;
}

/** One entry for each process, with the surest sign of it. */
function judge(host: Host, home: Home, { sightings, lookUp }: View): RunningProcess[] {
  const family = familyOf(ownPid, lookUp);
  const found = new Map<number | string | null, RunningProcess>();
  const sorted = sightings.toSorted((a, b) => REASONS.indexOf(a.why) - REASONS.indexOf(b.why));
  for (const sighting of sorted) {
    const { pid, why, path } = sighting;
    const id = pid ?? path;
    const name = (pid !== null && lookUp(pid)?.name) || home.profile.name;
    const isBystander = why === "open_file" && pid !== null && family.has(pid) &&
      !isAgentName(home.profile, name, host.platform);
    if (pid === ownPid || isBystander || found.has(id)) continue;
    found.set(id, { pid, name, why, path, message: describe(sighting, name) });
  }
  return [...found.values()];
}
