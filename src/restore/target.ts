/** Where a restore writes: decided by the local profile and the user, never by the archive. */
import type { Manifest, ManifestRoot } from "../archive/mod.ts";
import {
  type Host,
  isInside,
  LifeboatError,
  lstatIfThere,
  pathsOf,
  relativePathFault,
} from "../base/mod.ts";
import {
  compilePatterns,
  type Home,
  HOME_ROOT,
  type HomeRoot,
  isActiveHome,
  realPathOf,
} from "../profiles/mod.ts";
import type { TargetRoot } from "./journal_types.ts";
import type { RestoreOptions, SkippedItem } from "./options.ts";

/** The target of a restore. */
export interface Target {
  /** The home that is restored, as the pre-restore backup and the doctor see it. */
  home: Home;
  /** The home first. */
  roots: TargetRoot[];
  /** Whether the user or a configuration chose roots, which the local profile alone does not tell. */
  chosen: boolean;
  /** Whether the agent itself uses this home. */
  isActive: boolean;
  /** Roots of the backup that go nowhere. */
  skipped: SkippedItem[];
}

/**
 * Decides where each root of a backup goes. Throws `unknown_root` when the user names one that the
 * backup does not have, `bad_root_path`, `unsafe_manifest`, `home_is_a_file`, `roots_overlap`, and what
 * {@linkcode checkApartFromBackup} throws.
 */
export function resolveTarget(host: Host, options: RestoreOptions, manifest: Manifest): Target {
  checkIds(manifest);
  checkChosen(host, options, manifest);
  const target = options.targetDir === undefined
    ? targetInPlace(host, options, manifest)
    : targetBelow(host, options, manifest, options.targetDir);
  checkHome(host, target.home);
  checkOverlap(host, target.roots);
  checkApartFromBackup(host, options.backup.source, target.roots);
  return target;
}

function checkHome({ fs }: Host, { path }: Home): void {
  const there = lstatIfThere(fs, path);
  if (!there || there.kind === "directory") return;
  throw new LifeboatError("refused", "home_is_a_file", `${path} is a ${there.kind}, not a folder`, {
    hint: "Move it away, or restore to another folder with --home.",
  });
}

function checkIds({ roots }: Manifest): void {
  const seen = new Set<string>([HOME_ROOT]);
  for (const { id } of roots) {
    const bad = !/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(id) || relativePathFault(id, "windows");
    if (bad || seen.has(id)) {
      throw new LifeboatError("refused", "unsafe_manifest", `The backup has a root named "${id}"`, {
        hint: "Nothing was restored. This backup was changed; use another copy of it.",
      });
    }
    seen.add(id);
  }
}

function checkChosen(host: Host, { roots = {} }: RestoreOptions, manifest: Manifest): void {
  for (const [id, path] of Object.entries(roots)) {
    if (!manifest.roots.some((root) => root.id === id)) {
      throw new LifeboatError("refused", "unknown_root", `The backup has no root named ${id}`, {
        hint: `It has: ${manifest.roots.map((root) => root.id).join(", ") || "none"}.`,
      });
    }
    if (!pathsOf(host.platform).isAbsolute(path)) {
      throw new LifeboatError("refused", "bad_root_path", `${path} is not an absolute path`, {
        hint: `Say where root ${id} goes: --root ${id}=/path/to/folder`,
      });
    }
  }
}

/** The home that a restore writes to, before the backup has been looked at. */
export function targetHomeOf(host: Host, { home, targetDir }: RestoreOptions): Home {
  if (targetDir === undefined) return home;
  const path = realPathOf(host, pathsOf(host.platform).join(targetDir, "home"));
  return { ...home, path, isOwn: false, roots: [], rootsLeftOut: [] };
}

function targetBelow(host: Host, options: RestoreOptions, manifest: Manifest, dir: string): Target {
  const { join } = pathsOf(host.platform);
  const at = (...names: string[]) => realPathOf(host, join(dir, ...names));
  const roots = manifest.roots.map((root): HomeRoot => {
    const name = root.kind === "file" ? nameOf(root) : root.id;
    const path = root.kind === "file" ? at("extra", root.id, name) : at("extra", root.id);
    return { id: root.id, kind: root.kind, name, path };
  });
  const home = { ...targetHomeOf(host, options), roots };
  const isActive = isActiveHome(host, home);
  return { home, roots: allRoots(home), chosen: roots.length > 0, isActive, skipped: [] };
}

