/** The patterns in profiles: which paths below a root are meant. */

/** Says which pattern means a path with forward slashes, or nothing when none does. */
export type PatternMatcher = (path: string, isFolder: boolean) => string | undefined;

const SPECIAL = /[\\^$.|+()[\]{}]/g;

function namePattern(name: string): string {
  return name.replaceAll(SPECIAL, "\\$&").replaceAll("*", "[^/]*").replaceAll("?", "[^/]");
}

interface Compiled {
  pattern: string;
  /** Means a folder with what is in it, and a file unless the pattern is one for folders. */
  folder: RegExp;
  file: RegExp;
}

function compile(pattern: string): Compiled {
  const anywhere = pattern.startsWith("**/");
  const folderOnly = pattern.endsWith("/");
  const names = pattern.slice(anywhere ? 3 : 0, folderOnly ? -1 : undefined).split("/");
  const source = `${anywhere ? "(?:^|/)" : "^"}${names.map(namePattern).join("/")}`;
  const folder = new RegExp(`${source}(?:/|$)`, "i");
  return { pattern, folder, file: folderOnly ? new RegExp(`${source}/`, "i") : folder };
}

/**
 * Compiles patterns. `cache` means that name at the top of the root, `**\/cache` in every folder,
 * `log/` only a folder; `*` and `?` stand for characters within a name. A folder that is meant takes
 * along what is in it. Case is ignored.
 */
export function compilePatterns(patterns: readonly string[]): PatternMatcher {
  const compiled = patterns.map(compile);
  if (compiled.length === 0) return () => undefined;
  // One look tells that none means it, as is so for nearly all of the paths in a home.
  const any = new RegExp(compiled.map(({ folder }) => folder.source).join("|"), "i");
  return (path, isFolder) =>
    any.test(path)
      ? compiled.find(({ folder, file }) => (isFolder ? folder : file).test(path))?.pattern
      : undefined;
}

/** Why a pattern cannot be used, or nothing. */
export function patternFault(pattern: string): string | undefined {
  const names = pattern.replace(/^\*\*\//, "").replace(/\/$/, "").split("/");
  if (names.some((name) => name === "" || name === "." || name === "..")) {
    return `"${pattern}" is no path below a root`;
  }
  if (names.some((name) => name.includes("**"))) {
    return `"${pattern}" has ** where only a beginning **/ is understood`;
  }
  return pattern.includes("\\") ? `"${pattern}" must have forward slashes` : undefined;
}
