import { printable } from "../../base/mod.ts";
import type { RemappedHome, RemapReport, RemapStep } from "../../restore/mod.ts";
import { formatBytes, formatCount, formatFields } from "../format.ts";
import type { Style } from "../style.ts";
import { indent, section, some, warningLines } from "./lists.ts";
import { pathName } from "./paths.ts";

/** What is changed about paths, one line for each step. */
export function remapLines(steps: RemapStep[]): string[] {
  return some(steps.map(({ what, root, path, from, to, count }) => {
    const where = path === "" ? "" : ` in ${pathName({ root, relative_path: path })}`;
    const isFolder = what === "project folder";
    const many = isFolder ? formatCount(count, "file") : formatCount(count, "place");
    const name = isFolder ? what : `${what}${where}`;
    return `${name}: ${printable(from)} -> ${printable(to)}  ${many}`;
  }));
}

function homeText(home: RemappedHome, name: string, style: Style): string[] {
  const { create, overwrite, set_aside, write_bytes, conflicts, running, warnings } = home;
  const blocked = conflicts.map(({ root, path, message }) =>
    `${pathName({ root, relative_path: path })}  ${printable(message)}`
  );
  return [
    style.bold(`${name}: ${printable(home.home)}`),
    ...indent(
      home.remap.length === 0 ? ["nothing to change"] : formatFields([
        ["Write", `${formatCount(create + overwrite, "file")}, ${formatBytes(write_bytes)}`],
        ["Set aside", `${formatCount(set_aside, "file")}, kept to be undone`],
        ...home.undo_id === null ? [] : [["Undo", "lifeboat undo"] as [string, string]],
      ]),
    ),
    ...section(style.bold("Paths"), remapLines(home.remap)),
    ...section(style.red("In the way, and left as it is"), some(blocked)),
    ...section(
      style.yellow("Changed meanwhile, and kept beside"),
      some(home.kept_beside.map(({ at }) => printable(at))),
    ),
    ...section(
      style.red("At work in this home: close it first"),
      some(home.undo_id === null ? running.map(({ message }) => printable(message)) : []),
    ),
    ...warningLines(warnings, style),
  ];
}

/** What a remap changes, or has changed. */
export function remappedText(
  result: RemapReport,
  names: Map<string, string>,
  style: Style,
): string {
  return [
    ...result.homes.flatMap((home) => homeText(home, names.get(home.home) ?? home.profile, style)),
    ...warningLines(result.warnings, style),
    printable(result.message),
    "",
  ].join("\n");
}
