/** When each home's newest backup was last tried, kept in the state folder. */
import { ensureDir, type Host, lstatIfThere, pathsOf, readText, replaceFile } from "../base/mod.ts";
import type { Home } from "../profiles/mod.ts";

/** The last drill of a home. */
export interface DrillRecord {
  /** ISO 8601. */
  at: string;
  backup: string;
  ok: boolean;
}

const MAX_BYTES = 1 << 20;

function pathOf(host: Host): string {
  return pathsOf(host.platform).join(host.folders.state, "drills.json");
}

/** All records by the home's path; a file that does not parse tells of no drill. */
function readAll(host: Host): Record<string, DrillRecord> {
  if (!lstatIfThere(host.fs, pathOf(host))) return {};
  try {
    const value = JSON.parse(readText(host.fs, pathOf(host), MAX_BYTES));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
  } catch {
    return {}; // the next drill writes it anew
  }
}

/** The last drill of a home. */
export function lastDrill(host: Host, { path }: Home): DrillRecord | undefined {
  const record = readAll(host)[path];
  return typeof record?.at === "string" ? record : undefined;
}

/** Notes a drill. */
export function noteDrill(host: Host, { path }: Home, record: DrillRecord): void {
  ensureDir(host.fs, host.folders.state, host.platform);
  const text = JSON.stringify({ ...readAll(host), [path]: record }, null, 2) + "\n";
  replaceFile(host.fs, pathOf(host), text, host.platform);
}
