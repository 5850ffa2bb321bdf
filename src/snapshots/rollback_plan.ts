/** What has to be where so that a home or workspace is as it was at a moment. Nothing is changed. */
import { createPulse, createWorkerPool, LifeboatError, type WorkerPool } from "../base/mod.ts";
import { type Entry, isSameEntry } from "./entry.ts";
import type { Look } from "./look.ts";
import {
  changedSince,
  findMoment,
  type LaterChange,
  type Moment,
  type MomentChoice,
  othersSince,
} from "./moments.ts";
import { dryWriter } from "./objects.ts";
import { type NotRead, readPath } from "./read.ts";
import { absoluteOf, type Place, type Scope, type TrackedRoot } from "./roots.ts";
import type { SnapshotStore } from "./store.ts";
import { type State, statesOf, wasAbsent } from "./states.ts";
import { blockedIn, type Survey, surveyRoot, unmet } from "./survey.ts";

/** A path that a rollback changes. */
export interface RollbackItem extends Place {
  /** What it becomes. */
  wanted: Entry;
  /** How it looks now. */
  look: Look;
  /** Its content is what it becomes; only permissions differ. */
  sameContent: boolean;
  /** What it becomes is a database, or what it is now is known as one. */
  database: boolean;
}

/** A change that a rollback takes back although it is not known to be an agent's. */
export interface RollbackConflict extends Omit<LaterChange, "at"> {
  root: TrackedRoot;
  /** ISO 8601; null: it was not recorded yet. */
  at: string | null;
}

/** What a rollback does. */
export interface RollbackPlan {
  moment: Moment;
  scope: Scope;
  items: RollbackItem[];
  /** Files, folders and links that are as they were. */
  unchanged: number;
  conflicts: RollbackConflict[];
  /** Paths that stay as they are, and why. */
  leftAlone: (Place & { reason: string })[];
  /** Paths that were first looked at after the moment: they become what they were then. */
  assumed: Place[];
}

/** What is to be rolled back. */
export interface RollbackChoice {
  moment: MomentChoice;
  /** Only these files, and what is in these folders. */
  files?: Place[];
}

/** Plans a rollback. Throws `no_such_snapshot`, `no_such_session`, `nothing_known`, … */
export async function planRollback(
  store: SnapshotStore,
  scope: Scope,
  choice: RollbackChoice,
): Promise<RollbackPlan> {
  const moment = findMoment(store, scope, choice.moment);
  const plan: RollbackPlan = {
    moment,
    scope,
    items: [],
    unchanged: 0,
    conflicts: [],
    leftAlone: [],
    assumed: [],
  };
  checkFiles(store, choice.files);
  const pool = createWorkerPool(1); // a database that may have changed is copied to be compared
  try {
    for (const root of scope.roots) {
      const survey = await surveyRoot(store, scope, root);
      await planRoot({ store, plan, survey, pool }, isMeant(choice.files, root));
    }
  } finally {
    pool.close();
  }
  return plan;
}

function isMeant(files: Place[] | undefined, root: TrackedRoot): (path: string) => boolean {
  if (!files) return () => true;
  const meant = files.filter((file) => file.root.id === root.id).map(({ path }) => path);
  return (path) => meant.some((one) => one === "" || path === one || path.startsWith(`${one}/`));
}

/** A file that was named and of which nothing is known must not be passed over in silence. */
function checkFiles(store: SnapshotStore, files: Place[] = []): void {
  for (const file of files) {
    const known = file.path === "" || store.get(
      "SELECT 1 FROM events WHERE root = ?1 AND (path = ?2 OR path > ?3 AND path < ?4) LIMIT 1",
      file.root.id,
      file.path,
      `${file.path}/`,
      `${file.path}0`,
    );
    if (known) continue;
    const absolute = absoluteOf(store, file);
    throw new LifeboatError("missing", "no_history", `Nothing was recorded of ${absolute}`, {
      hint: "It may be left out by a rule, or not have been there yet.",
    });
  }
}

/** What a path is now, as far as that is known without reading it. */
interface Present {
  look: Look;
  /** Absent: it is not as it is known, and has to be read. */
  entry?: Entry;
}

/** Planning of one root. */
interface Planning {
  store: SnapshotStore;
  plan: RollbackPlan;
  survey: Survey;
  pool: WorkerPool;
}

