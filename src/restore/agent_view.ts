/**
 * One agent of an OpenClaw backup, as a backup that holds nothing else: at its places when the
 * configuration here knows it, else, or under another id, at those of a new agent in the state folder.
 */
import {
  type Backup,
  type DirectoryEntry,
  type FileEntry,
  type FileList,
  HOME_ROOT,
  type Manifest,
  type ManifestRoot,
  ROOT_PATH,
  rootFolder,
  type StoredFile,
} from "../archive/mod.ts";
import { type Host, LifeboatError, lstatIfThere, pathsOf, sha256Of } from "../base/mod.ts";
import {
  AGENT_ID,
  type AgentPart,
  agentParts,
  agentRowsPath,
  type OpenClawAgent,
  STATE_DATABASE,
  type Table,
  tableOf,
} from "../profiles/mod.ts";
import { type PathMapping, pathMapping } from "../sessions/mod.ts";
import { renameAgent } from "./agent_rename.ts";
import type { Rewriting } from "./derive.ts";
import { type BackupPlace, type OpenClawInBackup, openClawInBackup } from "./openclaw_backup.ts";
import { hasAgent, type OpenClawHere, openClawHere, withAgent } from "./openclaw_config.ts";
import type { AgentPlan, RestoreOptions } from "./options.ts";
import { targetHomeOf } from "./target.ts";

/** An agent as it comes back. */
export interface AgentView {
  backup: Backup;
  manifest: Manifest;
  rewritings: Rewriting[];
  /** Its folders that lie elsewhere now. */
  mappings: PathMapping[];
  /** The configuration as it is here, with an entry more; in it nothing is mapped. */
  made: BackupPlace | undefined;
  agent: AgentPlan;
  warnings: string[];
}

/** A file that is made here: the configuration with an entry more. */
interface MadeFile {
  place: BackupPlace;
  content: Uint8Array;
}

/** Where something of the backup comes back; undefined where it takes no part. */
type Move = (place: BackupPlace) => BackupPlace | undefined;

/** A part of the agent, and where it comes back. */
interface MovedPart {
  part: AgentPart;
  from: BackupPlace;
  to: BackupPlace;
}

/**
 * The view of the agent that is meant, or nothing where all of a backup is. Throws `usage`,
 * `no_such_agent`, `agent_exists`.
 */
export async function viewOfAgent(
  host: Host,
  options: RestoreOptions,
): Promise<AgentView | undefined> {
  const { agent: choice, backup } = options;
  if (!choice) return undefined;
  const { id, as = id } = choice;
  requireUsable(options, as);
  const manifest = await backup.loadManifest();
  const there = await openClawInBackup(backup, manifest);
  const parts = agentParts(there.home, there.places, id);
  const agent = there.places.agents.find((one) => one.id === id);
  if (!parts || !agent) throw noSuchAgent(backup, there, id);
  const here = openClawHere(host, targetHomeOf(host, options));
  const isApart = options.targetDir !== undefined;
  const inPlace = as === id && (isApart || hasAgent(here, id));
  if (!inPlace) refuseTaken(host, options, here, { id, as });
  const moved = parts.flatMap((part): MovedPart[] => {
    const from = there.locate(part.path);
    const to = from && (inPlace ? from : newPlace(options, part, from, as));
    return from && to ? [{ part, from, to }] : [];
  });
  const entry = inPlace ? undefined : newEntry(host, options, { agent, as, moved, here });
  const made = entry && madeConfig(isApart ? undefined : here, as, entry);
  const mappings = inPlace ? [] : mappingsOf(host, options, moved);
  const rewritings = as === id ? [] : [renameAgent({ from: id, to: as, mappings })];
  const view = viewOf(backup, manifest, withRows(manifest, id, moveOf(moved)), made);
  return {
    ...view,
    rewritings: rewritings.map((rewriting) => rewriting(view.manifest)),
    mappings,
    made: made?.place,
    agent: agentPlan(choice.id, as, entry, made),
    warnings: warningsOf(as, entry, made),
  };
}

function usage(message: string, hint: string): LifeboatError {
  return new LifeboatError("refused", "usage", message, { hint });
}

function requireUsable({ home, mirror, sessions = [] }: RestoreOptions, as: string): void {
  if (home.profile.configured_roots !== "openclaw") {
    throw usage("Only a backup of OpenClaw has agents", "Leave out --openclaw-agent.");
  }
  if (mirror || sessions.length > 0) {
    throw usage("One agent alone comes back beside the others", "Leave out mirror and session.");
  }
  if (!AGENT_ID.test(as)) {
    throw usage(`"${as}" cannot be the id of an agent`, "Use a-z, 0-9, - and _.");
  }
}

