/** Strings of a JSON5 text, replaced where they stand. Pure. */
import JSON5 from "json5";
import { type Node, readText } from "./json5_read.ts";

/** Gives a string, by the keys on the way to it, another content; undefined where it stays. */
export type EditString = (value: string, keys: readonly string[]) => string | undefined;

/** A string, and the keys on the way to it; lists add none. */
interface Found {
  node: Node;
  keys: string[];
}

function* stringsIn(node: Node, keys: string[]): Generator<Found> {
  if (node.isString) yield { node, keys };
  for (const item of node.items ?? []) yield* stringsIn(item, keys);
  for (const { key, value } of node.members ?? []) yield* stringsIn(value, [...keys, key]);
}

/** A string in the quotes that the one before it has. */
function written(value: string, quote: string): string {
  const inner = JSON.stringify(value).slice(1, -1);
  return quote === '"' ? `"${inner}"` : `'${inner.replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}

/**
 * Replaces values that are strings; keys, and every byte outside of the strings that change, stay.
 * Throws {@linkcode Json5SyntaxError} and what `JSON5.parse` throws where the text is none.
 */
export function editJson5Strings(text: string, edit: EditString): string {
  JSON5.parse(text);
  let [done, at] = ["", 0];
  for (const { node: { start, end }, keys } of stringsIn(readText(text), [])) {
    const value: string = JSON5.parse(text.slice(start, end));
    const after = edit(value, keys);
    if (after === undefined || after === value) continue;
    done += text.slice(at, start) + written(after, text[start]);
    at = end;
  }
  return done + text.slice(at);
}
