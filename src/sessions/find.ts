import { checkInterrupt, type Host, lstatIfThere, pathsOf, statIfThere } from "../base/mod.ts";
import type { Home } from "../profiles/mod.ts";
import {
  subAgentAt,
  subAgentFolder,
  type TranscriptAgent,
  transcriptAt,
  type TranscriptName,
} from "./layout.ts";

/** A conversation as a file of the home; nothing of its text. */
export interface Transcript extends TranscriptName {
  /** Below the home, forward slashes. */
  path: string;
  /** Size as it lies there, compressed or not. */
  bytes: number;
  /** ms since 1970. */
  mtimeMs: number;
}

/** Told of each folder that could not be listed, and of each file that could not be looked at. */
export type Unreadable = (path: string, error: unknown) => void;

/** A search through one home. */
interface Search {
  host: Host;
  home: Home;
  unreadable: Unreadable;
}

function absolute({ host, home }: Search, path: string): string {
  return pathsOf(host.platform).join(home.path, ...path.split("/"));
}

/** The names in a folder, or none where it cannot be listed. */
function entriesOf(search: Search, folder: string) {
  checkInterrupt(search.host);
  try {
    return search.host.fs.list(absolute(search, folder)).entries;
  } catch (error) {
    search.unreadable(folder, error);
    return [];
  }
}

function* filesBelow(search: Search, folder: string): Generator<string> {
  for (const { name, kind } of entriesOf(search, folder)) {
    const path = `${folder}/${name}`;
    if (kind === "directory") yield* filesBelow(search, path);
    else if (kind === "file") yield path;
  }
}

/** A top folder may be a link to another place; the agents follow it. */
function isFolder(search: Search, path: string): boolean {
  try {
    return statIfThere(search.host.fs, absolute(search, path))?.kind === "directory";
  } catch (error) {
    search.unreadable(path, error);
    return false;
  }
}

function describe(search: Search, agent: TranscriptAgent, path: string): Transcript | undefined {
  const name = transcriptAt(agent, path);
  if (!name) return undefined;
  try {
    const info = lstatIfThere(search.host.fs, absolute(search, path));
    if (info?.kind !== "file") return undefined;
    return { ...name, path, bytes: info.size, mtimeMs: info.mtimeMs };
  } catch (error) {
    search.unreadable(path, error);
    return undefined;
  }
}

/** Where a rollout lies there plain and compressed, the plain one is the rollout (agent-homes.md 1.5). */
function* findRollouts(search: Search): Generator<Transcript> {
  for (const folder of ["sessions", "archived_sessions"]) {
    if (!isFolder(search, folder)) continue;
    let plain = "";
    for (const path of filesBelow(search, folder)) {
      if (path === `${plain}.zst`) continue;
      const found = describe(search, "codex", path);
      if (!found) continue;
      plain = path;
      yield found;
    }
  }
}

function* findSessions(search: Search): Generator<Transcript> {
  if (!isFolder(search, "projects")) return;
  for (const slug of entriesOf(search, "projects")) {
    const folder = `projects/${slug.name}`;
    const isProject = slug.kind === "directory" ||
      (slug.kind === "symlink" && isFolder(search, folder));
    if (!isProject) continue;
    for (const { name, kind } of entriesOf(search, folder)) {
      const found = kind === "file" && describe(search, "claude-code", `${folder}/${name}`);
      if (found) yield found;
    }
  }
}

/**
 * The transcripts of a home, as its profile's agent lays them out; no file is opened. Throws only
 * `interrupted`.
 */
export function* findTranscripts(
  host: Host,
  home: Home,
  unreadable: Unreadable,
): Generator<Transcript> {
  const search = { host, home, unreadable };
  if (home.profile.transcripts === "codex") yield* findRollouts(search);
  if (home.profile.transcripts === "claude-code") yield* findSessions(search);
}

/** A file that a sub-agent of a conversation wrote. */
export interface SubAgentFile {
  id: string;
  /** Below the home, forward slashes. */
  path: string;
  bytes: number;
}

/** Claude Code: the files of the sub-agents of a conversation. Throws only `interrupted`. */
export function findSubAgents(
  host: Host,
  home: Home,
  transcript: string,
  unreadable: Unreadable,
): SubAgentFile[] {
  const search = { host, home, unreadable };
  const folder = subAgentFolder(transcript);
  if (!isFolder(search, folder)) return [];
  const found: SubAgentFile[] = [];
  for (const path of filesBelow(search, folder)) {
    const id = subAgentAt(path)?.id;
    if (id === undefined) continue;
    try {
      found.push({ id, path, bytes: host.fs.lstat(absolute(search, path)).size });
    } catch (error) {
      unreadable(path, error);
    }
  }
  return found;
}
