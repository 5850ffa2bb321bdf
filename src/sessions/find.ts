import { checkInterrupt, type Host, lstatIfThere, pathsOf, statIfThere } from "../base/mod.ts";
import type { Home } from "../profiles/mod.ts";

/** A conversation as a file of the home; nothing of its text. */
export interface Transcript {
  /** Thread or session id; the file's stem where its name holds none. */
  id: string;
  agent: "codex" | "claude-code";
  /** Below the home, forward slashes. */
  path: string;
  /** Size as it lies there, compressed or not. */
  bytes: number;
  /** ms since 1970. */
  mtimeMs: number;
  /** In Codex's folder of archived conversations. */
  archived: boolean;
  /** Whether it is zstd-compressed (`.jsonl.zst`). */
  compressed: boolean;
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

function describe(search: Search, path: string, id: string): Transcript | undefined {
  try {
    const info = lstatIfThere(search.host.fs, absolute(search, path));
    if (info?.kind !== "file") return undefined;
    return {
      id,
      agent: search.home.profile.transcripts!,
      path,
      bytes: info.size,
      mtimeMs: info.mtimeMs,
      archived: path.startsWith("archived_sessions/"),
      compressed: path.endsWith(".zst"),
    };
  } catch (error) {
    search.unreadable(path, error);
    return undefined;
  }
}

const ROLLOUT = /\/rollout-([^/]*?)\.jsonl(?:\.zst)?$/;
const ROLLOUT_ID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Codex: `sessions/YYYY/MM/DD/rollout-<time>-<id>.jsonl[.zst]` and `archived_sessions/`. Where a
 * rollout lies there plain and compressed, the plain one is the rollout (agent-homes.md 1.5).
 */
function* findRollouts(search: Search): Generator<Transcript> {
  for (const folder of ["sessions", "archived_sessions"]) {
    if (!isFolder(search, folder)) continue;
    let plain = "";
    for (const path of filesBelow(search, folder)) {
      const stem = ROLLOUT.exec(path)?.[1];
      if (stem === undefined || path === `${plain}.zst`) continue;
      plain = path;
      const found = describe(search, path, ROLLOUT_ID.exec(stem)?.[0].toLowerCase() ?? stem);
      if (found) yield found;
    }
  }
}

const SESSION = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.jsonl$/i;

/** Claude Code: `projects/<slug>/<id>.jsonl`; what lies deeper belongs to one of these. */
function* findSessions(search: Search): Generator<Transcript> {
  if (!isFolder(search, "projects")) return;
  for (const slug of entriesOf(search, "projects")) {
    const folder = `projects/${slug.name}`;
    const isProject = slug.kind === "directory" ||
      (slug.kind === "symlink" && isFolder(search, folder));
    if (!isProject) continue;
    for (const { name, kind } of entriesOf(search, folder)) {
      const id = kind === "file" && SESSION.exec(name)?.[1];
      const found = id && describe(search, `${folder}/${name}`, id.toLowerCase());
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
