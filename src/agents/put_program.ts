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
    swapIn(host, fresh, path);
  } finally {
    removeIfThere(fs, fresh);
  }
}

/**
 * Gives a program the place of another. Windows lets a running program be renamed, but not replaced: so
 * the old one steps aside first, and is kept as `.old`.
 */
export function swapIn({ fs, platform }: Host, fresh: string, path: string): void {
  const aside = `${path}.old`;
  if (platform === "windows" && lstatIfThere(fs, path)) {
    removeIfThere(fs, aside);
    fs.rename(path, aside);
  }
  fs.rename(fresh, path);
  fs.syncDir(pathsOf(platform).dirname(path));
}
