/** Claude Code's folders of conversations, which are named after the project's path. */
import { mapPath, type PathMapping } from "./paths.ts";

/** A longer path gets a hash at its end, which differs by version (agent-homes.md 2.3). */
const MAX_NAME = 200;

/** The name of a project's folder; undefined where it cannot be told. */
export function projectFolder(path: string): string | undefined {
  const name = path.replaceAll(/[^A-Za-z0-9]/g, "-");
  return name.length <= MAX_NAME ? name : undefined;
}

/** A path and the folders above it. */
function* upwards(path: string): Generator<string> {
  for (let at = path.length; at > 0;) {
    yield path.slice(0, at);
    at = Math.max(path.lastIndexOf("/", at - 1), path.lastIndexOf("\\", at - 1));
  }
}

/**
 * The name that a folder gets when one of its projects lies elsewhere now. The same name where the
 * project stays; undefined where the path says nothing about this folder (many paths have one name).
 *
 * @param path a project, or a folder in it, as a conversation names it
 */
export function movedFolder(
  folder: string,
  path: string,
  mappings: PathMapping[],
): string | undefined {
  for (const above of upwards(path)) {
    // Windows is not consistent about the case of drives.
    if (projectFolder(above)?.toLowerCase() !== folder.toLowerCase()) continue;
    const now = mapPath(above, mappings);
    return now === undefined ? folder : projectFolder(now) ?? folder;
  }
  return undefined;
}
