/** Folders that are tracked from now on. */
import { LifeboatError, pathsOf, statIfThere } from "../base/mod.ts";
import { HOME_ROOT, realPathOf } from "../profiles/mod.ts";
import { fromRow, type RootRow, type Scope, type TrackedRoot } from "./roots.ts";
import type { SnapshotStore } from "./store.ts";

/** A root to track. */
export type NewRoot = Pick<TrackedRoot, "path" | "kind" | "form" | "profile" | "part"> & {
  owner?: number;
};

function findRoot(store: SnapshotStore, path: string): TrackedRoot | undefined {
  const row = store.get<RootRow>("SELECT * FROM roots WHERE path = ?", path);
  return row && fromRow(row);
}

/** The root at a path, which is tracked from now on. A folder that was a workspace can turn out to be a home: it keeps its history. */
export function track(store: SnapshotStore, root: NewRoot): TrackedRoot {
  const known = findRoot(store, root.path);
  if (known && (known.kind === root.kind || root.kind === "workspace")) return known;
  return store.write(() => {
    const { path, kind, form, profile, part, owner } = root;
    store.run(
      `INSERT INTO roots (owner, path, kind, form, profile, part) VALUES (0, ?, ?, ?, ?, ?)
        ON CONFLICT (path) DO UPDATE SET kind = 'home', profile = excluded.profile,
          part = excluded.part WHERE excluded.kind = 'home'`,
      path,
      kind,
      form,
      profile,
      part,
    );
    store.run("UPDATE roots SET owner = coalesce(?, id) WHERE path = ?", owner ?? null, path);
    return findRoot(store, path)!;
  });
}

/** The scope of a folder that an agent works in. Throws `no_such_folder`. */
export function trackWorkspace(store: SnapshotStore, folder: string): Scope {
  const { host } = store;
  const path = realPathOf(host, pathsOf(host.platform).resolve(folder));
  if (statIfThere(host.fs, path)?.kind !== "directory") {
    throw new LifeboatError("missing", "no_such_folder", `There is no folder ${path}`, {
      hint: "Name the folder that the agent works in.",
    });
  }
  const root = track(store, {
    path,
    kind: "workspace",
    form: "folder",
    profile: null,
    part: HOME_ROOT,
  });
  return { main: root, roots: [root] };
}