function noSuchAgent({ source }: Backup, { places }: OpenClawInBackup, id: string): LifeboatError {
  const known = places.agents.map((agent) => agent.id).join(", ");
  const message = `${source} has no agent "${id}"`;
  return new LifeboatError("missing", "no_such_agent", message, { hint: `It has: ${known}.` });
}

/** A clone takes nothing that is there. */
function refuseTaken(
  host: Host,
  options: RestoreOptions,
  here: OpenClawHere,
  { id, as }: { id: string; as: string },
): void {
  if (as === id) return;
  const { path } = targetHomeOf(host, options);
  const { join } = pathsOf(host.platform);
  const folders = [join(path, "agents", as), join(path, `workspace-${as}`)];
  const taken = folders.find((folder) => lstatIfThere(host.fs, folder));
  if (!taken && !hasAgent(here, as)) return;
  const message = taken ? `${taken} is there already` : `There is an agent "${as}" already`;
  throw new LifeboatError("refused", "agent_exists", message, { hint: "Choose another id." });
}

/** The logins of channels cannot be two agents'; all else gets the usual place of a new agent. */
function newPlace(
  { roots = {} }: RestoreOptions,
  { kind }: AgentPart,
  from: BackupPlace,
  as: string,
): BackupPlace | undefined {
  if (kind === "credentials") return undefined;
  if (from.root in roots) return from; // the user says where it goes
  const path = {
    agent: `agents/${as}`,
    agent_dir: `agents/${as}/agent`,
    workspace: `workspace-${as}`,
  }[kind];
  return { root: HOME_ROOT, path };
}

function below(path: string, folder: string): string | undefined {
  if (folder === "" || path === folder) return path.slice(folder.length);
  return path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : undefined;
}

/** The innermost part decides: a workspace may lie in an agent's folder. */
function moveOf(moved: MovedPart[]): Move {
  const sorted = moved.toSorted((a, b) => b.from.path.length - a.from.path.length);
  return ({ root, path }) => {
    for (const { from, to } of sorted) {
      const rest = from.root === root ? below(path, from.path) : undefined;
      if (rest !== undefined) {
        return { root: to.root, path: [to.path, rest].filter(Boolean).join("/") };
      }
    }
    return undefined;
  };
}

/** With what the database that all agents share has of the agent: all of it, or its rows alone. */
function withRows({ entries }: Manifest, id: string, move: Move): Move {
  const rows = agentRowsPath(id);
  const alone = entries.values().some(({ relative_path }) => relative_path === rows);
  const from = alone ? rows : STATE_DATABASE;
  return (place) =>
    place.root === HOME_ROOT && place.path === from ? { root: HOME_ROOT, path: rows } : move(place);
}

/** The absolute path at which a part comes back. */
function targetPath(host: Host, options: RestoreOptions, { to }: MovedPart): string {
  const { join } = pathsOf(host.platform);
  const top = options.roots?.[to.root] ?? targetHomeOf(host, options).path;
  return join(top, ...to.path.split("/"));
}

function mappingsOf(host: Host, options: RestoreOptions, moved: MovedPart[]): PathMapping[] {
  return moved.flatMap((one) => pathMapping(one.part.path, targetPath(host, options, one)) ?? [])
    .filter(({ from, to }) => from !== to);
}

/** The agent's entry as the backup has it, with its new places. */
function newEntry(
  host: Host,
  options: RestoreOptions,
  { agent, as, moved, here }: {
    agent: OpenClawAgent;
    as: string;
    moved: MovedPart[];
    here: OpenClawHere;
  },
): Table {
  const at = (kind: AgentPart["kind"]) => moved.find(({ part }) => part.kind === kind);
  const [workspace, agentDir] = [at("workspace"), at("agent_dir")];
  const { default: _d, id: _i, ...entry } = agent.entry;
  const identity = tableOf(entry.identity);
  const names = {
    ...(entry.name === agent.id && { name: as }),
    ...(identity?.name === agent.id && { identity: { ...identity, name: as } }),
  };
  const { join } = pathsOf(host.platform);
  return {
    ...entry,
    ...names,
    workspace: workspace
      ? targetPath(host, options, workspace)
      : join(here.home.path, `workspace-${as}`),
    agentDir: agentDir
      ? targetPath(host, options, agentDir)
      : join(here.home.path, "agents", as, "agent"),
  };
}

function madeConfig(
  here: OpenClawHere | undefined,
  as: string,
  entry: Table,
): MadeFile | undefined {
  const place = here ? here.config : { root: HOME_ROOT, path: "openclaw.json" };
  const text = withAgent(here?.text, as, entry);
  if (!place || text === undefined) return undefined;
  return { place, content: new TextEncoder().encode(text) };
}

