/**
 * Changes of a JSON or JSON5 text that leave all other bytes as they are, comments and trailing commas
 * too. Pure. What is added is plain JSON.
 */
import { Json5SyntaxError, type Member, type Node, Reader, readText } from "./json5_read.ts";

/** The last of several members of a name is the one that counts. */
function memberOf(node: Node, key: string): Member | undefined {
  return node.members?.findLast((one) => one.key === key);
}

function spliced(text: string, start: number, end: number, instead: string): string {
  return text.slice(0, start) + instead + text.slice(end);
}

/** How lines are indented around here: the space before the one that `at` is in. */
function indentAt(text: string, at: number): string {
  return /[ \t]*/.exec(text.slice(text.lastIndexOf("\n", at - 1) + 1))![0];
}

/** One step further in, as this text does it. */
function stepOf(text: string): string {
  return /\n([ \t]+)\S/.exec(text)?.[1] ?? "  ";
}

/** Adds a member at the end of an object that stands at `node`. */
function addMember(text: string, node: Node, key: string, value: unknown): string {
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  const members = node.members!;
  const last = members.at(-1);
  const close = node.end - 1;
  const isOnLines = text.slice(node.start, node.end).includes("\n");
  if (!isOnLines && last) {
    const member = ` ${JSON.stringify(key)}: ${inOneLine(value)}`;
    return node.lastComma === undefined
      ? spliced(text, last.value.end, last.value.end, `,${member}`)
      : spliced(text, node.lastComma + 1, node.lastComma + 1, `${member},`);
  }
  const outer = indentAt(text, isOnLines ? close : node.start);
  const indent = last && isOnLines ? indentAt(text, last.start) : outer + stepOf(text);
  const lines = JSON.stringify({ [key]: value }, null, stepOf(text)).split("\n").slice(1, -1);
  const base = stepOf(text).length;
  const comma = node.lastComma === undefined ? "" : ","; // where the others end with one
  const member = lines.map((line) => indent + line.slice(base)).join(eol) + comma;
  if (!isOnLines) return spliced(text, node.start, node.end, `{${eol}${member}${eol}${outer}}`);
  // In front of the line of the brace: a comment behind the last member stays with it.
  const line = text.lastIndexOf("\n", close - 1) + 1;
  const before = text.slice(line, close).trim() === "" ? line : close;
  const added = before === line ? member + eol : eol + member + eol + outer;
  const grown = spliced(text, before, before, added);
  if (!last || node.lastComma !== undefined) return grown;
  return spliced(grown, last.value.end, last.value.end, ",");
}

function inOneLine(value: unknown): string {
  return JSON.stringify(value, null, 1).replaceAll(/\n\s*/g, " ");
}

/** Adds a value below keys, and the objects on the way that are not there. */
export function addJson5(text: string, keys: string[], value: unknown): string {
  let node = readText(text);
  for (const [index, key] of keys.entries()) {
    if (!node.members) throw new Json5SyntaxError();
    const member = memberOf(node, key);
    if (!member) {
      const whole = keys.slice(index + 1).reduceRight((below, one) => ({ [one]: below }), value);
      return addMember(text, node, key, whole);
    }
    node = member.value;
  }
  return spliced(text, node.start, node.end, inOneLine(value));
}

/** Takes a member away, with its key and one comma; comments of others stay. */
export function removeJson5(text: string, keys: string[]): string {
  let node = readText(text);
  for (const key of keys.slice(0, -1)) {
    const member = memberOf(node, key);
    if (!member) return text;
    node = member.value;
  }
  const members = node.members ?? [];
  const index = members.findLastIndex(({ key }) => key === keys.at(-1));
  if (index < 0) return text;
  return withoutMember(text, node, index);
}

function withoutMember(text: string, node: Node, index: number): string {
  const members = node.members!;
  const { start, value: { end } } = members[index];
  const isLast = index === members.length - 1;
  const comma = isLast ? node.lastComma : commaBehind(text, end);
  const from = /\r?\n?[ \t]*$/.exec(text.slice(0, start))!.index;
  const without = spliced(text, from, comma === undefined ? end : comma + 1, "");
  if (comma !== undefined || index === 0) return without;
  const before = commaBehind(text, members[index - 1].value.end)!;
  return spliced(without, before, before + 1, "");
}

/** Offset of the comma behind a value that others follow. */
function commaBehind(text: string, end: number): number {
  const reader = new Reader(text);
  reader.at = end;
  reader.next();
  return reader.at;
}
