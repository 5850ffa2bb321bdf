/** The beginning of a restore: its folders, and the journal's first line. */
import { ROOT_PATH } from "../archive/mod.ts";
import {
  type Host,
  isoWithOffset,
  LifeboatError,
  lstatIfThere,
  pathsOf,
  setAttributes,
  statIfThere,
  writeNewFile,
} from "../base/mod.ts";
import { HOME_ROOT } from "../profiles/mod.ts";
import { headerLine } from "./journal.ts";
import type { JournalHeader, TargetRoot } from "./journal_types.ts";
import { journalOf, newId, ownFolderOf, type Site, stagedFolderOf, workOf } from "./layout.ts";
import { FOLDER_MODE } from "./paths.ts";
import type { Plan } from "./planner.ts";
import { forgetRoots, rememberRoots } from "./recall.ts";

/** A restore that is about to begin. */
export interface Beginning {
  site: Site;
  header: JournalHeader;
  /** Permissions that a root had, by its path here; for those that have to be made. */
  modes: Map<string, number>;
}

/** Decides the restore's id and what it needs. Changes nothing. */
export function prepare(host: Host, plan: Plan): Beginning {
  const { manifest, target, ops } = plan;
  const home = target.roots[0];
  const roots = target.roots.filter((root) =>
    root.id === HOME_ROOT || ops.values().some((op) => op.root === root.id)
  );
  const isTaken = (id: string) =>
    ["restore", "undo", "aside"].some((name) =>
      lstatIfThere(host.fs, workOf({ host, id, roots }, home, `${name}-${id}`)) !== undefined
    );
  const id = newId(host, home.path, isTaken);
  const header: JournalHeader = {
    format: "lifeboat-restore-journal",
    version: 1,
    id,
    profile: target.home.profile.id,
    created_at: isoWithOffset(host.now()),
    backup: manifest.backup_name,
    roots,
    made: roots.flatMap((root) => missingFolders(host, topOf(host, root))),
  };
  return { site: { host, id, roots }, header, modes: modesOf(host, plan) };
}

/** What a folder needs so that its owner can restore into it. */
const OWNER = 0o700;

/** What the backup says of its roots themselves; manifests of others say nothing. */
function modesOf({ platform }: Host, { manifest, target }: Plan): Map<string, number> {
  if (platform === "windows") return new Map();
  return new Map(
    manifest.directories.filter(({ relative_path }) => relative_path === ROOT_PATH)
      .flatMap(({ root, mode }) => {
        const path = target.roots.find(({ id }) => id === root)?.path;
        return path === undefined ? [] : [[path, (mode & FOLDER_MODE) | OWNER]];
      }),
  );
}

/** The folder that must be there for a root. */
function topOf(host: Host, root: TargetRoot): string {
  return root.kind === "folder" ? root.path : pathsOf(host.platform).dirname(root.path);
}

/** The folders on the way to a path that are not there, outermost first. */
function missingFolders(host: Host, path: string): string[] {
  const there = statIfThere(host.fs, path);
  if (there?.kind === "directory") return [];
  if (there) {
    throw new LifeboatError("refused", "not_a_folder", `${path} is a ${there.kind}, not a folder`, {
      hint: "Move it away, or restore to another folder.",
    });
  }
  return [...missingFolders(host, pathsOf(host.platform).dirname(path)), path];
}

/** Makes the folders of a restore; the home and the journal come first, so that nothing is lost sight of. */
export function begin({ site, header, modes }: Beginning, rootsWereChosen: boolean): void {
  const { made } = header;
  const { host, roots } = site;
  const [home, ...others] = roots;
  if (rootsWereChosen || made.includes(home.path)) rememberRoots(site, made);
  makeWork(site, home, made, modes);
  writeNewFile(host.fs, journalOf(site), headerLine(header));
  host.fs.syncDir(workOf(site, home));
  if (!rootsWereChosen) forgetRoots(host, site.id); // the journal tells it from here on
  makeStaged(site, home);
  for (const root of others) {
    makeMissing(host, topOf(host, root), made, modes);
    if (root.kind === "file") continue;
    makeWork(site, root, made, modes);
    makeStaged(site, root);
  }
}

function makeStaged(site: Site, root: TargetRoot): void {
  site.host.fs.makeDir(stagedFolderOf(site, root), 0o700);
  site.host.fs.syncDir(workOf(site, root));
}

type Modes = Beginning["modes"];

function makeMissing(host: Host, path: string, made: string[], modes: Modes): void {
  if (!made.includes(path)) return;
  const { dirname } = pathsOf(host.platform);
  makeMissing(host, dirname(path), made, modes);
  if (lstatIfThere(host.fs, path)) return; // two roots may need the same one
  host.fs.makeDir(path, OWNER);
  const mode = modes.get(path);
  if (mode !== undefined) setAttributes(host.fs, path, { mode });
  host.fs.syncDir(dirname(path));
}

function makeWork(site: Site, root: TargetRoot, made: string[], modes: Modes): void {
  const { host } = site;
  makeMissing(host, root.path, made, modes);
  const own = ownFolderOf(host, root)!;
  const there = lstatIfThere(host.fs, own);
  if (there && there.kind !== "directory") {
    throw new LifeboatError("refused", "unsafe_target", `${own} is a ${there.kind}, not a folder`, {
      hint: "Lifeboat keeps its own files there. Move it away, then try again.",
    });
  }
  if (!there) host.fs.makeDir(own, 0o700);
  host.fs.makeDir(workOf(site, root), 0o700);
  host.fs.syncDir(own);
  host.fs.syncDir(root.path);
}
