import { printable } from "../../base/mod.ts";
import type { DiffItem, DiffReport, DiffSide } from "../../snapshots/mod.ts";
import { formatBytes } from "../format.ts";
import type { Style } from "../style.ts";
import { indent } from "./lists.ts";
import { pathName } from "./paths.ts";

function sideText({ kind, bytes, mode }: DiffSide): string {
  const size = bytes === null ? kind : formatBytes(bytes);
  return mode === null ? size : `${size} ${mode.toString(8)}`;
}

/** Why a change is told by its sizes alone. */
const REASONS: Record<string, string> = {
  secret: "its text is not shown: it holds secrets",
  conversation: "its text is not shown: it is a conversation",
  binary: "no text",
  too_large: "too large to compare line by line",
};

function lineText(line: string, style: Style): string {
  const text = printable(line.replaceAll("\t", "    "));
  if (line.startsWith("@@")) return style.dim(text);
  if (line.startsWith("+")) return style.green(text);
  return line.startsWith("-") ? style.red(text) : text;
}

function itemLines(item: DiffItem, style: Style): string[] {
  const { root, path, change, before, after, hidden, diff } = item;
  const sides = `${sideText(before)} -> ${sideText(after)}`;
  const reason = hidden && REASONS[hidden] ? `, ${REASONS[hidden]}` : "";
  return [
    `${style.bold(pathName({ root, relative_path: path }))}  ${change}  ${
      style.dim(sides + reason)
    }`,
    ...indent((diff ?? []).map((line) => lineText(line, style))),
  ];
}

/** What differs, file by file. */
export function diffText({ from, to, root, files }: DiffReport, style: Style): string {
  const title = `${printable(root)}: from ${printable(from.name)} to ${printable(to.name)}`;
  const lines = files.flatMap((item) => itemLines(item, style));
  return [style.bold(title), ...(lines.length > 0 ? lines : ["Nothing differs."]), ""].join("\n");
}
