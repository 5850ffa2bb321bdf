/** Walks a whole root and tells, without reading, what is not as it is known. */
import { createPulse, lstatIfThere } from "../base/mod.ts";
import { walk, type WalkItem } from "../capture/mod.ts";
import { MODE } from "./entry.ts";
import { fileLook, type Look } from "./look.ts";
import { isKnown, type SkippedPath } from "./record.ts";
import { absoluteOf, type Place, type Scope, type TrackedRoot } from "./roots.ts";
import { rulesOf, type SnapshotRules } from "./rules.ts";
import { markOf, marksOf, NOTHING_THERE, type State, stateOf } from "./states.ts";
import type { SnapshotStore } from "./store.ts";

/** What a walk has found of a root. */
export interface Survey {
  root: TrackedRoot;
  rules: SnapshotRules;
  /** How each known path looked, as {@linkcode marksOf} tells it. */
  marks: Map<string, string>;
  looked: number;
  changed: Looked[];
  seen: Set<string>;
  /** Left out, or not to be read: what is known of these, or of what is in them, stays. */
  blocked: string[];
  skipped: SkippedPath[];
  /** The root itself is not there. */
  isGone: boolean;
}

/** A path that is not what is known of it, as far as a look can tell. */
export interface Looked extends Place {
  look: Look;
  known?: State;
  /** The path that this file had before, or has now. */
  other?: string;
}

/** A transcript of which only the end was read is read as a whole once it rests so long, ms. */
const REST_MS = 10 * 60 * 1000;

/** Looks at all of a root. Changes nothing. */
export async function surveyRoot(
  store: SnapshotStore,
  scope: Scope,
  root: TrackedRoot,
): Promise<Survey> {
  const { host } = store;
  const rules = rulesOf(store, scope, root);
  const found: Survey = {
    root,
    rules,
    marks: marksOf(store, root),
    looked: 0,
    changed: [],
    seen: new Set(),
    blocked: [],
    skipped: [],
    isGone: false,
  };
  const pulse = createPulse(host);
  const name = root.path.split(/[\\/]/).at(-1)!;
  const walked = { id: root.part, kind: root.form, name, path: root.path } as const;
  for (const item of walk(host, walked, rules)) {
    if (found.looked % 32 === 0) await pulse();
    meet(store, found, item);
  }
  found.isGone = !lstatIfThere(host.fs, root.path);
  return found;
}

function meet(store: SnapshotStore, found: Survey, item: WalkItem): void {
  const { path } = item;
  found.looked++;
  switch (item.type) {
    case "skipped":
      if (item.reason !== "vanished") found.blocked.push(path);
      return;
    case "failed": {
      found.blocked.push(path);
      const absolute = absoluteOf(store, { root: found.root, path });
      found.skipped.push({ path: absolute, reason: item.code, message: item.error });
      return;
    }
    case "directory":
      return compare(store, found, path, { kind: "folder", mode: item.info.mode & MODE });
    case "symlink":
      return compare(store, found, path, { kind: "link", target: item.target });
    case "file":
      if (found.rules.fileRule(path, item.info.size)) return void found.blocked.push(path);
      return compare(store, found, path, fileLook(item.info));
  }
}

function compare(store: SnapshotStore, found: Survey, path: string, look: Look): void {
  const { root, marks, changed, seen } = found;
  seen.add(path);
  const mark = marks.get(path);
  if (mark !== undefined && mark === markOf(look)) return;
  const place = { root, path };
  const known = mark === undefined ? undefined : stateOf(store, place);
  const isRight = isKnown(store, place, look, known) && !mustBeRead(store, look, known!);
  if (!isRight) changed.push({ ...place, look, known });
}

/** Of a transcript only the end was read, and it rests now. */
function mustBeRead({ host }: SnapshotStore, look: Look, { isReadWhole }: State): boolean {
  return !isReadWhole && look.kind === "file" && look.mtimeMs < host.now().getTime() - REST_MS;
}

/** The known paths where something was and that were not met. */
export function unmet({ marks, seen }: Survey): string[] {
  const paths: string[] = [];
  for (const [path, mark] of marks) {
    if (mark !== NOTHING_THERE && !seen.has(path)) paths.push(path);
  }
  return paths;
}

/**
 * What is known and is gone. A root that is gone as a whole is a disk that was taken off rather than
 * an agent that deleted it: what is known of it stays.
 */
export function findGone(store: SnapshotStore, survey: Survey): Looked[] {
  const { root, changed, isGone } = survey;
  if (isGone) return [];
  const isBlocked = blockedIn(survey);
  const gone = unmet(survey).filter((path) => !isBlocked(path)).map((path): Looked => {
    return { root, path, look: { kind: "absent" }, known: stateOf(store, { root, path }) };
  });
  pairRenamed(gone, changed);
  return gone;
}

/** Says whether a path was left out or could not be read, or a folder above it. */
export function blockedIn({ blocked }: Survey): (path: string) => boolean {
  const all = new Set(blocked);
  if (all.has(".")) return () => true; // the root itself could not be read
  return (path) =>
    path.split("/").some((_, index, names) => all.has(names.slice(0, index + 1).join("/")));
}

/** A file that is gone and one that has appeared, which are the same file with the same look. */
function pairRenamed(gone: Looked[], changed: Looked[]): void {
  const key = (look: Look) =>
    look.kind === "file" && look.inode > 0
      ? `${look.device} ${look.inode} ${look.size} ${look.mtimeMs}`
      : undefined;
  const byLook = new Map(
    gone.flatMap((one) => {
      const id = key(one.known!.look);
      return id ? [[id, one] as const] : [];
    }),
  );
  for (const one of changed) {
    const isNew = !one.known || one.known.entry.kind === "absent";
    const from = !isNew ? undefined : byLook.get(key(one.look) ?? "");
    if (!from || from.other !== undefined) continue;
    [one.other, from.other] = [from.path, one.path];
  }
}
