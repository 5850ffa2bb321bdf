import { type Host, pathsOf, readText, statIfThere } from "../../base/mod.ts";

/** What ClawBackup writes beside its archives about one of them (facts E1). */
export interface Sidecar {
  /** `bak_…`. */
  id: string;
  label?: string;
  createdAt: string;
  /** SHA-256 of the file as it lies there, upper-case hex. */
  contentHash: string;
  encrypted: boolean;
}

const MAX_BYTES = 1 << 20;

/** A folder with more is no store of one user. */
const MAX_SIDECARS = 10_000;

/** `*.manifest.json`, read leniently: only what is of use, or nothing. */
function readSidecar(host: Host, path: string, archiveName: string): Sidecar | undefined {
  const text = (value: unknown) => typeof value === "string" ? value : "";
  try {
    const fields = JSON.parse(readText(host.fs, path, MAX_BYTES));
    const stored = text(fields?.storagePath);
    if (
      stored.slice(Math.max(stored.lastIndexOf("/"), stored.lastIndexOf("\\")) + 1) !== archiveName
    ) {
      return undefined;
    }
    return {
      id: text(fields.backupId),
      label: text(fields.name) || undefined,
      createdAt: text(fields.createdAt),
      contentHash: text(fields.contentHash).toUpperCase(),
      encrypted: typeof fields.encryption === "object" && fields.encryption !== null,
    };
  } catch {
    return undefined; // it only adds to what the archive itself says
  }
}

function* sidecarsIn(host: Host, folder: string, archiveName: string): Generator<Sidecar> {
  if (statIfThere(host.fs, folder)?.kind !== "directory") return;
  const names = host.fs.list(folder).entries.map(({ name }) => name)
    .filter((name) => name.endsWith(".manifest.json"));
  for (const name of names.slice(0, MAX_SIDECARS)) {
    const found = readSidecar(host, pathsOf(host.platform).join(folder, name), archiveName);
    if (found) yield found;
  }
}

/**
 * What ClawBackup wrote about an archive: beside it, where a storage backend has it, or in the store
 * below the state folder.
 *
 * @param stores further folders to look in
 */
export function findSidecar(host: Host, archive: string, stores: string[]): Sidecar | undefined {
  const { dirname, basename } = pathsOf(host.platform);
  for (const folder of [dirname(archive), ...stores]) {
    // Two archives of one second share a name (facts E6.2); the last one written is the one there.
    const found = [...sidecarsIn(host, folder, basename(archive))]
      .sort((a, b) => a.createdAt < b.createdAt ? 1 : -1);
    if (found.length > 0) return found[0];
  }
  return undefined;
}
