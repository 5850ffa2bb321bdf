import { printable } from "../../base/mod.ts";
import { pad, textWidth } from "../format.ts";
import type { Style } from "../style.ts";

const MOST = 20;

/** The first lines of a list, and how many more there are. */
export function some(lines: string[], most = MOST): string[] {
  if (lines.length <= most) return lines;
  return [...lines.slice(0, most), `... and ${lines.length - most} more; see all with --json`];
}

/** Lines set in by two columns. */
export function indent(lines: string[]): string[] {
  return lines.map((line) => `  ${line}`);
}

/** Longer names do not push the rest to the right, columns. */
const WIDEST_NAME = 44;

/** Lines of a name and what is told of it, the latter lined up. */
export function pairs(items: [name: string, told: string][]): string[] {
  const width = Math.max(0, ...items.map(([name]) => Math.min(WIDEST_NAME, textWidth(name))));
  return items.map(([name, told]) => `${pad(name, width)}  ${told}`);
}

/** A title and lines below it; nothing where there are no lines. */
export function section(title: string, lines: string[]): string[] {
  return lines.length > 0 ? [title, ...indent(lines)] : [];
}

/** One line for each warning. */
export function warningLines(warnings: string[], style: Style): string[] {
  return warnings.map((warning) => `${style.yellow("warning:")} ${printable(warning)}`);
}
