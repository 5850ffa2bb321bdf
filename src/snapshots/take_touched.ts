/** Records a workspace as a hook has to: in a moment, when little has changed. */
import type { SnapshotContext } from "./events.ts";
import { forgetMarks, keepMarks, makeMarks, newestEvent } from "./marks.ts";
import { recordFiles } from "./record.ts";
import { absoluteOf, type Scope } from "./roots.ts";
import type { SnapshotStore } from "./store.ts";
import type { Touched } from "./touched.ts";

/**
 * Records what has changed in a workspace since the last time, as {@linkcode takeSnapshot} does, but
 * where {@linkcode findTouched} has told what was touched, only that.
 */
export async function takeTouched(
  store: SnapshotStore,
  scope: Scope,
  context: SnapshotContext,
  touched?: Touched,
): Promise<void> {
  const root = scope.main.path;
  const fits = touched && touched.root === root && touched.event <= newestEvent(store);
  if (fits && await recordTouched(store, scope, context, touched)) return;
  forgetMarks(store, root);
  // Made before the look: what is changed after them is found, and recorded twice at worst.
  const marks = makeMarks(store, scope);
  const { takeSnapshot } = await import("./take.ts"); // seldom needed here
  const { skipped } = await takeSnapshot(store, scope, context, { onlyIfChanged: true });
  if (marks && skipped.length === 0) keepMarks(store, root, marks);
}

/** Says whether that was enough: databases, and what a rule leaves out from now on, want a full look. */
async function recordTouched(
  store: SnapshotStore,
  scope: Scope,
  context: SnapshotContext,
  { paths, added, marks }: Touched,
): Promise<boolean> {
  if (paths.size === 0) return true;
  const { main: root } = scope;
  const absolute = (path: string) => absoluteOf(store, { root, path });
  const all = [...paths].map(absolute);
  const { skipped } = await recordFiles(store, scope, context, all, { readAgain: true });
  const isNew = new Set([...added].map(absolute));
  const isEnough = skipped.every(({ path, reason }) => reason === "excluded" && !isNew.has(path));
  if (isEnough) keepMarks(store, root.path, marks);
  return isEnough;
}
