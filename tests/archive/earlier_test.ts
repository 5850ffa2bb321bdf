import { assert } from "../assert.ts";
import { openEarlier } from "../../src/archive/mod.ts";
import { oddEntries, TOP, writeArchive } from "../support/archives.ts";
import { testHost, withTempDir } from "../support/host.ts";

Deno.test("nothing is taken over from an archive with another top folder, nor from one without index", async () => {
  await withTempDir(async (folder) => {
    const host = testHost(folder);
    const path = `${folder}/a.tar.gz`;
    await writeArchive(host, path, oddEntries());
    const same = openEarlier(host, path, { top: TOP, form: "tar.gz" });
    assert.ok(same);
    same.close();
    assert.equal(openEarlier(host, path, { top: "another-backup", form: "tar.gz" }), undefined);
    const zip = `${folder}/a.zip`;
    await writeArchive(host, zip, oddEntries(), { format: "zip" });
    assert.equal(openEarlier(host, zip, { top: TOP, form: "tar.gz" }), undefined);
  });
});
