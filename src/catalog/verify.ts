import { verifyBackup, type VerifyOptions, type VerifyReport } from "../archive/mod.ts";
import { type Host, isoWithOffset, pathsOf } from "../base/mod.ts";
import { realPathOf } from "../profiles/mod.ts";
import { type Catalog, openCatalog } from "./store.ts";

/**
 * Verifies a backup, also against what was noted when it was made; when every byte was found right,
 * that is remembered for `list`.
 */
export async function verifyAndNote(
  host: Host,
  path: string,
  options: VerifyOptions,
): Promise<VerifyReport> {
  const report = await verifyAsNoted(host, path, options);
  if (report.ok && !report.quick) {
    withCatalog(host, (catalog) => catalog.noteVerified(path, isoWithOffset(host.now())));
  }
  return report;
}

/** Verifies a backup, also against what was noted when it was made: on this machine, at that place. */
export async function verifyAsNoted(
  host: Host,
  path: string,
  options: VerifyOptions,
): Promise<VerifyReport> {
  const notedSha256 = withCatalog(host, (catalog) => catalog.sha256Of(placeOf(host, path)));
  return await verifyBackup(host, path, { ...options, notedSha256 });
}

/** Hashes that were noted of archives of a name when they were made, on this machine. */
export function notedHashes(host: Host, archiveName: string): string[] {
  return withCatalog(host, (catalog) => catalog.sha256sNamed(archiveName));
}

/** Notes the hash of an archive that was just made: a hash file beside it can be changed with it. */
export function noteMade(host: Host, path: string, sha256: string): void {
  withCatalog(host, (catalog) => catalog.noteSha256(placeOf(host, path), sha256));
}

/** The same for all ways to a folder; what lies there may have been replaced by a link. */
function placeOf(host: Host, path: string): string {
  const { basename, dirname, join, resolve } = pathsOf(host.platform);
  return join(realPathOf(host, dirname(resolve(path))), basename(path));
}

function withCatalog<T>(host: Host, use: (catalog: Catalog) => T): T {
  const catalog = openCatalog(host);
  try {
    return use(catalog);
  } finally {
    catalog.close();
  }
}
