/** Keys of a TOML text that are paths, replaced where they stand: comments and order stay. */
import { findTomlKeys, type TomlKey, type TomlKeyPart, TomlSyntaxError } from "../../base/mod.ts";
import { matchPath, type PathMapping } from "./paths.ts";
import type { PathEdit } from "./json_edit.ts";

/** Says whether a key is a path, by the keys above it and itself. */
export type IsKeyPath = (keys: readonly string[]) => boolean;

interface Renamed extends TomlKeyPart {
  /** All keys down to it, as they become. */
  full: string;
  text: string;
  mapping: PathMapping;
}

const fullOf = (keys: string[]) => JSON.stringify(keys);

function renamedParts({ above, parts }: TomlKey, isPath: IsKeyPath, edit: PathEdit): Renamed[] {
  return parts.flatMap((part, index) => {
    const before = [...above, ...parts.slice(0, index).map(({ key }) => key)];
    const match = isPath([...before, part.key]) ? matchPath(part.key, edit.mappings) : undefined;
    if (!match) return [];
    const key = match.start + match.rest(part.key.slice(match.length));
    return [{ ...part, full: fullOf([...before, key]), text: quoted(key), mapping: match.mapping }];
  });
}

/** As Codex writes keys: literal where there is something to escape and a literal can hold it. */
function quoted(key: string): string {
  // deno-lint-ignore no-control-regex -- TOML allows none of these in literal strings
  return key.includes("\\") && !/['\x00-\x1f\x7f]/.test(key)
    ? `'${key}'`
    : JSON.stringify(key).replaceAll("\x7f", "\\u007f");
}

/** All keys of a text, with those above them. */
function fullKeys(found: TomlKey[]): Set<string> {
  return new Set(
    found.flatMap(({ above, parts }) =>
      parts.map((_, index) =>
        fullOf([...above, ...parts.slice(0, index + 1).map(({ key }) => key)])
      )
    ),
  );
}

/**
 * A TOML text with those of its keys replaced that are paths; undefined where there is none, or where
 * it is no TOML. A key is not renamed to one that is there: Codex does not start with a table twice.
 */
export function editTomlKeys(text: string, isPath: IsKeyPath, edit: PathEdit): string | undefined {
  let found: TomlKey[];
  try {
    found = findTomlKeys(text);
  } catch (error) {
    if (error instanceof TomlSyntaxError) return undefined;
    throw error;
  }
  const known = fullKeys(found);
  const renamed = found.flatMap((one) => renamedParts(one, isPath, edit))
    .filter(({ full }) => !known.has(full));
  if (renamed.length === 0) return undefined;
  let [done, at] = ["", 0];
  for (const { start, end, text: key, mapping } of renamed) {
    done += text.slice(at, start) + key;
    at = end;
    edit.onPath(mapping);
  }
  return done + text.slice(at);
}
