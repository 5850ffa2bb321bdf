import { matchGlobs } from "../base/mod.ts";
import {
  compilePatterns,
  HOME_ROOT,
  type PatternMatcher,
  type Profile,
  type ProfileConfig,
  type ProfileExclusions,
} from "../profiles/mod.ts";

/** What a backup takes in: compact leaves logs out. */
export type CaptureMode = "compact" | "full";

/** What a profile and the user say about the paths below the roots. */
export interface ExcludeRules {
  /** The rule that leaves a path out, or nothing when it is captured. */
  ruleFor(root: string, path: string, isFolder: boolean): string | undefined;
  /** Whether a name at the top of a root belongs to the agent at all. */
  belongs(root: string, name: string): boolean;
  /** How a configuration file must parse, or nothing when it is none. */
  configFormat(root: string, path: string): ProfileConfig["format"] | undefined;
}

function patternsOf(exclude: ProfileExclusions | undefined, mode: CaptureMode): string[] {
  if (!exclude) return [];
  return mode === "compact" ? [...exclude.always, ...exclude.compact] : exclude.always;
}

function rootMatchers(profile: Profile, mode: CaptureMode): Map<string, PatternMatcher> {
  const own = patternsOf(profile.exclude, mode);
  const everywhere = own.filter((pattern) => pattern.startsWith("**/"));
  const matchers = new Map([[HOME_ROOT, compilePatterns(own)]]);
  for (const { id, exclude } of profile.roots) {
    matchers.set(id, compilePatterns([...everywhere, ...patternsOf(exclude, mode)]));
  }
  return matchers;
}

/**
 * Compiles what is left out of a backup.
 *
 * @param globs the user's own, as `--exclude` takes them; they hold in every root
 */
export function compileRules(
  profile: Profile,
  mode: CaptureMode,
  globs: readonly string[],
): ExcludeRules {
  const matchers = rootMatchers(profile, mode);
  const users = globs.map((glob) => ({ glob, matches: matchGlobs([glob]) }));
  const only = new Map(
    profile.roots.flatMap(({ id, only }) => only ? [[id, compilePatterns(only)]] : []),
  );
  // A root that a restore was told of is in no profile.
  const elsewhere = compilePatterns(
    patternsOf(profile.exclude, mode).filter((pattern) => pattern.startsWith("**/")),
  );
  const configs = profile.config.map(({ root = HOME_ROOT, path, format }) => ({
    root,
    format,
    matches: compilePatterns([path]),
  }));
  return {
    ruleFor: (root, path, isFolder) =>
      (matchers.get(root) ?? elsewhere)(path, isFolder) ??
        users.find(({ matches }) => matches(path))?.glob,
    belongs: (root, name) => only.get(root)?.(name, false) !== undefined || !only.has(root),
    configFormat: (root, path) =>
      configs.find((config) => config.root === root && config.matches(path, false))?.format,
  };
}