async function planRoot(planning: Planning, meant: (path: string) => boolean): Promise<void> {
  const { store, plan, survey } = planning;
  const { root } = survey;
  const past = changedSince(store, root, plan.moment.event);
  const others = new Map(othersSince(store, root, plan.moment).map((one) => [one.path, one]));
  const isBlocked = blockedIn(survey);
  const looks = new Map(survey.changed.map(({ path, look }) => [path, look]));
  const mayDiffer = new Set([...past.keys(), ...looks.keys(), ...unmet(survey)]);
  plan.unchanged += countOthers(survey, mayDiffer, meant);
  const pulse = createPulse(store.host);
  const paths = [...mayDiffer].filter(meant).sort();
  const states = statesOf(store, root, paths);
  for (const path of paths) {
    await pulse();
    const place = { root, path };
    const before = past.get(path);
    const known = states.get(path);
    const wanted = before?.entry ?? known?.entry ?? unseen(store, place);
    const now = presentOf(survey, path, looks.get(path), known);
    if (!wanted || isBlocked(path)) {
      const mayDiffer = !wanted || !now.entry || !isSameEntry(wanted, now.entry);
      if (mayDiffer) plan.leftAlone.push({ ...place, reason: "not_tracked" });
      continue;
    }
    if (before?.assumed) plan.assumed.push(place);
    const entry = await planPath(planning, { ...place, wanted, now, known });
    const other = others.get(path);
    const recorded = known?.entry ?? { kind: "absent" };
    if (!entry) continue;
    if (other) plan.conflicts.push({ ...other, root });
    else if (!isSameEntry(entry, recorded)) plan.conflicts.push({ ...place, ...NOT_RECORDED });
  }
}

/** How many paths are as they are known and were the same at the moment. */
function countOthers(
  { seen, blocked }: Survey,
  mayDiffer: Set<string>,
  meant: (path: string) => boolean,
): number {
  const unreadable = new Set(blocked);
  let count = 0;
  for (const path of seen) {
    if (mayDiffer.has(path) || (unreadable.size > 0 && unreadable.has(path))) continue;
    if (meant(path)) count++;
  }
  return count;
}

const NOT_RECORDED = { at: null, session: null, tool: null };

/** A path that no look has met before: it was not there, or nobody knows. */
function unseen(store: SnapshotStore, place: Place): Entry | undefined {
  return wasAbsent(store, place) ? { kind: "absent" } : undefined;
}

const ABSENT = { kind: "absent" } as const;

function presentOf({ seen }: Survey, path: string, look?: Look, known?: State): Present {
  if (look) return { look };
  if (known && seen.has(path)) return { look: known.look, entry: known.entry };
  // Known, not met, and no change recorded: gone without anybody having noted it.
  const isNoted = !known || known.entry.kind === "absent";
  return { look: ABSENT, entry: isNoted ? ABSENT : undefined };
}

/** A path, what it becomes, and what it is now. */
interface Turning extends Place {
  wanted: Entry;
  now: Present;
  known?: State;
}

/** Plans a path; gives back what it is now, if that changes. */
async function planPath(planning: Planning, turning: Turning): Promise<Entry | undefined> {
  const { plan } = planning;
  const { root, path, wanted, now, known } = turning;
  const entry = now.entry ?? await entryOf(planning, turning);
  if ("reason" in entry) {
    // The WAL of a database goes the way of its database.
    const { reason } = entry;
    if (reason !== "part_of_database") plan.leftAlone.push({ root, path, reason });
    return undefined;
  }
  if (isSameEntry(wanted, entry)) {
    if (wanted.kind !== "absent") plan.unchanged++;
    return undefined;
  }
  plan.items.push({
    root,
    path,
    wanted,
    look: now.look,
    sameContent: wanted.kind === "file" && entry.kind === "file" && wanted.object === entry.object,
    database: [wanted, entry, known?.entry].some((one) => one?.kind === "file" && one.database),
  });
  return entry;
}

/** Reads a path to learn what it is, storing nothing; or why it cannot be read. */
async function entryOf(
  { store, survey, pool }: Planning,
  { root, path, now: { look }, known }: Turning,
): Promise<Entry | NotRead> {
  const config = survey.rules.configFormat(root.part, path);
  const absolute = absoluteOf(store, { root, path });
  const reader = { store, writer: dryWriter, pool };
  const seen = await readPath(reader, { absolute, look, known, config });
  return "entry" in seen ? seen.entry : seen;
}
