import {
  describeError,
  ensureDir,
  type Host,
  isInside,
  LifeboatError,
  lstatIfThere,
  nameStamp,
  pathsOf,
  removeIfThere,
} from "../base/mod.ts";
import { defaultBackupRoot, type Home, realPathOf } from "../profiles/mod.ts";
import type { BackupOptions } from "./options.ts";

/** Where the parts of a backup are written, and where they lie once it is published. */
export interface Places {
  name: string;
  /** Folder that everything is published into. */
  root: string;
  /** The folder form while it is written; without a folder form, room for scratch files. */
  work: string;
  /** The folder form, published. */
  folder?: string;
  archive?: { partial: string; final: string };
  sha256?: { partial: string; final: string };
}

/** The folder that backups go into. Throws when it lies in what is backed up, or `output_exists`. */
export function chooseRoot(
  host: Host,
  options: BackupOptions,
): { root: string; warnings: string[] } {
  const { resolve, dirname } = pathsOf(host.platform);
  const chosen = options.output
    ? { path: dirname(resolve(options.output)), warnings: [] }
    : options.backupRoot
    ? { path: resolve(options.backupRoot), warnings: [] }
    : defaultBackupRoot(host, options.home.profile);
  const root = realPathOf(host, chosen.path);
  if (options.output) refuseExisting(host, resolve(options.output));
  for (const captured of [options.home.path, ...options.home.roots.map((root) => root.path)]) {
    if (isInside(root, captured, host.platform)) throw rootInside(root, captured);
  }
  return { root, warnings: chosen.warnings };
}

function rootInside(root: string, captured: string): LifeboatError {
  return new LifeboatError(
    "refused",
    "backup_root_inside_home",
    `The backup root ${root} lies inside ${captured}, which is being backed up`,
    { hint: "Choose a folder outside with --backup-root." },
  );
}

/** Makes the backup root. What is not a folder, or cannot be written, is refused. */
export function makeRoot(host: Host, root: string): void {
  try {
    ensureDir(host.fs, root, host.platform);
  } catch (cause) {
    if (cause instanceof LifeboatError) throw cause;
    const message = `Cannot make the folder ${root}: ${describeError(cause)}`;
    throw new LifeboatError("refused", "backup_root_unusable", message, {
      hint: "Choose another with --backup-root.",
      cause,
    });
  }
}

const OURS =
  /^\.(?:pre-restore-)?[\w-]+-backup-\d{8}-\d{6}(?:-\d+)?(?:\.(?:tar\.gz|tar|zip)(?:\.sha256)?)?\.partial(?:\.spool)?$/;

/**
 * Removes what a killed run left in a backup root: partial folders, archives and hash files, and a
 * hash file whose archive never came to be. Only called under the root's lock.
 */
export function clearLeftovers(host: Host, root: string): string[] {
  const { join } = pathsOf(host.platform);
  const cleared: string[] = [];
  for (const { name } of host.fs.list(root).entries) {
    if (!OURS.test(name)) continue;
    const published = name.slice(1).replace(/\.partial(\.spool)?$/, "");
    const orphan = `${join(root, published)}.sha256`;
    if (
      /\.(tar\.gz|tar\.zst|tar|zip)$/.test(published) &&
      !lstatIfThere(host.fs, join(root, published))
    ) {
      removeIfThere(host.fs, orphan);
    }
    removeIfThere(host.fs, join(root, name));
    cleared.push(name);
  }
  return cleared.map((name) => `Removed ${name}, left by a backup that was interrupted`);
}

function isTaken(host: Host, root: string, name: string): boolean {
  const { join } = pathsOf(host.platform);
  return ["", ".tar.gz", ".tar.zst", ".tar", ".zip"].some((suffix) =>
    lstatIfThere(host.fs, join(root, name + suffix))
  );
}

function freeName(host: Host, root: string, home: Home, preRestore: boolean): string {
  const prefix = `${preRestore ? "pre-restore-" : ""}${home.profile.backups.prefix}`;
  const stamped = `${prefix}-${nameStamp(host.now())}`;
  for (let suffix = 0;; suffix++) {
    const name = suffix === 0 ? stamped : `${stamped}-${suffix}`;
    if (!isTaken(host, root, name)) return name;
  }
}

function refuseExisting(host: Host, output: string): void {
  if (!lstatIfThere(host.fs, output)) return;
  throw new LifeboatError("refused", "output_exists", `${output} is already there`, {
    hint: "Choose another --output; nothing is ever overwritten.",
  });
}

/** Names the parts of a new backup. Throws `output_exists` rather than overwrite anything. */
export function choosePlaces(host: Host, root: string, options: BackupOptions): Places {
  const { join, basename } = pathsOf(host.platform);
  const { archive = true, output, seal } = options;
  const format = seal ? "tar" : options.format ?? "tar.gz";
  const name = freeName(host, root, options.home, options.preRestore !== undefined);
  const work = join(root, `.${name}.partial`);
  const folder = options.directory === false || output || seal ? undefined : join(root, name);
  if (!archive) return { name, root, work, folder };
  const file = output ? basename(output) : `${name}.${format}`;
  const final = join(root, file);
  refuseExisting(host, final);
  const partial = join(root, `.${name}.${format}.partial`);
  return {
    name,
    root,
    work,
    folder,
    archive: { partial, final },
    sha256: { partial: join(root, `.${name}.${format}.sha256.partial`), final: `${final}.sha256` },
  };
}
