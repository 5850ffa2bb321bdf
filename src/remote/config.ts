import {
  ensureDir,
  type Host,
  isNotFound,
  LifeboatError,
  pathsOf,
  readText,
  replaceFile,
  takeLock,
} from "../base/mod.ts";
import type { Credentials } from "./credentials.ts";
import type { BucketPlace } from "./s3/place.ts";

/** A backend as it is configured. */
export type BackendConfig =
  | { name: string; type: "folder"; path: string }
  | { name: string; type: "s3"; credentials: Credentials } & BucketPlace;

/** All backends. */
export interface BackendsFile {
  schema_version: 1;
  /** The one that is meant when none is named. */
  default: string | null;
  backends: BackendConfig[];
}

const MOST_BYTES = 1 << 20;

function pathOf({ platform, folders }: Host): string {
  return pathsOf(platform).join(folders.config, "backends.json");
}

function bad(path: string): LifeboatError {
  return new LifeboatError("refused", "bad_backends_file", `${path} is not what it must be`, {
    hint: "It was left as it is. Repair it, or move it away and add the backends again.",
  });
}

function isText(...values: unknown[]): boolean {
  return values.every((value) => typeof value === "string");
}

function isCredentials(value: unknown): boolean {
  const { from, sealed, profile } = (value ?? {}) as Record<string, unknown>;
  if (from === "stored") return isText(sealed);
  return from === "environment" || (from === "file" && isText(profile));
}

function isBackend(value: unknown): value is BackendConfig {
  const { name, type, path, endpoint, region, bucket, prefix, credentials } =
    (value ?? {}) as Record<string, unknown>;
  if (!isText(name)) return false;
  if (type === "folder") return isText(path);
  return type === "s3" && isText(endpoint, region, bucket, prefix) && isCredentials(credentials);
}

function parse(path: string, text: string): BackendsFile {
  let file: Partial<BackendsFile> | null;
  try {
    file = JSON.parse(text);
  } catch {
    throw bad(path); // what stands there may be a secret, and is not repeated
  }
  const { schema_version, backends, default: name } = file ?? {};
  if (schema_version !== 1 || !Array.isArray(backends) || !backends.every(isBackend)) {
    throw bad(path);
  }
  return { schema_version, default: typeof name === "string" ? name : null, backends };
}

/** The configured backends; none where there is no file. Throws `bad_backends_file` (refused). */
export function readBackends(host: Host): BackendsFile {
  const path = pathOf(host);
  try {
    return parse(path, readText(host.fs, path, MOST_BYTES));
  } catch (error) {
    if (isNotFound(error)) return { schema_version: 1, default: null, backends: [] };
    throw error;
  }
}

/** Changes the configuration; two programs do so one after the other, and no change is lost. */
export async function changeBackends<T>(
  host: Host,
  change: (file: BackendsFile) => T | Promise<T>,
): Promise<T> {
  const { join } = pathsOf(host.platform);
  const locks = join(host.folders.state, "locks");
  for (const folder of [host.folders.config, locks]) ensureDir(host.fs, folder, host.platform);
  const lock = takeLock(join(locks, "backends.lock"), "the backends");
  try {
    const file = readBackends(host);
    const result = await change(file);
    replaceFile(host.fs, pathOf(host), JSON.stringify(file, null, 2) + "\n", host.platform);
    return result;
  } finally {
    lock.release();
  }
}

/** What stands for backups on this machine in lists of backends; no backend can have it. */
export const LOCAL = "local";

/** Refuses what is no name for a backend. */
export function checkName(name: string): void {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name) && name !== LOCAL) return;
  throw new LifeboatError("refused", "usage", `${name} cannot be the name of a backend`, {
    hint: "Letters, digits, dots, dashes and underscores; not local.",
  });
}

/** The backend of a name, or the default one. Throws `no_such_backend` (exit 10). */
export function findBackend(file: BackendsFile, name?: string): BackendConfig {
  const wanted = name ?? file.default;
  const found = file.backends.find((backend) => backend.name === wanted);
  if (found) return found;
  const message = wanted === null
    ? "No backend was named, and there is no default one"
    : `There is no backend ${wanted}`;
  throw new LifeboatError("missing", "no_such_backend", message, {
    hint: "See them with: lifeboat backends list. Add one with: lifeboat backends add",
  });
}
