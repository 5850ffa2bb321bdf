import { errnoOf, type Host, isNotFound, LifeboatError, pathsOf } from "../base/mod.ts";

function inCircle(path: string): LifeboatError {
  return new LifeboatError("refused", "link_in_circle", `Links on ${path} lead in a circle`, {
    hint: "Name the folder itself.",
  });
}

/** With links resolved as far as the path exists. */
export function realPathOf(host: Host, path: string): string {
  const { dirname, basename, join } = pathsOf(host.platform);
  try {
    return host.fs.realPath(path);
  } catch (error) {
    if (errnoOf(error) === "ELOOP") throw inCircle(path);
    if (!isNotFound(error) || dirname(path) === path) throw error;
    return join(realPathOf(host, dirname(path)), basename(path));
  }
}
