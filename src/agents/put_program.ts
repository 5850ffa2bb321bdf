/** Putting an executable to a place where one may already be running. */
import {
  copyFile,
  ensureDir,
  type Host,
  lstatIfThere,
  pathsOf,
  removeIfThere,
} from "../base/mod.ts";

/** Copies a program, so that at every moment its old or its new version is there. */
export function putProgram(host: Host, source: string, path: string): void {
  const { fs, platform } = host;
  ensureDir(fs, pathsOf(platform).dirname(path), platform);
  const fresh = `${path}.new`;
  removeIfThere(fs, fresh);
  try {
    copyFile(fs, source, fresh, 0o755);
    fs.setMode(fresh, 0o755); // whatever the umask is
    if (platform === "windows" && lstatIfThere(fs, path)) {
      swapPrograms(host, fresh, path, `${path}.old`);
    } else {
      fs.rename(fresh, path);
      fs.syncDir(pathsOf(platform).dirname(path));
    }
  } finally {
    removeIfThere(fs, fresh);
  }
}

/**
 * Gives a program the place of another, which is kept aside. Windows lets a running program be renamed,
 * but not replaced; elsewhere a second name keeps it, so that there is one at the place at every moment.
 */
export function swapPrograms(
  { fs, platform }: Host,
  fresh: string,
  path: string,
  aside: string,
): void {
  removeIfThere(fs, aside);
  if (platform === "windows") fs.rename(path, aside);
  else fs.hardLink(path, aside);
  fs.rename(fresh, path);
  fs.syncDir(pathsOf(platform).dirname(path));
}