function agentPlan(
  id: string,
  as: string,
  entry: Table | undefined,
  made: MadeFile | undefined,
): AgentPlan {
  return { id, as, entry: entry === undefined ? "there" : made ? "added" : "by_hand" };
}

function warningsOf(as: string, entry: Table | undefined, made: MadeFile | undefined): string[] {
  if (entry === undefined || made) return [];
  return [
    `The configuration cannot be changed without writing it anew. Add the agent by hand: ` +
    `openclaw agents add ${as} --non-interactive --workspace "${entry.workspace}" ` +
    `--agent-dir "${entry.agentDir}"`,
  ];
}

/** What takes part, at its new place. */
function viewOf(
  backup: Backup,
  manifest: Manifest,
  move: Move,
  made: MadeFile | undefined,
): Pick<AgentView, "backup" | "manifest"> {
  const stored = new Map<string, string>();
  const files = new Map<string, FileEntry[]>();
  const add = (root: string, entry: FileEntry) =>
    files.set(root, [...files.get(root) ?? [], entry]);
  for (const [root, entries] of listsOf(manifest)) {
    for (const entry of entries) {
      const to = move({ root, path: entry.relative_path });
      if (!to) continue;
      stored.set(rootFolder(root) + entry.relative_path, rootFolder(to.root) + to.path);
      add(to.root, { ...entry, relative_path: to.path });
    }
  }
  if (made) add(made.place.root, madeEntry(made));
  const moved = movedLists(manifest, move);
  const roots = keptRoots(manifest, files, moved.directories);
  const view = { ...manifest, ...moved, entries: files.get(HOME_ROOT) ?? [], roots };
  return { manifest: view, backup: backupOf(backup, view, stored, made) };
}

function listsOf({ entries, roots }: Manifest): [string, FileList][] {
  return [
    [HOME_ROOT, entries],
    ...roots.map(({ id, entries }): [string, FileList] => [
      id,
      entries,
    ]),
  ];
}

function madeEntry({ place, content }: MadeFile): FileEntry {
  const { length: bytes } = content;
  const sha256 = sha256Of(content);
  return {
    relative_path: place.path,
    kind: "file",
    bytes,
    sha256,
    method: "copy2",
    mode: 0o600,
  };
}

function movedLists(manifest: Manifest, move: Move) {
  const moved = <Entry extends { root: string; relative_path: string }>(entry: Entry): Entry[] => {
    const path = entry.relative_path === ROOT_PATH ? "" : entry.relative_path;
    const to = move({ root: entry.root, path });
    return to ? [{ ...entry, root: to.root, relative_path: to.path || ROOT_PATH }] : [];
  };
  return {
    symlinks: manifest.symlinks.flatMap(moved),
    directories: manifest.directories.flatMap(moved),
    skipped: manifest.skipped.flatMap(moved),
    errors: manifest.errors.flatMap(moved),
  };
}

/** The roots in which something comes back; one of the configuration here is no part of the backup. */
function keptRoots(
  { roots }: Manifest,
  files: ReadonlyMap<string, FileEntry[]>,
  directories: DirectoryEntry[],
): ManifestRoot[] {
  const used = new Set([...files.keys(), ...directories.map(({ root }) => root)]);
  const kept = roots.filter(({ id }) => used.has(id));
  const added = [...used].filter((id) => id !== HOME_ROOT && !roots.some((one) => one.id === id))
    .map((id): ManifestRoot => ({ id, kind: "file", source: "", entries: [] }));
  return [...kept, ...added].map((root) => ({ ...root, entries: files.get(root.id) ?? [] }));
}

async function* inOnePiece(content: Uint8Array): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  yield content;
}

function backupOf(
  backup: Backup,
  manifest: Manifest,
  stored: ReadonlyMap<string, string>,
  made: MadeFile | undefined,
): Backup {
  return {
    ...backup,
    loadManifest: () => Promise.resolve(manifest),
    async visit(wanted, use) {
      const isWanted = (path: string) => {
        const to = stored.get(path);
        return to !== undefined && wanted(to);
      };
      await backup.visit(isWanted, async (file, chunks) => {
        const there: StoredFile = { ...file, path: stored.get(file.path)! };
        await use(there, chunks);
      });
      if (!made) return;
      const path = rootFolder(made.place.root) + made.place.path;
      const { length: bytes } = made.content;
      if (wanted(path)) await use({ path, bytes }, inOnePiece(made.content));
    },
  };
}
