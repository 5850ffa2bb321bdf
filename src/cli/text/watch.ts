import { printable } from "../../base/mod.ts";
import { formatCount } from "../format.ts";
import type { Style } from "../style.ts";

/** What is watched. */
export function watchStartText(roots: string[], style: Style): string {
  return roots.map((path) => `${style.bold("Watching")} ${printable(path)}\n`).join("");
}

/** A snapshot that a change has led to. */
export function watchTakenText(
  { id, root, changes }: { id: string | null; root: string; changes: number },
  style: Style,
): string {
  return `${style.dim(printable(id ?? ""))}  ${printable(root)}  ${
    formatCount(changes, "change")
  }\n`;
}
