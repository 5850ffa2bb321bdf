/** Where something absolute lies in a home, so that a journal can name it. */
import { type Host, isInside, lstatIfThere, pathsOf, toSlashes } from "../base/mod.ts";
import { type Home, rootsOf } from "../profiles/mod.ts";

/** A path of a home: its root, and the path below it with forward slashes. */
export interface Place {
  root: string;
  path: string;
}

/** The innermost root that holds a path; nothing where it lies outside all of them. */
export function placeIn(host: Host, home: Home, path: string): Place | undefined {
  const { relative } = pathsOf(host.platform);
  const [root] = rootsOf(host, home)
    .filter((one) =>
      one.kind === "file" ? one.path === path : isInside(path, one.path, host.platform)
    )
    .sort((a, b) => b.path.length - a.path.length);
  if (!root) return undefined;
  const below = root.kind === "file" ? root.name : relative(root.path, path);
  return { root: root.id, path: toSlashes(below, host.platform) };
}

/** Why nothing can be written to a path, or nothing: what is there, and the folders on the way. */
export function faultOfTarget(host: Host, home: Home, target: string): string | undefined {
  const { dirname } = pathsOf(host.platform);
  const place = placeIn(host, home, target);
  if (!place) return "target lies outside the home";
  const top = rootsOf(host, home).find(({ id }) => id === place.root)!;
  if (lstatIfThere(host.fs, target)?.kind === "symlink") return "target is a symlink";
  if (top.kind === "file") return undefined;
  for (let folder = dirname(target); folder.length > top.path.length; folder = dirname(folder)) {
    const kind = lstatIfThere(host.fs, folder)?.kind;
    if (kind !== undefined && kind !== "directory") return `a folder on the way is a ${kind}`;
  }
  return undefined;
}
