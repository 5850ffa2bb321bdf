/** Claude Code's project folders under the names of where the projects lie now. */
import { HOME_ROOT, type Manifest, rootFolder } from "../archive/mod.ts";
import {
  movedFolder,
  type PathMapping,
  pathMapping,
  readFacts,
  transcriptAt,
} from "../sessions/mod.ts";
import type { RemapOptions } from "./remap_options.ts";
import { key } from "./paths.ts";
import type { StepCounter } from "./remap_steps.ts";

/** Where everything in renamed project folders comes back. */
export interface FolderMoves {
  /** New paths by `key(HOME_ROOT, path)`. */
  places: Map<string, string>;
  /** Folders that moved as a whole: absolute, there and here; files in them are named by their path. */
  mappings: PathMapping[];
  warnings: string[];
}

/** What tells to which projects a folder belongs. */
interface Evidence {
  /** By `folder/session id`. */
  sessions: Map<string, string>;
  /** Projects of which no more is known than that they are there. */
  projects: string[];
}

const IN_FOLDER = /^projects\/([^/]+)(?:\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})?.*)?$/is;

/**
 * Decides by what the conversations say of themselves, since many paths have one name
 * (agent-homes.md 2.3): a folder moves as a whole where all agree, else each conversation by itself.
 */
export async function planFolderMoves(
  options: RemapOptions,
  counter: StepCounter,
): Promise<FolderMoves> {
  const { manifest, mappings, target } = options;
  const evidence = await findEvidence(options);
  const moves: FolderMoves = { places: new Map(), mappings: [], warnings: [] };
  const folderOf = decisions(evidence, mappings);
  const paths = pathsBelow(manifest);
  const wanted = new Map<string, string>();
  for (const path of paths) {
    const [, folder, session] = IN_FOLDER.exec(path) ?? [];
    const to = folder === undefined ? undefined : folderOf(folder, session?.toLowerCase());
    if (to !== undefined && to !== folder) {
      wanted.set(path, `projects/${to}${path.slice(`projects/${folder}`.length)}`);
    }
  }
  const staying = new Set(paths.filter((path) => !wanted.has(path)));
  const directories = new Set(
    manifest.directories.filter(({ root }) => root === HOME_ROOT)
      .map(({ relative_path }) => relative_path),
  );
  for (const [path, to] of wanted) {
    // What has the place already keeps it; two folders of one name are one folder.
    if (staying.has(to) && !directories.has(path)) {
      moves.warnings.push(`${path} stays there: ${to} is taken`);
      continue;
    }
    moves.places.set(key(HOME_ROOT, path), to);
    if (!directories.has(path)) countMove(counter, path, to);
  }
  for (const [folder, to] of wholeFolders(paths, folderOf)) {
    const [before, after] = [manifest.home, target.home.path]
      .map((home, index) => joined(home, "projects", index === 0 ? folder : to));
    const mapping = pathMapping(before, after);
    if (mapping) moves.mappings.push(mapping);
  }
  return moves;
}

/** In the style of the path that is gone on with. */
function joined(path: string, ...names: string[]): string {
  const separator = path.includes("/") ? "/" : "\\";
  return [path, ...names].join(separator);
}

function countMove(counter: StepCounter, path: string, to: string): void {
  const [from, place] = [path, to].map((one) => one.split("/", 2).join("/"));
  counter.add({ what: "project folder", root: HOME_ROOT, path: from, from, to: place });
}

function pathsBelow(manifest: Manifest): string[] {
  const { entries, symlinks, directories } = manifest;
  const others = [...symlinks, ...directories].filter(({ root }) => root === HOME_ROOT);
  return [...entries, ...others].map(({ relative_path }) => relative_path);
}

/** The name that a folder gets, or what belongs to one conversation in it. */
type FolderOf = (folder: string, session?: string) => string;

function decisions({ sessions, projects }: Evidence, mappings: PathMapping[]): FolderOf {
  const votes = new Map<string, Set<string>>();
  const bySession = new Map<string, string>();
  const vote = (folder: string, project: string): string | undefined => {
    const to = movedFolder(folder, project, mappings);
    if (to === undefined) return undefined;
    const known = votes.get(folder) ?? new Set();
    votes.set(folder, known.add(to));
    return to;
  };
  for (const [id, cwd] of sessions) {
    const to = vote(id.slice(0, id.indexOf("/")), cwd);
    if (to !== undefined) bySession.set(id, to);
  }
  const folders = new Map<string, string>();
  return (folder, session) => {
    const own = session && bySession.get(`${folder}/${session}`);
    if (own) return own;
    const known = folders.get(folder);
    if (known !== undefined) return known;
    if (!votes.has(folder)) { for (const project of projects) vote(folder, project); }
    const [only, ...others] = votes.get(folder) ?? [];
    const to = only === undefined || others.length > 0 ? folder : only;
    folders.set(folder, to);
    return to;
  };
}

function wholeFolders(paths: string[], folderOf: FolderOf): Map<string, string> {
  const whole = new Map<string, string>();
  for (const path of paths) {
    const folder = IN_FOLDER.exec(path)?.[1];
    if (folder === undefined || whole.has(folder)) continue;
    const to = folderOf(folder);
    if (to !== folder) whole.set(folder, to);
  }
  return whole;
}

const STATE = ".claude.json";
const MAX_STATE = 64 << 20;

async function findEvidence({ backup, manifest, isWanted }: RemapOptions): Promise<Evidence> {
  const evidence: Evidence = { sessions: new Map(), projects: [] };
  const transcripts = new Map<string, string>();
  for (const { relative_path: path } of manifest.entries) {
    const name = transcriptAt("claude-code", path);
    const folder = path.split("/")[1];
    if (name && isWanted(HOME_ROOT, path)) {
      transcripts.set(rootFolder(HOME_ROOT) + path, `${folder}/${name.id}`);
    }
  }
  const states = new Set([rootFolder(HOME_ROOT) + STATE]);
  for (const { id, kind } of manifest.roots) {
    if (kind === "file") states.add(rootFolder(id) + STATE);
  }
  await backup.visit((path) => transcripts.has(path) || states.has(path), async (file, chunks) => {
    const id = transcripts.get(file.path);
    if (id === undefined) evidence.projects.push(...await projectsIn(file.bytes, chunks));
    else {
      const { cwd } = await readFacts(chunks, { agent: "claude-code", depth: "head" });
      if (cwd !== undefined) evidence.sessions.set(id, cwd);
    }
  });
  return evidence;
}

/** The paths of the projects that Claude Code has settings for. */
async function projectsIn(bytes: number, chunks: AsyncIterable<Uint8Array>): Promise<string[]> {
  if (bytes > MAX_STATE) return [];
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of chunks) text += decoder.decode(chunk, { stream: true });
  try {
    return Object.keys(JSON.parse(text + decoder.decode()).projects ?? {});
  } catch {
    return []; // what does not parse is captured and flagged; it names no projects
  }
}
