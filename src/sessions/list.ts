import { expandHome, type Host, matchGlobs, pathsOf } from "../base/mod.ts";
import {
  childrenOf,
  failuresOf,
  itemOf,
  lastActive,
  type SessionItem,
  type SourceItem,
  sourceItem,
} from "./item.ts";
import type { Failure, SessionSource, StoredTranscript } from "./source.ts";
import { type Depth, survey, type Surveyed } from "./survey.ts";

/** Which conversations are meant. */
export interface SessionFilter {
  /** A glob on the project's folder: a name, or an absolute path; `.` is the current folder. */
  project?: string;
  /** Only those taken up since, ms since 1970. */
  sinceMs?: number;
  /** Only so many, those last taken up. */
  limit?: number;
}

/** What `sessions list` gives back. */
export interface SessionsReport {
  ok: boolean;
  sources: SourceItem[];
  /** Those last taken up first. */
  sessions: SessionItem[];
  errors: Failure[];
}

/** A transcript holds no line later than its file's time, but clocks differ. */
const SLACK_MS = 86_400_000;

function matchProject(host: Host, glob: string): (project: string) => boolean {
  const { resolve } = pathsOf(host.platform);
  const named = /^\.{1,2}($|[\\/])/.test(glob)
    ? resolve(glob)
    : expandHome(glob, host.userHome, host.platform);
  // A project may lie on another system, so both kinds of slashes count everywhere.
  const matches = matchGlobs([named.replaceAll("\\", "/")]);
  return (project) => matches(project.replaceAll("\\", "/").replace(/^\//, ""));
}

/** Says of a conversation whether it is meant, once it has been read. */
export function meant(host: Host, filter: SessionFilter): (one: Surveyed) => boolean {
  const { project, sinceMs } = filter;
  const isProject = project === undefined ? undefined : matchProject(host, project);
  return (one) => {
    if (sinceMs !== undefined && lastActive(one) < sinceMs) return false;
    return !isProject || (one.facts?.cwd !== undefined && isProject(one.facts.cwd));
  };
}

/** Of a rollout that is not shown, only the head matters: whose sub-agent it is. */
export function unshownDepth({ agent }: StoredTranscript): Depth {
  return agent === "codex" ? "head" : "none";
}

/** Whether a transcript may have been taken up at or after a time, as far as its file's time tells. */
export function mayReach({ mtimeMs }: StoredTranscript, sinceMs: number | undefined): boolean {
  return sinceMs === undefined || mtimeMs === undefined || mtimeMs + SLACK_MS >= sinceMs;
}

/** Those last taken up first. */
export function latestFirst(a: Surveyed, b: Surveyed): number {
  return lastActive(b) - lastActive(a) || (a.transcript.id < b.transcript.id ? -1 : 1);
}

/** Keeps count of the latest: what is older than the last of them need not be read. */
function createLatest(limit: number) {
  let times: number[] = [];
  return {
    add(time: number): void {
      times = [...times, time].sort((a, b) => b - a).slice(0, limit);
    },
    threshold: () => times.length < limit ? undefined : times.at(-1),
  };
}

/** The conversations of homes or backups. Throws `interrupted`, and what opening a backup throws. */
export async function listSessions(
  host: Host,
  sources: SessionSource[],
  filter: SessionFilter = {},
): Promise<SessionsReport> {
  const isMeant = meant(host, filter);
  const latest = createLatest(filter.limit ?? Infinity);
  const all = await survey(host, sources, {
    depthOf: (transcript) =>
      mayReach(transcript, filter.sinceMs) && mayReach(transcript, latest.threshold())
        ? "whole"
        : unshownDepth(transcript),
    done: (one) => isMeant(one) && filter.limit !== undefined && latest.add(lastActive(one)),
  });
  const shown = all.filter((one) => (one.whole || one.error) && isMeant(one))
    .sort(latestFirst).slice(0, filter.limit);
  return reportOf(host, sources, all, shown);
}

/** The report on what was read and what of it is shown. */
export function reportOf(
  host: Host,
  sources: SessionSource[],
  all: Surveyed[],
  shown: Surveyed[],
): SessionsReport {
  const children = childrenOf(all);
  const sessions = shown.map((one) => itemOf(host, one, children.get(one.transcript.id)));
  // After the items: looking for sub-agents may fail, too.
  const errors = failuresOf(sources, all);
  return { ok: errors.length === 0, sources: sources.map(sourceItem), sessions, errors };
}
