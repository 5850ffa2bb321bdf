import {
  checkInterrupt,
  describeError,
  type FileInfo,
  type Host,
  isNotFound,
  pathsOf,
  statIfThere,
} from "../base/mod.ts";
import {
  compileRules,
  type ExcludeRules,
  isDatabase,
  walk,
  type WalkItem,
} from "../capture/mod.ts";
import {
  type Home,
  HOME_ROOT,
  type HomeRoot,
  type ProfileConfig,
  rootsOf,
} from "../profiles/mod.ts";
import type { PathReport, PathScanError } from "./report.ts";

/** Everything the doctor needs to know of the files of a home, gathered in one walk. */
export interface Survey {
  /** By the name of the important path. */
  paths: Record<string, PathReport>;
  /** What could not be looked at within important paths. */
  pathErrors: PathScanError[];
  /** What could not be looked at elsewhere, or cannot be captured by name. */
  failures: { path: string; code: string; error: string }[];
  /** Symbolic links of the home. */
  links: { path: string; target: string }[];
  /** Databases, by content, and files that are one by name alone. */
  databases: (SurveyedFile & { genuine: boolean })[];
  /** Files that the profile says must parse. */
  configs: (SurveyedFile & { format: ProfileConfig["format"] })[];
}

/** A file of the home or of a root outside. */
export interface SurveyedFile {
  /** Id of its root. */
  root: string;
  /** Below the root, forward slashes. */
  path: string;
  absolute: string;
}

/** One walk through a home and its roots. */
interface Walking {
  host: Host;
  rules: ExcludeRules;
  survey: Survey;
  /** The important paths of the survey. */
  important: [name: string, report: PathReport][];
  opens: Opening;
}

/** A survey of nothing, for a home that cannot be looked at. */
export function emptySurvey(): Survey {
  return { paths: {}, pathErrors: [], failures: [], links: [], databases: [], configs: [] };
}

/**
 * Which files are opened: all, to find databases and what cannot be read; only what may be a database
 * and what its permissions keep its owner from reading; or none.
 */
export type Opening = "all" | "needed" | "none";

/** Takes in what a walk comes across. */
export type See = (root: HomeRoot, item: WalkItem) => void;

/**
 * Walks through a home and its roots as a full backup would, so that what is reported is what would
 * be captured. Throws only `interrupted`.
 */
export function walkHome(host: Host, home: Home, see: See): void {
  const rules = compileRules(home.profile, "full", []);
  for (const root of rootsOf(host, home)) {
    for (const item of walk(host, root, rules)) {
      checkInterrupt(host);
      see(root, item);
    }
  }
}

/**
 * A survey that grows with what somebody who walks through the home shows it.
 *
 * @param opens `none` for a backup, which opens them itself and reports what it finds
 */
export function beginSurvey(host: Host, home: Home, opens: Opening): { survey: Survey; see: See } {
  const survey = emptySurvey();
  for (const name of home.profile.important) lookAtImportant(host, home, name, survey);
  const rules = compileRules(home.profile, "full", []);
  const walking = { host, rules, survey, important: Object.entries(survey.paths), opens };
  return { survey, see: (root, item) => record(walking, root, item) };
}

/** A folder that is a link counts as there; what is behind it is not in a backup. */
function lookAtImportant(host: Host, home: Home, name: string, survey: Survey): void {
  const path = pathsOf(host.platform).join(home.path, ...name.split("/"));
  try {
    const info = statIfThere(host.fs, path);
    survey.paths[name] = info?.kind === "directory"
      ? { present: true, files: 0, dirs: 0, errors: [] }
      : { present: info !== undefined, bytes: info?.size ?? 0 };
  } catch (error) {
    survey.paths[name] = { present: true };
    addPathError(survey, name, ".", describeError(error));
  }
}

function addPathError(survey: Survey, name: string, relative: string, error: string): void {
  const entry = { relative_path: relative, method: "walk" as const, error };
  (survey.paths[name].errors ??= []).push(entry);
  survey.pathErrors.push({ path: name, ...entry });
}

function record(walking: Walking, root: HomeRoot, item: WalkItem): void {
  const { survey } = walking;
  const inHome = root.id === HOME_ROOT;
  if (item.type === "failed") return recordFailure(walking, root, item);
  if (inHome && item.type === "symlink") {
    survey.links.push({ path: item.path, target: item.target });
  }
  if (item.type === "skipped") return;
  if (inHome) countImportant(walking, item);
  if (item.type === "file") recordFile(walking, root, item.path, item.info);
}

const OWNER_READS = 0o400;

function recordFile(walking: Walking, root: HomeRoot, path: string, info: FileInfo): void {
  const { host, rules, survey } = walking;
  const format = rules.configFormat(root.id, path);
  if (walking.opens === "none" && !format) return;
  const absolute = root.kind === "file"
    ? root.path
    : pathsOf(host.platform).join(root.path, ...path.split("/"));
  const file = { root: root.id, path, absolute };
  if (walking.opens !== "none") recordDatabase(walking, file, info.size);
  const isLocked = (info.mode & OWNER_READS) === 0 && host.platform !== "windows";
  if (walking.opens === "all" || (walking.opens === "needed" && isLocked)) {
    checkReadable(walking, file);
  }
  if (format) survey.configs.push({ ...file, format });
}

/** Pages have at least this size, so a database that is whole is a multiple of it. */
const SMALLEST_PAGE = 512;

/**
 * Looks into files that are databases by size or name, which spares most of a home being read. An
 * empty file is an empty database, with nothing to check unless it has a WAL.
 */
function recordDatabase({ host, survey }: Walking, file: SurveyedFile, bytes: number): void {
  const isNamedSo = bytes > 0 && /\.sqlite$/i.test(file.path);
  if (!isNamedSo && bytes % SMALLEST_PAGE !== 0) return;
  const genuine = isDatabase(host.fs, file.absolute);
  if (genuine || isNamedSo) survey.databases.push({ ...file, genuine });
}

/** Whether a file may be read shows only when it is opened. */
function checkReadable({ host, survey }: Walking, { path, absolute }: SurveyedFile): void {
  try {
    host.fs.open(absolute).close();
  } catch (error) {
    if (isNotFound(error)) return;
    survey.failures.push({ path, code: "unreadable", error: describeError(error) });
  }
}

function countImportant(walking: Walking, item: WalkItem): void {
  for (const [name, report] of importantAbove(walking, item.path)) {
    if (report.files === undefined || item.path === name) continue;
    if (item.type === "directory") report.dirs! += 1;
    else report.files += 1;
  }
}

function importantAbove({ important }: Walking, path: string): Walking["important"] {
  return important.filter(([name]) =>
    path.startsWith(name) && (path.length === name.length || path[name.length] === "/")
  );
}

/** A name that is not UTF-8 is no fault of the folder: the rest of it is captured. */
function recordFailure(
  walking: Walking,
  root: HomeRoot,
  item: WalkItem & { type: "failed" },
): void {
  const { survey } = walking;
  const above = root.id === HOME_ROOT && item.code !== "name_not_utf8"
    ? importantAbove(walking, item.path)
    : [];
  for (const [name] of above) {
    const relative = item.path === name ? "." : item.path.slice(name.length + 1);
    addPathError(survey, name, relative, item.error);
  }
  if (above.length > 0) return;
  const path = root.id === HOME_ROOT ? item.path : `${root.path}: ${item.path}`;
  survey.failures.push({ path, code: item.code, error: item.error });
}