/** The name of the one file of a root that is a file. */
function nameOf(root: ManifestRoot): string {
  const [entry] = root.entries;
  const name = entry?.relative_path ?? root.id;
  const fault = name.includes("/") ? "a path" : relativePathFault(name, "windows");
  return fault ? root.id : name;
}

function allRoots(home: Home): TargetRoot[] {
  return [
    { id: HOME_ROOT, kind: "folder", path: home.path },
    ...home.roots.map(({ id, kind, path }): TargetRoot => ({ id, kind, path })),
  ];
}

function targetInPlace(host: Host, options: RestoreOptions, manifest: Manifest): Target {
  const { home, roots: chosen = {} } = options;
  const skipped: SkippedItem[] = [];
  const roots = manifest.roots.flatMap((root): HomeRoot[] => {
    const path = chosen[root.id];
    if (path !== undefined) return [chosenRoot(host, root, path)];
    const local = home.roots.find((one) => one.id === root.id && one.kind === root.kind);
    if (!local) skipped.push(skippedRoot(home, root));
    return local ? [local] : [];
  });
  const restored = { ...home, roots };
  return {
    home: restored,
    roots: allRoots(restored),
    chosen: Object.keys(chosen).length > 0 || areConfigured(restored),
    isActive: isActiveHome(host, home),
    skipped,
  };
}

/**
 * Whether the home's configuration says where some of its roots lie. A restore may replace that file,
 * and then it no longer tells what a journal is about.
 */
export function areConfigured({ profile, roots }: Home): boolean {
  return roots.some(({ id }) =>
    profile.roots.some((one) => one.id === id && (profile.configured_roots || one.config))
  );
}

function chosenRoot(host: Host, { id, kind }: ManifestRoot, path: string): HomeRoot {
  return { id, kind, name: pathsOf(host.platform).basename(path), path: realPathOf(host, path) };
}

function skippedRoot(home: Home, root: ManifestRoot): SkippedItem {
  const leftOut = home.rootsLeftOut.some((one) => one.id === root.id && one.kind === root.kind);
  const { id, source } = root;
  const record = { root: id, path: "", files: root.entries.length };
  if (leftOut) {
    const message = `root ${id} (${source}) is left out; take it with --with-roots`;
    return { ...record, reason: "root_left_out", message };
  }
  const later = home.profile.configured_roots
    ? "restore once more when the configuration is back, or "
    : "";
  const message =
    `root ${id} (${source}) is not known here; ${later}say where with --root ${id}=PATH`;
  return { ...record, reason: "unknown_root", message };
}

function checkOverlap({ platform }: Host, roots: TargetRoot[]): void {
  for (const one of roots) {
    const other = roots.find((root) => root !== one && isInside(root.path, one.path, platform));
    if (!other) continue;
    throw new LifeboatError(
      "refused",
      "roots_overlap",
      `Root ${other.id} (${other.path}) would lie inside root ${one.id} (${one.path})`,
      { hint: "Choose a folder outside it with --root." },
    );
  }
}

/** A restore must not write into what it reads. */
function checkApartFromBackup(host: Host, source: string, roots: TargetRoot[]): void {
  const backup = realPathOf(host, source);
  for (const { path } of roots) {
    if (isInside(path, backup, host.platform)) {
      throw new LifeboatError("refused", "target_inside_backup", `${path} lies in the backup`, {
        hint: "Restore to another folder.",
      });
    }
    if (isInside(backup, path, host.platform)) {
      throw new LifeboatError("refused", "backup_inside_target", `${backup} lies in ${path}`, {
        hint: "Move the backup out of the folder that is restored, then try again.",
      });
    }
  }
}

/** Says whether a path below a root belongs to the agent (a root may lie in a shared folder). */
export function belongsTo(home: Home, root: TargetRoot): (path: string) => boolean {
  const only = home.profile.roots.find((one) => one.id === root.id)?.only;
  if (!only) return () => true;
  const matches = compilePatterns(only);
  return (path) => matches(path, false) !== undefined;
}
