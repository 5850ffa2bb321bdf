/** What Claude Code has noted by itself, for each project (facts C5). */
import { expandHome, pathsOf, sha256Of, statIfThere } from "../base/mod.ts";
import type { Asset } from "./asset.ts";
import type { Looking, Table } from "./claude_look.ts";
import { plainName } from "./names.ts";
import { listTree } from "./tree.ts";

/** As many files are moved; more are an error, not a part of them. */
const MAX_MEMORIES = 2000;

/** A folder of memories. */
interface MemoryFolder {
  /** Of two projects whose names look alike, each has its own. */
  mark: string;
  name: string;
  folder: string;
}

function memoryFolder(named: string, folder: string): MemoryFolder {
  const mark = sha256Of(named).slice(0, 10).toLowerCase();
  return { mark, name: `${plainName(named) || "project"}-${mark}`, folder };
}

/** One for each project, and where the settings say. */
function memoryFolders({ host, folder }: Looking, settings: Table | undefined): MemoryFolder[] {
  const { join, resolve } = pathsOf(host.platform);
  const projects = join(folder, "projects");
  const own = statIfThere(host.fs, projects)?.kind === "directory"
    ? host.fs.list(projects).entries.filter(({ kind }) => kind === "directory")
      .map(({ name }) => memoryFolder(name, join(projects, name, "memory")))
    : [];
  const named = settings?.autoMemoryDirectory;
  if (typeof named !== "string" || named === "") return own;
  const path = resolve(folder, expandHome(named, host.userHome, host.platform));
  return [...own, memoryFolder(named, path)];
}

/** Adds all Markdown files of all projects, or none where they are too many. */
export function lookForMemories(looking: Looking, settings: Table | undefined): void {
  const { host, assets, warnings } = looking;
  const found: Asset[] = [];
  for (const { mark, name, folder } of memoryFolders(looking, settings)) {
    if (statIfThere(host.fs, folder)?.kind !== "directory") continue;
    const { files, links } = listTree(host, folder, "verbatim");
    for (const { path, source } of files.filter(({ path }) => path.endsWith(".md"))) {
      const id = `memory:claude-auto:${mark}:${path}`;
      found.push({ kind: "memory", id, source, path: `${name}/${path}` });
    }
    if (links.length > 0) warnings.push(`${folder}: ${links.length} links are left out`);
  }
  if (found.length <= MAX_MEMORIES) return void assets.push(...found);
  assets.push({
    kind: "shown",
    id: "memory:claude-auto",
    what: "fault",
    source: looking.folder,
    message: `${found.length} memory files are more than ${MAX_MEMORIES}: none is moved`,
  });
}
