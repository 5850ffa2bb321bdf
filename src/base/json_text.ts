/** Changes of a JSON text that leave all other bytes as they are; comments are allowed in it. Pure. */
import {
  applyEdits,
  createScanner,
  findNodeAtLocation,
  type FormattingOptions,
  type JSONPath,
  modify,
  type Node,
  parse,
  type ParseError,
  parseTree,
} from "jsonc-parser";

/** The value of a text, or nothing when it is no JSON. */
export function parseJsonText(text: string): unknown {
  const errors: ParseError[] = [];
  const value = parse(text, errors, { allowTrailingComma: true });
  return errors.length === 0 ? value : undefined;
}

/** How a text is written, so that what is added looks like the rest. */
function formattingOf(text: string): FormattingOptions {
  const indent = /^([ \t]+)\S/m.exec(text)?.[1] ?? "  ";
  const insertSpaces = !indent.startsWith("\t");
  return {
    insertSpaces,
    tabSize: insertSpaces ? indent.length : 1,
    eol: text.includes("\r\n") ? "\r\n" : "\n",
  };
}

/** Adds a value: a key of an object, or with `append` an element of an array at that index. */
export function addValue(text: string, path: JSONPath, value: unknown, append = false): string {
  const formattingOptions = formattingOf(text);
  const edits = modify(text, path, value, { formattingOptions, isArrayInsertion: append });
  return applyEdits(text, edits);
}

/** Where the comma is that stands between two offsets, if there is one. */
function commaBetween(text: string, from: number, to: number): number | undefined {
  const scanner = createScanner(text, true); // passes over spaces and comments
  scanner.setPosition(from);
  for (scanner.scan(); scanner.getTokenOffset() < Math.min(to, text.length); scanner.scan()) {
    if (text[scanner.getTokenOffset()] === ",") return scanner.getTokenOffset();
  }
  return undefined;
}

/** Takes a value away, and with it its key and one comma; comments stay. */
export function removeValue(text: string, path: JSONPath): string {
  const found = findNodeAtLocation(parseTree(text)!, path);
  if (!found) return text;
  const node = found.parent?.type === "property" ? found.parent : found;
  const { children = [], offset, length } = node.parent!;
  const index = children.indexOf(node);
  const end = node.offset + node.length;
  const after = commaBetween(text, end, children[index + 1]?.offset ?? offset + length);
  const before = after ?? commaBefore(text, children, index);
  const start = lineStart(text, node.offset);
  const rest = after === undefined ? end : after + 1;
  const kept = text.slice(0, start) + text.slice(rest);
  return after === undefined && before !== undefined
    ? kept.slice(0, before) + kept.slice(before + 1)
    : kept;
}

function commaBefore(text: string, children: Node[], index: number): number | undefined {
  const previous = children[index - 1];
  if (!previous) return undefined;
  return commaBetween(text, previous.offset + previous.length, children[index].offset);
}

/** Where the space before something begins: with the line end, where it is the first in its line. */
function lineStart(text: string, offset: number): number {
  return /\r?\n?[ \t]*$/.exec(text.slice(0, offset))!.index;
}
