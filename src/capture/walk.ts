import {
  describeError,
  type DirEntry,
  type FileInfo,
  type Host,
  isNotFound,
  type Listing,
  pathsOf,
} from "../base/mod.ts";
import type { HomeRoot } from "../profiles/mod.ts";
import type { ExcludeRules } from "./rules.ts";

/** Something below a root. `path` is relative to the root, with forward slashes. */
export type WalkItem =
  & { path: string }
  & (
    | { type: "file"; info: FileInfo }
    | { type: "directory"; info: FileInfo }
    | { type: "symlink"; target: string }
    | { type: "skipped"; reason: "excluded" | "special_file" | "vanished"; rule?: string }
    | { type: "failed"; code: "unreadable" | "name_not_utf8"; error: string }
  );

/** Staging and journal of a restore, at the top of each root; never part of a home (design.md 7). */
const OWN_FOLDER = ".lifeboat";

/** Where the path of a root itself is told, which has no name below itself. */
const ROOT_PATH = ".";

/** What a walk needs at every level. */
interface Walking {
  host: Host;
  root: HomeRoot;
  rules: ExcludeRules;
}

/**
 * Everything below a root: depth first, a folder before what is in it, sorted by name at each level.
 * Links are told, never followed. What cannot be read is told too. Holds one listing per level.
 * A root that is not there has nothing.
 */
export function* walk(host: Host, root: HomeRoot, rules: ExcludeRules): Generator<WalkItem> {
  const walking = { host, root, rules };
  const top = describe(host, root.path, root.kind === "file" ? root.name : ROOT_PATH);
  if (top.type === "skipped" && top.reason === "vanished") return;
  if (root.kind === "folder" && top.type === "directory") return yield* walkRoot(walking);
  if (root.kind === "file" && top.type !== "directory") {
    return yield excluded(walking, top.path, "file") ?? top;
  }
  const error = top.type === "failed" ? top.error : `${root.path} is no ${root.kind}`;
  yield { type: "failed", path: top.path, code: "unreadable", error };
}

function* walkRoot(walking: Walking): Generator<WalkItem> {
  const { host, root, rules } = walking;
  const listing = list(host, root.path, ROOT_PATH);
  if ("type" in listing) return yield listing;
  const entries = listing.entries.filter(({ name }) =>
    name !== OWN_FOLDER && rules.belongs(root.id, name)
  );
  yield* walkListing(walking, root.path, "", { ...listing, entries });
}

function* walkListing(
  walking: Walking,
  folder: string,
  prefix: string,
  { entries, lost }: Listing,
): Generator<WalkItem> {
  const { sep } = pathsOf(walking.host.platform);
  // Joined by hand: the library's join takes longer than a call of the system.
  const start = folder.endsWith(sep) ? folder : folder + sep;
  for (const { name, kind, info } of entries) {
    const path = prefix + name;
    const item = excluded(walking, path, kind) ??
      describe(walking.host, start + name, path, info);
    if (item.type === "directory") yield* walkFolder(walking, start + name, item);
    else yield item;
  }
  for (const name of lost) {
    const error = "The name is not UTF-8, so the file cannot be opened";
    yield { type: "failed", path: prefix + name, code: "name_not_utf8", error };
  }
}

function excluded({ root, rules }: Walking, path: string, kind: DirEntry["kind"]) {
  const rule = rules.ruleFor(root.id, path, kind === "directory");
  return rule === undefined
    ? undefined
    : { type: "skipped" as const, path, reason: "excluded" as const, rule };
}

function describe(host: Host, absolute: string, path: string, listed?: FileInfo): WalkItem {
  try {
    const info = listed ?? host.fs.lstat(absolute);
    if (info.kind === "symlink") {
      return { type: "symlink", path, target: host.fs.readLink(absolute) };
    }
    if (info.kind === "file" || info.kind === "directory") return { type: info.kind, path, info };
    return { type: "skipped", path, reason: "special_file" };
  } catch (error) {
    return troubleWith(path, error);
  }
}

function* walkFolder(walking: Walking, absolute: string, item: WalkItem): Generator<WalkItem> {
  const listing = list(walking.host, absolute, item.path);
  const vanished = "type" in listing && listing.type === "skipped";
  if (!vanished) yield item;
  if ("type" in listing) yield listing;
  else yield* walkListing(walking, absolute, `${item.path}/`, listing);
}

function list(host: Host, absolute: string, path: string): Listing | WalkItem {
  try {
    return host.fs.list(absolute, { withInfo: true });
  } catch (error) {
    return troubleWith(path, error);
  }
}

function troubleWith(path: string, error: unknown): WalkItem {
  if (isNotFound(error)) return { type: "skipped", path, reason: "vanished" };
  return { type: "failed", path, code: "unreadable", error: describeError(error) };
}
