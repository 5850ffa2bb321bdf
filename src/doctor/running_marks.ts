/** What an agent leaves in its home while it runs. */
import {
  errnoOf,
  type Host,
  lstatIfThere,
  pathsOf,
  readText,
  statIfThere,
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

/** What Claude Code 2.1.329 writes down of itself on Linux (tried): clock ticks since boot. */
function readProcStart(host: Host, path: string): string | undefined {
  try {
    const { procStart } = JSON.parse(readText(host.fs, path, MAX_BYTES));
    return typeof procStart === "string" && /^\d+$/.test(procStart) ? procStart : undefined;
  } catch {
    return undefined; // half written, or gone: its name and time tell enough
  }
}
