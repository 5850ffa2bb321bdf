const SPECIAL = /[\\^$.|+()[\]{}]/g;

function segmentPattern(segment: string): string {
  return segment.replaceAll(SPECIAL, "\\$&").replaceAll("*", "[^/]*").replaceAll("?", "[^/]");
}

function globPattern(glob: string): string {
  const parts = glob.replace(/\/$/, "").split("/");
  return parts.map((part, index) => {
    const last = index === parts.length - 1;
    if (part === "**") return last ? ".*" : "(?:.*/)?";
    return segmentPattern(part) + (last ? "" : "/");
  }).join("");
}

/** Says whether a relative path with forward slashes is meant. */
export type PathMatcher = (path: string) => boolean;

/**
 * Matches paths against globs with `*` and `?` (within a name) and `**` (any number of folders).
 * A glob without a slash means that name in every folder; a folder that matches takes along what
 * is in it. Case is ignored.
 */
export function matchGlobs(globs: readonly string[]): PathMatcher {
  const patterns = globs.map((glob) => {
    const anchored = glob.startsWith("/") ? glob.slice(1) : glob;
    const anywhere = anchored.replace(/\/$/, "").includes("/") || anchored !== glob
      ? ""
      : "(?:.*/)?";
    return new RegExp(`^${anywhere}${globPattern(anchored)}(?:/.*)?$`, "is");
  });
  return (path) => patterns.some((pattern) => pattern.test(path));
}
