/**
 * Planning of `--session`: conversations come back with all that belongs to them, beside whatever is
 * here. What is here is compared, continued or added to, and never replaced by something else.
 */
import {
  type Backup,
  type FileList,
  HOME_ROOT,
  type Manifest,
  ROOT_PATH,
  rootFolder,
} from "../archive/mod.ts";
import { type Host, LifeboatError, lstatIfThere } from "../base/mod.ts";
import {
  type Belongings,
  belongingsOf,
  chooseSessions,
  type ChosenSession,
  foldersOf,
  openHome,
  sessionsIn,
} from "../sessions/mod.ts";
import { createBench } from "./bench.ts";
import type { Derivation, DerivedBackup, Rewriting } from "./derive.ts";
import { pathBelow } from "./layout.ts";
import type { RestoreOptions } from "./options.ts";
import { foldersAbove, key } from "./paths.ts";
import { planDatabases } from "./plan_session_databases.ts";
import { planOwnFiles } from "./plan_session_files.ts";
import { planLists, planProjects } from "./plan_session_lists.ts";
import { candidatesOf, decide } from "./plan_session_transcripts.ts";
import type { SessionPlanner } from "./plan_session_types.ts";
import type { Plan } from "./planner.ts";
import type { Selection } from "./selection.ts";
import type { Target } from "./target.ts";

/** The conversations that are meant, as the backup has them. */
export interface Chosen {
  sessions: ChosenSession[];
  belongings: Belongings;
  /** Whether something of the backup may take part. */
  selection: Selection;
  warnings: string[];
}

/**
 * Finds the conversations that `--session` names, and their sub-agents. Throws `usage`,
 * `no_such_session`, `ambiguous_id`.
 */
export async function chooseFor(
  host: Host,
  { backup, sessions = [], only = [], missingOnly, mirror }: RestoreOptions,
  manifest: Manifest,
): Promise<Chosen | undefined> {
  if (sessions.length === 0) return undefined;
  if (only.length > 0 || missingOnly || mirror) {
    throw new LifeboatError("refused", "usage", "session is a selection of its own", {
      hint: "Use it without only, missing-only and mirror.",
    });
  }
  const choice = await chooseSessions(host, sessionsIn(host, backup, manifest), sessions);
  const belongings = belongingsOf(choice.sessions);
  const transcripts = new Set(choice.sessions.map(({ transcript }) => transcript.path));
  return {
    sessions: choice.sessions,
    belongings,
    selection: {
      has: (root, path) =>
        root !== HOME_ROOT || transcripts.has(path) || belongings.owns(path) ||
        belongings.lists.includes(path) || /(^|\/)(\.claude\.json|[^/]*\.sqlite)$/.test(path),
      mainOf: () => undefined,
      unused: () => [],
    },
    warnings: choice.duplicates.map(({ path, id }) =>
      `${path} is not restored: the backup has a longer transcript of ${id}`
    ),
  };
}

/** The conversations as they come back: a backup that holds nothing else. */
export interface SessionPlan {
  backup: Backup;
  manifest: Manifest;
  rewriting: Rewriting;
  /** Adds what was decided to the plan. */
  report(plan: Plan): void;
  /** Removes scratch files. */
  close(): void;
}

/** What is to be planned: what of a backup, which may come back changed already, goes where. */
interface SessionsToPlan {
  /** The manifest as the backup has it. */
  original: Manifest;
  target: Target;
  derived: DerivedBackup;
  chosen: Chosen;
}

/** Decides what happens to each of the chosen conversations, and to files about many. */
export async function planSessions(
  host: Host,
  { original, target, derived, chosen }: SessionsToPlan,
): Promise<SessionPlan> {
  const planner: SessionPlanner = {
    host,
    bench: createBench(host),
    target,
    backup: derived.backup,
    manifest: withDropped(derived, original),
    decided: [],
    parts: [],
    dropped: [],
    kept: [],
    merged: [],
    warnings: [...chosen.warnings],
  };
  try {
    const here = openHome(host, target.home).transcripts;
    const sessions = await asTheyComeBack(host, derived, chosen);
    for (const one of candidatesOf(planner, sessions, here)) await decide(planner, one);
    await planOwnFiles(planner);
    await planLists(planner);
    await planProjects(planner);
    await planDatabases(planner);
    return {
      backup: derived.backup,
      manifest: narrowed(planner),
      rewriting: rewritingOf(planner),
      report: (plan) => report(planner, plan),
      close: planner.bench.close,
    };
  } catch (error) {
    planner.bench.close();
    throw error;
  }
}

