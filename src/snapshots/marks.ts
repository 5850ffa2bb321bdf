/** Keeps how a workspace looked when it was recorded. */
import { joinBytes, readMark, removeIfThere } from "../base/mod.ts";
import type { Scope } from "./roots.ts";
import { rulesOf } from "./rules.ts";
import type { SnapshotStore } from "./store.ts";
import {
  markAt,
  type MarkedFolder,
  type Marks,
  MARKS_VERSION,
  type MarksHeader,
  marksPath,
} from "./touched.ts";

/** The newest event of a store. */
export function newestEvent(store: SnapshotStore): number {
  const sql = "SELECT seq FROM sqlite_sequence WHERE name = 'events'";
  return store.get<{ seq: number }>(sql)?.seq ?? 0;
}

/** Marks of all folders of a workspace as it is now; nothing where they cannot be had. */
export function makeMarks(store: SnapshotStore, scope: Scope): Marks | undefined {
  const { main: root } = scope;
  const rules = rulesOf(store, scope, root);
  const folders: MarkedFolder[] = [];
  const paths = [""];
  for (let path = paths.pop(); path !== undefined; path = paths.pop()) {
    const mark = markAt(store.host, root.path, path);
    const entries = mark && readMark(mark.bytes);
    if (!entries) return undefined;
    folders.push({ path, ...mark });
    for (const [name, { isFolder }] of entries) {
      const below = path === "" ? name : `${path}/${name}`;
      if (isFolder && rules.ruleFor(root.part, below, true) === undefined) paths.push(below);
    }
  }
  return { folders };
}

/** Keeps marks. What they show must have been recorded before. */
export function keepMarks(store: SnapshotStore, root: string, { folders }: Marks): void {
  const { host, settings, objects } = store;
  const header: MarksHeader = {
    version: MARKS_VERSION,
    settings: JSON.stringify(settings),
    event: newestEvent(store),
    folders: folders.map(({ path, bytes, recent }) => ({ path, bytes: bytes.length, recent })),
  };
  const head = new TextEncoder().encode(JSON.stringify(header) + "\n");
  const place = marksPath(host, settings, root);
  const temporary = objects.temporary();
  const file = host.fs.open(temporary, { createNew: true, mode: 0o600 });
  try {
    file.write(joinBytes([head, ...folders.map(({ bytes }) => bytes)]));
    file.close();
    host.fs.rename(temporary, place); // not synced: what is lost is made anew
  } catch (error) {
    removeIfThere(host.fs, temporary);
    throw error;
  }
}

/** Forgets marks: what they show has not been recorded. */
export function forgetMarks({ host, settings }: SnapshotStore, root: string): void {
  removeIfThere(host.fs, marksPath(host, settings, root));
}
