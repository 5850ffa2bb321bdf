/** Reads `.gitignore` and `.lifeboatignore` (the format is git's, gitignore(5)). */

/** One pattern of an ignore file. */
interface IgnorePattern {
  /** Takes back what an earlier pattern says. */
  negated: boolean;
  folderOnly: boolean;
  matches: RegExp;
}

/** What an ignore file says of a path below its folder; nothing when no pattern means it. */
export type IgnoreFile = (path: string, isFolder: boolean) => boolean | undefined;

const SPECIAL = /[\\^$.|+(){}]/g;

/** `[a-z]` and `[!a-z]`, which never mean a slash; undefined when the bracket is never closed. */
function classAt(glob: string, at: number): { source: string; end: number } | undefined {
  const end = glob.indexOf("]", at + (/^\[[!^]?\]/.exec(glob.slice(at))?.[0].length ?? 1));
  if (end < 0) return undefined;
  const inner = glob.slice(at + 1, end).replace(/^[!^]/, "");
  const negated = /^[!^]/.test(glob.slice(at + 1, end));
  const escaped = inner.replaceAll(/[\][^]/g, "\\$&");
  return { source: `(?!/)[${negated ? "^" : ""}${escaped}]`, end };
}

function globSource(glob: string): string {
  let source = "";
  for (let at = 0; at < glob.length; at++) {
    const char = glob[at];
    const rest = glob.slice(at);
    const isStart = at === 0 || glob[at - 1] === "/";
    if (isStart && rest === "**") return `${source}.+`;
    if (isStart && rest.startsWith("**/")) {
      source += "(?:.*/)?";
      at += 2;
    } else if (char === "*") {
      source += "[^/]*";
      while (glob[at + 1] === "*") at++;
    } else if (char === "?") source += "[^/]";
    else if (char === "\\" && at + 1 < glob.length) {
      source += glob[++at].replace(/[^\w\s/]/, "\\$&");
    } else {
      const bracket = char === "[" ? classAt(glob, at) : undefined;
      source += bracket?.source ?? char.replace(SPECIAL, "\\$&").replace("[", "\\[");
      at = bracket?.end ?? at;
    }
  }
  return source;
}

function parsePattern(line: string, ignoreCase: boolean): IgnorePattern | undefined {
  const trimmed = line.replace(/\r$/, "").replace(/(?<!\\) +$/, "");
  if (trimmed === "" || trimmed.startsWith("#")) return undefined;
  const negated = trimmed.startsWith("!");
  const glob = negated ? trimmed.slice(1) : trimmed;
  const folderOnly = glob.endsWith("/");
  const body = folderOnly ? glob.slice(0, -1) : glob;
  const anchored = body.includes("/");
  const source = `^${anchored ? "" : "(?:.*/)?"}${globSource(body.replace(/^\//, ""))}$`;
  try {
    return { negated, folderOnly, matches: new RegExp(source, ignoreCase ? "is" : "s") };
  } catch {
    return undefined; // a range such as [z-a] means nothing, for git as well
  }
}

/** Compiles an ignore file: of the patterns that mean a path, the last decides. */
export function parseIgnoreFile(text: string, ignoreCase: boolean): IgnoreFile {
  const patterns = text.split("\n")
    .map((line) => parsePattern(line, ignoreCase))
    .filter((pattern) => pattern !== undefined)
    .reverse();
  return (path, isFolder) => {
    const decides = patterns.find(({ folderOnly, matches }) =>
      (isFolder || !folderOnly) && matches.test(path)
    );
    return decides && !decides.negated;
  };
}
