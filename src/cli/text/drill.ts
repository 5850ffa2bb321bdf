import { printable } from "../../base/mod.ts";
import type { Home } from "../../profiles/mod.ts";
import type { DrillResult } from "../../upkeep/mod.ts";
import { formatBytes, formatCount, formatDuration } from "../format.ts";
import type { Style } from "../style.ts";
import { indent } from "./lists.ts";

/** What a drill of one home found. */
export function drillText(result: DrillResult, home: Home, style: Style): string {
  const { ok, backup, restored_files, bytes, duration_ms, faults } = result;
  const name = printable(home.profile.name);
  const what = `${formatCount(restored_files, "file")}, ${formatBytes(bytes)}`;
  const verdict = ok
    ? `${style.green("Would save it")}: ${what} restored and examined, and removed again`
    : style.red("Would not save it as it should");
  return [
    style.bold(`${name}: ${printable(backup)}`),
    ...indent([`${verdict}, ${formatDuration(duration_ms)}`, ...faults.map(printable)]),
    "",
  ].join("\n");
}
