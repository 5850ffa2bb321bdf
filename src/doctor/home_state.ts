import { type Host, lstatIfThere, pathsOf } from "../base/mod.ts";
import { type Home, rootsOf } from "../profiles/mod.ts";
import { countOf, type Finding, finding } from "./report.ts";
import type { Survey } from "./survey.ts";

/** What is to be said about the files of a home as they lie there. */
export function findHomeState(host: Host, home: Home, survey: Survey): Finding[] {
  return [
    ...interruptedRestores(host, home),
    ...unreadable(survey),
    ...openSecrets(host, home),
  ];
}

/** Nothing where a folder is not there or cannot be listed; the survey tells of the latter. */
function namesIn(host: Host, folder: string): string[] {
  try {
    return host.fs.list(folder).entries.map(({ name }) => name);
  } catch {
    return [];
  }
}

/** A restore keeps its journal in `.lifeboat/restore-*` until it is finished (design.md 1.4). */
function interruptedRestores(host: Host, home: Home): Finding[] {
  const { join } = pathsOf(host.platform);
  const found = rootsOf(host, home).some((root) =>
    root.kind === "folder" &&
    namesIn(host, join(root.path, ".lifeboat")).some((name) => name.startsWith("restore-"))
  );
  if (!found) return [];
  return [finding(
    "error",
    "interrupted_restore",
    "A restore of this home was interrupted: its files may be partly old and partly new",
    "Close the agent and start the restore again: it first finishes or takes back the other one.",
  )];
}

/** The survey's own troubles, a few of them by name. */
function unreadable({ failures }: Survey): Finding[] {
  const of = (code: string) => failures.filter((failure) => failure.code === code);
  const named = (list: { path: string }[]) => {
    const shown = list.slice(0, 3).map(({ path }) => path).join(", ");
    return list.length > 3 ? `${shown} and ${list.length - 3} more` : shown;
  };
  const [closed, odd] = [of("unreadable"), of("name_not_utf8")];
  return [
    ...(closed.length === 0 ? [] : [finding(
      "warning",
      "unreadable_files",
      `${countOf(closed.length, "file or folder", "files or folders")} cannot be read: ` +
        named(closed),
      "A backup will lack them. Make them readable for your user.",
    )]),
    ...(odd.length === 0 ? [] : [finding(
      "warning",
      "names_not_utf8",
      `${countOf(odd.length, "name")} cannot be opened, not being UTF-8: ${named(odd)}`,
      "A backup will lack them. Rename them.",
    )]),
  ];
}

const SECRET_FILES = {
  codex: ["auth.json", ".credentials.json"],
  "claude-code": [".credentials.json", ".claude.json"],
};

/** Secrets that other users of the machine can read. Windows has no such bits. */
function openSecrets(host: Host, home: Home): Finding[] {
  const { transcripts } = home.profile;
  if (!transcripts || host.platform === "windows") return [];
  const inHome = SECRET_FILES[transcripts].map((name) =>
    pathsOf(host.platform).join(home.path, name)
  );
  const outside = home.roots.filter(({ kind }) => kind === "file").map(({ path }) => path);
  return [...inHome, ...outside].filter((path) => isOpen(host, path)).map((path) =>
    finding(
      "warning",
      "secret_file_open",
      `Other users of this machine can read ${path}`,
      `Take that from them: chmod 600 "${path}". Lifeboat changes no permissions.`,
    )
  );
}

function isOpen(host: Host, path: string): boolean {
  try {
    const info = lstatIfThere(host.fs, path);
    return info?.kind === "file" && (info.mode & 0o077) !== 0;
  } catch {
    // In a folder that cannot be searched; the survey tells of it.
    return false;
  }
}
