/** Roots that a file of the home lists. */
import { type Host, isInside, lstatIfThere, pathsOf, readText } from "../base/mod.ts";
import type { ConfiguredRoot } from "./openclaw.ts";
import type { ProfileIndex } from "./profile.ts";
import { rootIds } from "./root_ids.ts";

const MAX_BYTES = 16 << 20;

function tablesIn(host: Host, home: string, { file, list }: ProfileIndex) {
  try {
    const text = readText(host.fs, pathsOf(host.platform).join(home, file), MAX_BYTES);
    const tables = JSON.parse(text)?.[list];
    return Array.isArray(tables) ? tables as Record<string, unknown>[] : [];
  } catch {
    return []; // the doctor reports the file itself
  }
}

function textAt(table: unknown, key: string | undefined): string {
  const value = key && (table as Record<string, unknown> | null)?.[key];
  return typeof value === "string" ? value : "";
}

/** The folders of the index that are there, outside the home and outside each other. */
export function indexedRoots(
  host: Host,
  index: ProfileIndex,
  home: string,
  realPath: (path: string) => string,
): ConfiguredRoot[] {
  const { resolve, basename, dirname, isAbsolute } = pathsOf(host.platform);
  const paths = new Set<string>();
  for (const table of tablesIn(host, home, index)) {
    const [base, folder] = [textAt(table, index.base), textAt(table, index.path)];
    if (folder === "" || !(isAbsolute(folder) || isAbsolute(base))) continue;
    const path = realPath(isAbsolute(folder) ? folder : resolve(base, folder));
    if (lstatIfThere(host.fs, path)?.kind === "directory") paths.add(path);
  }
  const inside = (path: string, other: string) => isInside(path, other, host.platform);
  const outer = [...paths].filter((path) => !inside(path, home) && !inside(home, path))
    .filter((path) => ![...paths].some((other) => other !== path && inside(path, other)));
  // A project's own name tells more than that of its hidden folder.
  const ids = rootIds(outer.map((path) => ({ kind: "project", path: dirname(path) })));
  return outer.map((path, i) => ({
    root: { id: ids[i], kind: "folder", name: basename(path), path },
    definition: { id: ids[i], kind: "folder" },
    config: [],
    activates: [],
  }));
}
