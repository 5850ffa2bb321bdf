import type { KitExecutable } from "../../backup/mod.ts";
import { printable } from "../../base/mod.ts";
import { type Column, formatBytes, formatTable } from "../format.ts";
import type { Style } from "../style.ts";

const COLUMNS: Column[] = [
  { title: "TARGET" },
  { title: "VERSION" },
  { title: "SIZE", right: true },
];

/** What the kit holds besides this program, which runs on `target`. */
export function kitListText(executables: KitExecutable[], target: string, style: Style): string {
  const own = `Every backup brings this program, for ${target}.`;
  if (executables.length === 0) {
    return `${own}\nNo executables for other systems are stored. Add one: lifeboat kit add FILE\n`;
  }
  const rows = executables.map((
    { target, version, bytes },
  ) => [target, version, formatBytes(bytes)]);
  const table = formatTable(COLUMNS, rows, style.bold);
  return [own, "With --kit all it also brings:", "", ...table, ""].join("\n");
}

/** That an executable was stored. */
export function kitAddedText({ target, version, path }: KitExecutable): string {
  return `Stored lifeboat ${version} for ${target}\n  ${printable(path)}\n` +
    "Backups made with --kit all bring it along.\n";
}

/** That an executable was removed. */
export function kitRemovedText({ target, version }: KitExecutable): string {
  return `Removed lifeboat ${version} for ${target}\n`;
}
