/** Records single files, as hooks do: what a tool is about to touch, and what it did touch. */
import { describeError } from "../base/mod.ts";
import {
  addSnapshot,
  completeSnapshot,
  type Found,
  noteFound,
  type SnapshotContext,
} from "./events.ts";
import { type FileLook, isSameLook, isTrusted, type Look, sidesOf } from "./look.ts";
import { type NotRead, type Reader, readPath } from "./read.ts";
import { absoluteOf, locate, lookAtPlace, type Place, type Scope } from "./roots.ts";
import { rulesOf, type SnapshotRules } from "./rules.ts";
import { type State, stateOf, statesBelow, wasAbsent } from "./states.ts";
import type { SnapshotStore } from "./store.ts";

/** A path that was not recorded. */
export interface SkippedPath extends NotRead {
  path: string;
}

/** What was recorded. */
export interface Recorded {
  /** Id of the snapshot, as `snapshot list` names it; null when nothing had changed. */
  snapshot: string | null;
  changes: number;
  skipped: SkippedPath[];
}

/** How files are recorded. */
export interface RecordOptions {
  /** Also files that look as they did: more is known than their looks tell. */
  readAgain?: boolean;
}

/** So often a path is read that changes meanwhile. */
export const MAX_ROUNDS = 4;

/**
 * Records the state of files as it is now, compared with what is known of them. Paths are absolute;
 * what lies outside the scope, or is left out by a rule, is skipped. A folder that is gone takes
 * along all that was known in it. Databases are left to {@linkcode takeSnapshot}, which has workers.
 */
export async function recordFiles(
  store: SnapshotStore,
  scope: Scope,
  context: SnapshotContext,
  paths: readonly string[],
  options: RecordOptions = {},
): Promise<Recorded> {
  const skipped: SkippedPath[] = [];
  const rules = new Map(scope.roots.map((root) => [root.id, rulesOf(store, scope, root)]));
  let places = placesOf(store, scope, rules, paths, skipped);
  const total = { snapshot: undefined as number | undefined, changes: 0 };
  for (let round = 1; places.length > 0; round++) {
    const found = await readPlaces(store, rules, places, { skipped, ...options });
    const isLast = round === MAX_ROUNDS;
    const { unstable } = note(store, scope, context, found, total);
    places = isLast ? [] : unstable.map(({ root, path }) => ({ root, path }));
    if (isLast) skipped.push(...unstable.map((one) => neverStable(store, one)));
  }
  return { snapshot: nameOf(store, total.snapshot), changes: total.changes, skipped };
}

function neverStable(store: SnapshotStore, place: Place): SkippedPath {
  return { path: absoluteOf(store, place), reason: "never_stable" };
}

/** The id by which people name a snapshot. */
export function nameOf(store: SnapshotStore, snapshot: number | undefined): string | null {
  if (snapshot === undefined) return null;
  return store.get<{ name: string }>("SELECT name FROM snapshots WHERE id = ?", snapshot)!.name;
}

type RulesOfRoots = Map<number, SnapshotRules>;

function placesOf(
  store: SnapshotStore,
  scope: Scope,
  rules: RulesOfRoots,
  paths: readonly string[],
  skipped: SkippedPath[],
): Place[] {
  const places = new Map<string, Place>();
  for (const path of paths) {
    const place = locateSafely(store, scope, path);
    const rule = "root" in place ? ruleOf(store, rules, place) : undefined;
    if (!("root" in place)) skipped.push({ path, reason: "outside", message: place.reason });
    else if (rule) skipped.push({ path, reason: "excluded", message: rule });
    else for (const one of withOthers(store, place)) places.set(`${one.root.id}\0${one.path}`, one);
  }
  return [...places.values()];
}

function locateSafely(store: SnapshotStore, scope: Scope, path: string) {
  try {
    return locate(store, scope, path);
  } catch (error) {
    return { reason: describeError(error) }; // links in a circle, a folder that may not be entered
  }
}

function ruleOf(store: SnapshotStore, rules: RulesOfRoots, place: Place): string | undefined {
  const { root, path } = place;
  const isFolder = lookAtPlace(store, place).kind === "folder";
  const ruled = rules.get(root.id)!;
  if (!ruled.belongs(root.part, path.split("/")[0])) return "not the agent's";
  return ruled.pathRule(path, isFolder);
}

/**
 * The folders above that are not there, or were not, or whose state is known, so that a rollback knows which of
 * them a tool has made; and what is known below a folder that is gone.
 */
function withOthers(store: SnapshotStore, place: Place): Place[] {
  const { root, path } = place;
  const look = (one: Place) => lookAtPlace(store, one);
  const names = root.form === "file" ? [] : path.split("/").slice(0, -1);
  const above = names.map((_, index) => ({ root, path: names.slice(0, index + 1).join("/") }))
    .filter((one) =>
      stateOf(store, one) !== undefined || look(one).kind === "absent" || wasAbsent(store, one)
    );
  const known = stateOf(store, place);
  const below = known?.entry.kind === "folder" && look(place).kind !== "folder"
    ? statesBelow(store, place).map((one) => ({ root, path: one.path }))
    : [];
  return [...above, place, ...below];
}

/** Whether a path still is what is known of it, without reading it. */
export function isKnown(store: SnapshotStore, place: Place, look: Look, known?: State): boolean {
  if (!known || look.kind === "other") return false;
  if (look.kind !== "file") return isSameLook(look, known.look);
  const { entry } = known;
  return entry.kind === "file" && isSameLook(look, known.look) && isTrusted(look, known.seenMs) &&
    (!entry.database || hasSameSides(store, place, known.look as FileLook));
}

function hasSameSides(store: SnapshotStore, place: Place, known: FileLook): boolean {
  return sidesOf(store.host.fs, absoluteOf(store, place)) === known.sides;
}

async function readPlaces(
  store: SnapshotStore,
  rules: RulesOfRoots,
  places: Place[],
  { skipped, readAgain }: RecordOptions & { skipped: SkippedPath[] },
): Promise<Found[]> {
  const reader: Reader = { store, writer: store.objects.writer() };
  const found: Found[] = [];
  for (const place of places) {
    const absolute = absoluteOf(store, place);
    const [look, known] = [lookAtPlace(store, place), stateOf(store, place)];
    if (!readAgain && isKnown(store, place, look, known)) continue;
    const { root, path } = place;
    const rule = look.kind === "file" && rules.get(root.id)!.fileRule(path, look.size);
    if (rule) {
      skipped.push({ path: absolute, reason: "excluded", message: rule });
      continue;
    }
    const config = rules.get(root.id)!.configFormat(root.part, path);
    const seen = await readPath(reader, { absolute, look, known, config });
    if ("reason" in seen) skipped.push({ path: absolute, ...seen });
    else found.push({ root, path, seen });
  }
  await reader.writer.flush();
  return found;
}

/** A snapshot is added with its first event, so that a look that finds nothing leaves nothing. */
function note(
  store: SnapshotStore,
  { main }: Scope,
  context: SnapshotContext,
  found: Found[],
  total: { snapshot?: number; changes: number },
) {
  if (found.length === 0) return { unstable: [] };
  return store.write(() => {
    const snapshot = () => total.snapshot ??= addSnapshot(store, main, context);
    const { events, unstable } = noteFound(store, snapshot, found);
    total.changes += events;
    if (total.snapshot !== undefined) completeSnapshot(store, total.snapshot, total.changes);
    return { unstable };
  });
}
