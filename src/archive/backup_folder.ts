import { createPulse, type Host, lstatIfThere, pathsOf, type Pulse } from "../base/mod.ts";
import {
  collectSignature,
  type Container,
  type ReadableFile,
  unreadable,
  type Wanted,
} from "./container.ts";
import { badManifest, notABackup, unsafe } from "./faults.ts";
import { MANIFEST_PATH, SIGNATURE_PATH } from "./format.ts";
import type { ReadLimits } from "./limits.ts";
import { createPathGuard } from "./path_checks.ts";
import { openSource, reading } from "./source_file.ts";

function hasManifest(host: Host, folder: string): boolean {
  const path = pathsOf(host.platform).join(folder, MANIFEST_PATH);
  return reading(path, () => lstatIfThere(host.fs, path))?.kind === "file";
}

/** The backup in a folder: the folder itself, or the only one in it that is a backup. */
export function locateBackup(host: Host, folder: string): string {
  if (hasManifest(host, folder)) return folder;
  const found = reading(folder, () => host.fs.list(folder)).entries
    .filter(({ kind }) => kind === "directory")
    .map(({ name }) => pathsOf(host.platform).join(folder, name))
    .filter((path) => hasManifest(host, path));
  if (found.length === 1) return found[0];
  throw notABackup(
    folder,
    found.length === 0 ? "there is no manifest.json in it" : `it holds ${found.length} of them`,
  );
}

interface Found {
  stored: string;
  /** Its name is not UTF-8, so that it cannot even be opened. */
  isLost: boolean;
}

/** Everything below a folder that is no folder, sorted, depth first. */
function* walk(host: Host, folder: string, below: string): Generator<Found> {
  const { join } = pathsOf(host.platform);
  const listing = reading(folder, () => host.fs.list(folder));
  for (const name of listing.lost) yield { stored: `${below}${name}`, isLost: true };
  for (const { name, kind } of listing.entries) {
    if (kind === "directory") yield* walk(host, join(folder, name), `${below}${name}/`);
    else yield { stored: `${below}${name}`, isLost: false };
  }
}

/** Content of a file; its size is what it has when it is read. */
async function* contentOf(host: Host, path: string, pulse: Pulse): AsyncGenerator<Uint8Array> {
  const source = openSource(host, path);
  try {
    for (const chunk of source.range(0, source.size)) {
      await pulse();
      yield chunk;
    }
  } finally {
    source.close();
  }
}

function refused(folder: string, stored: string, what: string): ReadableFile {
  return { path: stored, bytes: 0, chunks: unreadable(unsafe(folder, `${stored} ${what}`)) };
}

/** A backup that lies unpacked in a folder. */
export function openFolder(host: Host, folder: string, limits: ReadLimits): Container {
  const { join } = pathsOf(host.platform);
  const placeOf = (stored: string) => join(folder, ...stored.split("/"));

  function readable(stored: string, pulse: Pulse): ReadableFile {
    const path = placeOf(stored);
    const { kind, size, mode, mtimeMs } = reading(path, () => host.fs.lstat(path));
    if (kind !== "file") return refused(folder, stored, `is a ${kind}`);
    const chunks = contentOf(host, path, pulse);
    return { path: stored, bytes: size, mode: mode || undefined, mtimeMs, chunks };
  }

  async function* files(wanted: Wanted): AsyncGenerator<ReadableFile> {
    const guard = createPathGuard(folder, "linux", limits.members);
    const pulse = createPulse(host);
    for (const { stored, isLost } of walk(host, folder, "")) {
      await pulse();
      guard.admit(stored, "file");
      if (!wanted(stored)) continue;
      yield isLost
        ? refused(folder, stored, "has a name that is not UTF-8")
        : readable(stored, pulse);
    }
  }

  async function* manifest(): AsyncGenerator<Uint8Array> {
    const path = placeOf(MANIFEST_PATH);
    const { size } = reading(path, () => host.fs.lstat(path));
    if (size > limits.manifestBytes) throw badManifest(folder, `it has ${size} bytes`);
    yield* contentOf(host, path, createPulse(host));
  }

  async function signature(): Promise<Uint8Array | undefined> {
    const path = placeOf(SIGNATURE_PATH);
    if (reading(path, () => lstatIfThere(host.fs, path))?.kind !== "file") return undefined;
    return await collectSignature(contentOf(host, path, createPulse(host)));
  }

  const close = () => {};
  return { form: "folder", source: folder, indexed: true, files, manifest, signature, close };
}
