/** Paths in a JSON5 text, replaced where they stand. */
import JSON5 from "json5";
import { editJson5Strings } from "../../base/mod.ts";
import type { IsPath, PathEdit } from "./json_edit.ts";
import { mapPath, matchPath, type PathMapping } from "./paths.ts";

/**
 * A JSON5 text with those of its values replaced that are paths; undefined where there is none, or
 * where it is no JSON5, or where another reader of it would see something else change as well.
 */
export function editJson5Paths(
  text: string,
  isPath: (value: unknown) => IsPath | undefined,
  { mappings, onPath }: PathEdit,
): string | undefined {
  const found: PathMapping[] = [];
  try {
    const rule = isPath(JSON5.parse(text));
    const after = editJson5Strings(text, (value, keys) => {
      const match = rule?.(keys, "value") ? matchPath(value, mappings) : undefined;
      if (!match) return undefined;
      found.push(match.mapping);
      return mapPath(value, mappings);
    });
    if (found.length === 0 || !isOnlyMapped(text, after, mappings)) return undefined;
    found.forEach(onPath);
    return after;
  } catch {
    return undefined; // no JSON5, or nested deeper than anything that is meant
  }
}

/** Whether each value afterwards is the one before, or where that is a path, its new one. */
function isOnlyMapped(before: string, after: string, mappings: PathMapping[]): boolean {
  const [one, other]: unknown[] = [JSON5.parse(before), JSON5.parse(after)];
  const isSame = (a: unknown, b: unknown): boolean => {
    if (typeof a === "string") return b === a || b === mapPath(a, mappings);
    if (typeof a !== "object" || a === null) return Object.is(a, b);
    if (typeof b !== "object" || b === null) return false;
    const [left, right] = [Object.entries(a), Object.entries(b)];
    return left.length === right.length && Array.isArray(a) === Array.isArray(b) &&
      left.every(([key, value], at) => right[at][0] === key && isSame(value, right[at][1]));
  };
  return isSame(one, other);
}
