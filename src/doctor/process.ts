import type { Platform } from "../base/mod.ts";
import type { Profile } from "../profiles/mod.ts";

/** A process of this machine, as far as the system tells. */
export interface Process {
  pid: number;
  /** Not told on Windows. */
  parent?: number;
  /** The system's short name: `codex`, on Windows `codex.exe`. */
  name: string;
  /** Ms since 1970, to about a second; not told on Windows. */
  startedAtMs?: number;
  /** Linux: the start in clock ticks since boot, which two processes with one pid never share. */
  startTicks?: string;
}

/** A sign of a process at work in a home. */
export interface Sighting {
  /** Null where the system does not tell whose lock it is. */
  pid: number | null;
  why: "session_file" | "writer_lock" | "database_locked" | "open_file" | "process_name";
  /** Absolute; null where a name alone is the sign. */
  path: string | null;
}

/** A file whose lock tells that somebody is at work. */
export interface WatchedFile {
  kind: "writer_lock" | "database";
  path: string;
}

/** Looks a process up; nothing where there is none. */
export type ProcessLookup = (pid: number) => Process | undefined;

/** A process and all that started it. */
export function familyOf(pid: number, lookUp: ProcessLookup): Set<number> {
  const family = new Set<number>();
  for (let one: number | undefined = pid; one && !family.has(one); one = lookUp(one)?.parent) {
    family.add(one);
  }
  return family;
}

/** Linux cuts names of processes off after so many bytes. */
const LINUX_NAME_BYTES = 15;

/** Whether a process bears a name of the agent's own. */
export function isAgentName(profile: Profile, name: string, platform: Platform): boolean {
  if (platform === "windows") {
    const short = name.toLowerCase().replace(/\.exe$/, "");
    return profile.processes.some((known) => known.toLowerCase() === short);
  }
  return profile.processes.some((known) =>
    known === name || (platform === "linux" && known.slice(0, LINUX_NAME_BYTES) === name)
  );
}
