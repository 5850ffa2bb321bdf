/** Planning of Codex's databases: rows about the chosen conversations are put into those of the home. */
import { type FileEntry, HOME_ROOT } from "../archive/mod.ts";
import { asLifeboatError, checkInterrupt, describeError, lstatIfThere } from "../base/mod.ts";
import { captureDatabase } from "../capture/mod.ts";
import {
  type CopiedRows,
  COPY_THREAD_ROWS_JOB,
  FORGET_THREADS_JOB,
  type WantedThread,
} from "../sessions/mod.ts";
import { readInPieces, writePieces } from "./bench.ts";
import type { TargetRoot } from "./journal_types.ts";
import { pathBelow } from "./layout.ts";
import { folderOf } from "./paths.ts";
import { contentOf, putInto } from "./plan_session_lists.ts";
import { readStored } from "./plan_session_transcripts.ts";
import type { Part, SessionPlanner } from "./plan_session_types.ts";

/** What Codex cannot make again from rollouts: its index has pins and names, goals are nowhere else. */
const COPIED = ["state", "goals"];
/** Where rollouts are noted as far as they were read, which Codex makes again (agent-homes.md 1.6). */
const PROJECTION = "thread_history";

/** A database of the backup, and the one here that rows of it may go into. */
interface Pair {
  family: string;
  part: Part;
  root: TargetRoot;
  /** Below the root; nothing where there is none here. */
  here?: string;
}

/** Plans rows for the conversations, whatever becomes of their transcripts. */
export async function planDatabases(planner: SessionPlanner): Promise<void> {
  const threads = planner.decided.filter(({ step }) => step.agent === "codex");
  if (threads.length === 0) return;
  const pairs = pairsOf(planner);
  for (const pair of pairs) {
    if (pair.family === PROJECTION) await planCursors(planner, pair);
    else if (pair.here !== undefined) await planRows(planner, pair, pair.here);
  }
  const states = pairs.filter(({ family }) => family === "state");
  if (states.some(({ here }) => here !== undefined)) return;
  planner.warnings.push(
    states.length === 0
      ? "The backup has no state database of Codex: the transcript alone comes back"
      : "There is no state database of Codex here: the transcript alone comes back, and Codex makes " +
        "the database when it starts",
  );
}

/** The newest database of each family in each folder of the backup, beside the newest one here. */
function pairsOf(planner: SessionPlanner): Pair[] {
  const { manifest, target } = planner;
  const all = [
    ...manifest.entries.values().map((entry) => ({ root: HOME_ROOT, entry })),
    ...manifest.roots.flatMap(({ id, entries }) =>
      [...entries].map((entry) => ({ root: id, entry }))
    ),
  ];
  const newest = new Map<string, Pair & { version: number }>();
  for (const part of all) {
    const { family, version } = nameOf(part.entry);
    const root = target.roots.find(({ id }) => id === part.root);
    if (family === undefined || !root || root.kind === "file") continue;
    const id = `${root.id}\0${folderOf(part.entry.relative_path)}\0${family}`;
    const here = hereOf(planner, root, folderOf(part.entry.relative_path), family);
    if ((newest.get(id)?.version ?? -1) < version) {
      newest.set(id, { family, version, part, root, here });
    }
  }
  return [...newest.values()];
}

const NAME = new RegExp(`^(${[...COPIED, PROJECTION].join("|")})_(\\d{1,6})\\.sqlite$`);

function nameOf({ relative_path, method }: FileEntry) {
  const [, family, version] = NAME.exec(relative_path.split("/").at(-1)!) ?? [];
  // One that could not be captured as a database is not read as one.
  return method === "sqlite_backup" ? { family, version: Number(version) } : { version: -1 };
}