/** What does not come back itself may still say what is wrong here: how far rollouts were read. */
function withDropped({ manifest, dropped }: DerivedBackup, original: Manifest): Manifest {
  const paths = new Set(dropped.map(({ root, path }) => key(root, path)));
  const left = (root: string, entries: FileList) =>
    entries.values().filter(({ relative_path }) => paths.has(key(root, relative_path)));
  return {
    ...manifest,
    entries: [...manifest.entries, ...left(HOME_ROOT, original.entries)],
    roots: manifest.roots.map((root, at) => {
      return { ...root, entries: [...root.entries, ...left(root.id, original.roots[at].entries)] };
    }),
  };
}

/** Another rewriting may have given them other paths, and their projects too. */
async function asTheyComeBack(
  host: Host,
  { backup, manifest, originalOf }: DerivedBackup,
  { sessions }: Chosen,
): Promise<ChosenSession[]> {
  const places = new Map(sessions.map((one) => [one.transcript.path, one]));
  const entries = manifest.entries.values().filter(({ relative_path }) =>
    places.has(originalOf(HOME_ROOT, relative_path))
  ).toArray();
  const source = sessionsIn(host, backup, { ...manifest, entries });
  const folders = await foldersOf(host, source);
  return source.transcripts.flatMap((transcript) => {
    const session = places.get(originalOf(HOME_ROOT, transcript.path));
    return session ? [{ ...session, transcript, cwd: folders.get(transcript.path) }] : [];
  });
}

/** A manifest of what takes part alone. Folders that are here stay as they are. */
function narrowed({ manifest, parts, target, host, decided }: SessionPlanner): Manifest {
  const entriesOf = (root: string) =>
    parts.filter((part) => part.root === root).map(({ entry, isMerged }) => {
      const { mode: _mode, mtime_ms: _mtime, ...merged } = entry;
      return isMerged ? merged : entry;
    });
  const { owns } = belongingsOf(
    decided.filter(({ step }) => step.new_id === null).map(({ session }) => session),
  );
  const needed = new Set(
    parts.flatMap(({ root, entry, place }) =>
      foldersAbove(place ?? entry.relative_path).map((folder) => key(root, folder))
    ),
  );
  const isHere = (path: string) =>
    lstatIfThere(host.fs, pathBelow(host, target.roots[0], path)) !== undefined;
  return {
    ...manifest,
    entries: entriesOf(HOME_ROOT),
    roots: manifest.roots.map((root) => ({ ...root, entries: entriesOf(root.id) })),
    directories: manifest.directories.filter(({ root, relative_path: path }) =>
      path !== ROOT_PATH && root === HOME_ROOT && !isHere(path) &&
      (needed.has(key(root, path)) || owns(`${path}/`))
    ),
    symlinks: manifest.symlinks.filter(({ root, relative_path: path }) =>
      root === HOME_ROOT && owns(path) && !isHere(path)
    ),
  };
}

function rewritingOf({ parts, dropped }: SessionPlanner): Rewriting {
  const places = new Map<string, string>();
  const content = new Map<string, Derivation>();
  for (const { root, entry, place, derivation } of parts) {
    if (place !== undefined) places.set(key(root, entry.relative_path), place);
    if (derivation) content.set(rootFolder(root) + entry.relative_path, derivation);
  }
  return {
    place: (root, path) => places.get(key(root, path)) ?? path,
    content,
    dropped: () => dropped,
  };
}

function report({ decided, kept, merged, warnings }: SessionPlanner, plan: Plan): void {
  plan.sessions = decided.map(({ step }) => step);
  plan.merged = merged;
  for (const { path, bytes } of kept) {
    plan.items.push({ root: HOME_ROOT, path, kind: "file", action: "kept", bytes });
  }
  plan.warnings.unshift(...warnings);
}
