/** The manifest of a backup without its lists. */
import { LifeboatError } from "../base/mod.ts";
import type { Container, Wanted } from "./container.ts";
import { badManifest } from "./faults.ts";
import { MANIFEST_PATH } from "./format.ts";
import { isLegacy, legacyHead } from "./legacy_manifest.ts";
import { HOME_ROOT, type ManifestHead, rootFolder } from "./manifest.ts";
import { manifestHead, ValueFault } from "./manifest_checks.ts";
import { type ManifestSource, readManifestFields } from "./manifest_reader.ts";

/** Only the files of the home. */
export const isHomeFile: Wanted = (path) => path.startsWith(rootFolder(HOME_ROOT));

async function countFiles(container: Container): Promise<number> {
  let [home, all] = [0, 0];
  for await (const { path } of container.files((path) => path !== MANIFEST_PATH)) {
    all++;
    if (isHomeFile(path)) home++;
  }
  return home || all;
}

/** The manifest's head. Throws `bad_manifest`, `newer_schema`. */
export async function readHead(
  container: Container,
  source: ManifestSource,
): Promise<ManifestHead> {
  const { fields, entryCount } = await readManifestFields(container.manifest(), source);
  if (isLegacy(fields)) return legacyHead(fields, await countFiles(container));
  const { schema_version } = fields;
  if (typeof schema_version !== "number") {
    throw badManifest(source.path, "it has no schema_version");
  }
  if (schema_version !== 1) {
    const message = `${source.path} has a manifest of schema ${schema_version}`;
    throw new LifeboatError("refused", "newer_schema", message, {
      hint: "This lifeboat reads schema 1; use the newest one, or the restorer in the backup.",
    });
  }
  if (entryCount === undefined) throw badManifest(source.path, 'it has no "entries"');
  try {
    return manifestHead(fields, entryCount);
  } catch (error) {
    throw error instanceof ValueFault ? badManifest(source.path, error.message, error) : error;
  }
}