function hereOf(
  { host }: SessionPlanner,
  root: TargetRoot,
  folder: string,
  family: string,
): string | undefined {
  const place = pathBelow(host, root, folder);
  if (lstatIfThere(host.fs, place)?.kind !== "directory") return undefined;
  const versions = host.fs.list(place).entries.filter(({ kind }) => kind === "file")
    .map(({ name }) => NAME.exec(name)).filter((match) => match?.[1] === family)
    .map((match) => Number(match![2]));
  if (versions.length === 0) return undefined;
  const name = `${family}_${Math.max(...versions)}.sqlite`;
  return folder === "" ? name : `${folder}/${name}`;
}

/** A scratch copy of a database that is here; nothing, and a warning, where it cannot be had. */
async function copyOf(
  planner: SessionPlanner,
  root: TargetRoot,
  here: string,
): Promise<string | undefined> {
  const { host, bench } = planner;
  const copy = bench.newFile();
  const captured = await captureDatabase(host, bench, pathBelow(host, root, here), copy);
  if (captured.status === "captured") return copy;
  const why = captured.status === "failed" ? captured.error : "it has just gone";
  planner.warnings.push(`${here} stays as it is: ${why}`);
  return undefined;
}

async function planRows(planner: SessionPlanner, pair: Pair, here: string): Promise<void> {
  const { host, bench } = planner;
  const { part, root } = pair;
  const into = await copyOf(planner, root, here);
  if (into === undefined) return;
  const from = bench.newFile();
  await readStored(planner, part, (chunks) => writePieces(host, from, chunks));
  const copied = await copyRows(planner, { from, into, here });
  if (!copied) return;
  const count = Object.values(copied.tables).reduce((sum, rows) => sum + rows, 0);
  if (count === 0) return;
  putDatabase(planner, pair, here, into, { what: "rows", count });
}

async function copyRows(
  planner: SessionPlanner,
  { from, into, here }: { from: string; into: string; here: string },
): Promise<CopiedRows | undefined> {
  const alone = `${here} stays as it is, and the transcript alone comes back`;
  try {
    const threads = wantedThreads(planner);
    const copied = await planner.bench.run<CopiedRows>(COPY_THREAD_ROWS_JOB, {
      from,
      into,
      threads,
    });
    if (copied.refused === undefined) return copied;
    planner.warnings.push(`${alone}: the backup's has nothing for ${copied.refused}`);
  } catch (error) {
    checkInterrupt(planner.host);
    planner.warnings.push(`${alone}: ${describeError(asLifeboatError(error))}`);
  }
  return undefined;
}

function wantedThreads({ decided, host, target }: SessionPlanner): WantedThread[] {
  return decided.map(({ step: { id, new_id, path } }) => ({
    id,
    newId: new_id ?? id,
    rolloutPath: pathBelow(host, target.roots[0], path.replace(/\.zst$/, "")),
    archived: path.startsWith("archived_sessions/"),
  }));
}

function putDatabase(
  planner: SessionPlanner,
  { part, root }: Pair,
  here: string,
  copy: string,
  { what, count }: { what: "rows" | "cursors"; count: number },
): void {
  const derivation = contentOf(() => readInPieces(planner.host, copy));
  putInto(planner, { ...part, place: here, derivation }, {
    root: root.id,
    path: here,
    what,
    count,
  });
}

/**
 * How far a rollout was read that was here before and has gone says nothing of the one that comes
 * back: with a cursor beyond its end, Codex would show only what is after that (agent-homes.md 1.6).
 */
async function planCursors(planner: SessionPlanner, pair: Pair): Promise<void> {
  const ids = planner.decided.filter(({ isGone }) => isGone).map(({ step }) => step.id);
  const { root, here } = pair;
  if (ids.length === 0 || here === undefined) return;
  const path = await copyOf(planner, root, here);
  if (path === undefined) return;
  const { removed } = await planner.bench.run<{ removed: number }>(FORGET_THREADS_JOB, {
    path,
    ids,
  });
  if (removed > 0) putDatabase(planner, pair, here, path, { what: "cursors", count: removed });
}
