import { openBackup, type ReadLimits } from "../../src/archive/mod.ts";
import { type Platform, sha256Of } from "../../src/base/mod.ts";
import { assert, rejectsWith } from "../assert.ts";
import { testHost, withTempDir } from "./host.ts";

/** For which system, and within which limits, a crafted archive is read. */
export interface Reading {
  platform?: Platform;
  limits?: Partial<ReadLimits>;
}

/** Everything that can be had from an archive: its manifest and all bytes of all files. */
async function readEverything(path: string, folder: string, reading: Reading): Promise<void> {
  const { platform = "linux", limits } = reading;
  const backup = await openBackup(testHost(folder, { platform }), path, { limits });
  try {
    await backup.loadManifest();
    await backup.visit(() => true, async (_, chunks) => {
      for await (const chunk of chunks) assert.ok(chunk);
    });
  } finally {
    backup.close();
  }
}

function names(folder: string): string[] {
  return Array.from(Deno.readDirSync(folder), ({ name }) => name);
}

/** Asserts that reading an archive ends with that code, and that nothing was written beside it. */
export async function assertRefused(
  archive: Uint8Array,
  code: string,
  reading: Reading = {},
): Promise<Error> {
  let error: Error | undefined;
  await withTempDir(async (folder) => {
    const path = `${folder}/archive`;
    await Deno.writeFile(path, archive);
    error = await rejectsWith(() => readEverything(path, folder, reading), code);
    assert.deepEqual(names(folder), ["archive"]);
    assert.equal(sha256Of(await Deno.readFile(path)), sha256Of(archive));
  });
  return error!;
}

/** Asserts that an archive is read from front to back without complaint. */
export async function assertAccepted(archive: Uint8Array, reading: Reading = {}): Promise<void> {
  await withTempDir(async (folder) => {
    await Deno.writeFile(`${folder}/archive`, archive);
    await readEverything(`${folder}/archive`, folder, reading);
  });
}
