import type { Profile, ProfileExclusions, ProfileNested } from "./profile.ts";

/** Patterns about the top of a home, as they hold in a folder of another; the rest hold anyway. */
function below(path: string, patterns: string[]): string[] {
  return patterns.map((pattern) => pattern.startsWith("**/") ? pattern : `${path}/${pattern}`);
}

function joined(own: string[], path: string, nested: string[]): string[] {
  return [...new Set([...own, ...below(path, nested)])];
}

function exclusions(own: ProfileExclusions, path: string, nested: ProfileExclusions) {
  return {
    always: joined(own.always, path, nested.always),
    compact: joined(own.compact, path, nested.compact),
  };
}

function withNested(profile: Profile, { path }: ProfileNested, nested: Profile): Profile {
  const inHome = <Rule extends { path: string; root?: string }>(rules: Rule[]): Rule[] =>
    rules.filter(({ root }) => !root).map((rule) => ({ ...rule, path: `${path}/${rule.path}` }));
  return {
    ...profile,
    exclude: exclusions(profile.exclude, path, nested.exclude),
    restore_skip: joined(profile.restore_skip, path, nested.restore_skip),
    activates: [...profile.activates, ...inHome(nested.activates)],
    config: [...profile.config, ...inHome(nested.config)],
  };
}

/** Applies the rules of other profiles to homes of theirs that lie in the home of this one. */
export function applyNested(profile: Profile, known: ReadonlyMap<string, Profile>): Profile {
  return (profile.nested ?? []).reduce((applied, nested) => {
    const other = known.get(nested.profile);
    return other ? withNested(applied, nested, other) : applied;
  }, profile);
}
