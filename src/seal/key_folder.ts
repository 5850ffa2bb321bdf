import {
  ensureDir,
  type Host,
  LifeboatError,
  lstatIfThere,
  pathsOf,
  readFile,
  writeNewFile,
} from "../base/mod.ts";

/** A key file is far smaller. */
const MAX_KEY_BYTES = 64 << 10;

/** Where a key or what is known of one lies. */
export function keyPath(host: Host, name: string): string {
  return pathsOf(host.platform).join(host.folders.config, "keys", name);
}

/** Whether it is there. */
export function hasKeyFile(host: Host, name: string): boolean {
  return lstatIfThere(host.fs, keyPath(host, name)) !== undefined;
}

/** Reads a key file. Throws `unsafe_key_file` when others may read or change it too. */
export function readKeyFile(host: Host, name: string): Uint8Array {
  const path = keyPath(host, name);
  const { kind, mode } = host.fs.stat(path);
  if (kind !== "file" || (mode & 0o077) !== 0) {
    throw new LifeboatError("untrusted", "unsafe_key_file", `${path} is not private to you`, {
      hint: `Look who could have read or changed it, then: chmod 600 ${path}`,
    });
  }
  return readFile(host.fs, path, MAX_KEY_BYTES);
}

/** Writes a new key file, readable for its owner only. Throws EEXIST when there is one already. */
export function writeKeyFile(host: Host, name: string, content: Uint8Array | string): string {
  const path = keyPath(host, name);
  const folder = pathsOf(host.platform).dirname(path);
  ensureDir(host.fs, folder, host.platform);
  writeNewFile(host.fs, path, content);
  host.fs.syncDir(folder);
  return path;
}
