import {
  copyFile,
  ensureDir,
  type Host,
  LifeboatError,
  pathsOf,
  publish,
  removeIfThere,
  statIfThere,
} from "../base/mod.ts";
import { type ProgramInfo, programInfo } from "./executable.ts";

/** An executable for another system, kept so that backups can take it along. */
export interface KitExecutable extends ProgramInfo {
  /** Its file name, here and in a backup: `restore-standalone-<target>`. */
  name: string;
  path: string;
  bytes: number;
}

function kitFolder(host: Host): string {
  return pathsOf(host.platform).join(host.folders.state, "kit");
}

function nameFor(target: string): string {
  return `restore-standalone-${target}${target.includes("windows") ? ".exe" : ""}`;
}

function describe(host: Host, path: string): KitExecutable {
  return {
    ...programInfo(host.fs, path),
    name: pathsOf(host.platform).basename(path),
    path,
    bytes: host.fs.stat(path).size,
  };
}

/** The stored executables, by name. */
export function listKitExecutables(host: Host): KitExecutable[] {
  const folder = kitFolder(host);
  if (!statIfThere(host.fs, folder)) return [];
  return host.fs.list(folder).entries
    .filter(({ name }) => name.startsWith("restore-standalone-") && !name.endsWith(".partial"))
    .map(({ name }) => describe(host, pathsOf(host.platform).join(folder, name)));
}

/**
 * Stores an executable for another system; one for the same system is replaced.
 * Throws `no_such_file`, or `not_lifeboat` for a file that is no lifeboat.
 */
export function addKitExecutable(host: Host, file: string): KitExecutable {
  const { join, resolve } = pathsOf(host.platform);
  const source = resolve(file);
  if (statIfThere(host.fs, source)?.kind !== "file") {
    throw new LifeboatError("refused", "no_such_file", `There is no file ${source}`, {
      hint: "Name the executable of a lifeboat release for the other system.",
    });
  }
  const { target } = programInfo(host.fs, source);
  const folder = kitFolder(host);
  ensureDir(host.fs, folder, host.platform);
  const path = join(folder, nameFor(target));
  const temporary = `${path}.partial`;
  removeIfThere(host.fs, temporary);
  try {
    copyFile(host.fs, source, temporary, 0o700);
    publish(host.fs, temporary, path, host.platform);
  } catch (error) {
    removeIfThere(host.fs, temporary);
    throw error;
  }
  return describe(host, path);
}

/** Forgets the stored executable for a system. Throws `not_in_kit` when there is none. */
export function removeKitExecutable(host: Host, target: string): KitExecutable {
  const stored = listKitExecutables(host);
  const found = stored.find((one) => one.target === target || one.name === target);
  if (!found) {
    const known = stored.map((one) => one.target).join(", ") || "none";
    throw new LifeboatError("missing", "not_in_kit", `No executable for ${target} is stored`, {
      hint: `Stored are: ${known}.`,
    });
  }
  host.fs.remove(found.path);
  return found;
}
