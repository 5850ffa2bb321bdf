import { printable } from "../../base/mod.ts";
import { formatBytes, formatNumber, formatTable } from "../format.ts";
import type { Style } from "../style.ts";

/** A path of a backup. */
interface PathInRoot {
  root: string;
  relative_path: string;
}

/** A path of a backup for a person: below the home as it is, else with its root before it. */
export function pathName({ root, relative_path }: PathInRoot): string {
  return printable(root === "home" ? relative_path : `${root}: ${relative_path}`);
}

/** Files and bytes below one place. */
export interface Tally {
  name: string;
  files: number;
  bytes: number;
}

/** Sums up files by the name at the top of their root; the largest first. */
export function tallyByTop(files: Iterable<PathInRoot & { bytes: number }>): Tally[] {
  const tallies = new Map<string, Tally>();
  for (const { root, relative_path, bytes } of files) {
    const [first, ...below] = relative_path.split("/");
    const name = pathName({ root, relative_path: below.length > 0 ? `${first}/` : first });
    const tally = tallies.get(name) ?? { name, files: 0, bytes: 0 };
    tally.files++;
    tally.bytes += bytes;
    tallies.set(name, tally);
  }
  return [...tallies.values()].sort((a, b) => b.bytes - a.bytes);
}

/** The tallies as a table; their names are fit for a terminal. */
export function contentsTable(title: string, tallies: Tally[], style: Style): string[] {
  const columns = [{ title }, { title: "FILES", right: true }, { title: "SIZE", right: true }];
  const rows = tallies.map(({ name, files, bytes }) => [
    name,
    formatNumber(files),
    formatBytes(bytes),
  ]);
  return formatTable(columns, rows, style.bold);
}
