/** What an agent leaves in its home while it runs. */
import {
  errnoOf,
  type Host,
  isInside,
  lstatIfThere,
  pathsOf,
  readText,
  statIfThere,
  variableOf,
  withFile,
} from "../base/mod.ts";
import type { Home } from "../profiles/mod.ts";
import {
  isAgentName,
  type Process,
  type ProcessLookup,
  type Sighting,
  type WatchedFile,
} from "./process.ts";

const MAX_BYTES = 64 << 10;

function filesIn(host: Host, folder: string, wanted: RegExp): string[] {
  if (statIfThere(host.fs, folder)?.kind !== "directory") return [];
  const { join } = pathsOf(host.platform);
  return host.fs.list(folder).entries
    .filter(({ name, kind }) => kind === "file" && wanted.test(name))
    .map(({ name }) => join(folder, name));
}

/** The locks of Codex, each held while a process has its conversation open (agent-homes.md, 1). */
export function writerLocksOf(host: Host, home: Home): WatchedFile[] {
  if (home.profile.transcripts !== "codex") return [];
  const folder = pathsOf(host.platform).join(home.path, "thread-writer-locks");
  return filesIn(host, folder, /\.lock$/).map((path) => ({ kind: "writer_lock", path }));
}

/** Windows: a file that another process has locked cannot be read; whose it is, is not told. */
export function locksOnWindows(host: Host, files: WatchedFile[]): Sighting[] {
  return files.filter(({ path }) => {
    try {
      withFile(host.fs.open(path), (file) => file.read(new Uint8Array(1)));
      return false;
    } catch (error) {
      return errnoOf(error) === "EBUSY"; // ERROR_LOCK_VIOLATION, ERROR_SHARING_VIOLATION
    }
  }).map(({ path }) => ({ pid: null, why: "writer_lock", path }));
}

/** The `sessions/<pid>.json` of Claude Code whose process is there; a crash leaves them behind. */
export function liveSessions(host: Host, home: Home, lookUp: ProcessLookup): Sighting[] {
  if (home.profile.transcripts !== "claude-code") return [];
  const { join, basename } = pathsOf(host.platform);
  return filesIn(host, join(home.path, "sessions"), /^\d+\.json$/).flatMap((path) => {
    const pid = parseInt(basename(path));
    const process = lookUp(pid);
    if (!process || !isProcessOf(host, home, path, process)) return [];
    return [{ pid, why: "session_file", path }];
  });
}

/** A clock that was set, and times that are told in whole seconds, ms. */
const SLACK_MS = 5_000;

/** Programs that run an agent which was installed by npm. */
const RUNTIMES = /^(?:node|bun|deno)(?:\.exe)?$/i;

/** Whether a process is the one that wrote the file, not a later one that got the same pid. */
function isProcessOf(host: Host, home: Home, path: string, process: Process): boolean {
  const { name, startedAtMs, startTicks } = process;
  const procStart = readProcStart(host, path);
  if (startTicks !== undefined && procStart !== undefined) return procStart === startTicks;
  if (startedAtMs === undefined) {
    return isAgentName(home.profile, name, host.platform) || RUNTIMES.test(name);
  }
  const written = lstatIfThere(host.fs, path)?.mtimeMs;
  return written !== undefined && startedAtMs <= written + SLACK_MS;
}

/** What OpenClaw's gateway writes of itself (tried: 2026.9.6). */
interface GatewayLock {
  pid?: unknown;
  configPath?: unknown;
  stateDir?: unknown;
}

function readGatewayLock(host: Host, path: string): GatewayLock | undefined {
  try {
    return JSON.parse(readText(host.fs, path, MAX_BYTES)) ?? undefined;
  } catch {
    return undefined; // half written, or gone
  }
}

/** Where gateways put their locks: below the state folder, and before that in the system's (facts A1). */
function lockFolders(host: Host, home: Home): string[] {
  const { join } = pathsOf(host.platform);
  const temp = variableOf(host.env, "TMPDIR", host.platform) ??
    variableOf(host.env, "TEMP", host.platform) ??
    (host.platform === "windows" ? undefined : "/tmp");
  return [join(home.path, "tmp"), ...(temp ? [temp] : [])].flatMap((folder) => {
    try {
      if (statIfThere(host.fs, folder)?.kind !== "directory") return [];
      return host.fs.list(folder).entries.filter(({ name }) => /^openclaw(?:-\d+)?$/.test(name))
        .map(({ name }) => join(folder, name));
    } catch {
      return [];
    }
  });
}

/** The gateways of OpenClaw that are registered for this home and whose process is there. */
export function liveGateways(host: Host, home: Home, lookUp: ProcessLookup): Sighting[] {
  if (home.profile.configured_roots !== "openclaw") return [];
  const isOfHome = (path: unknown) =>
    typeof path === "string" && isInside(path, home.path, host.platform);
  return lockFolders(host, home).flatMap((folder) =>
    filesIn(host, folder, /^gateway\..*lock$/).flatMap((path): Sighting[] => {
      const { pid, configPath, stateDir } = readGatewayLock(host, path) ?? {};
      if (typeof pid !== "number" || !(isOfHome(stateDir) || isOfHome(configPath))) return [];
      const process = lookUp(pid);
      if (!process || !isProcessOf(host, home, path, process)) return [];
      return [{ pid, why: "session_file", path }];
    })
  );
}

/** What agents write down of themselves on Linux (tried): clock ticks since boot. */
function readProcStart(host: Host, path: string): string | undefined {
  try {
    const { procStart, startTime } = JSON.parse(readText(host.fs, path, MAX_BYTES));
    if (Number.isSafeInteger(startTime)) return String(startTime);
    return typeof procStart === "string" && /^\d+$/.test(procStart) ? procStart : undefined;
  } catch {
    return undefined; // half written, or gone: its name and time tell enough
  }
}
