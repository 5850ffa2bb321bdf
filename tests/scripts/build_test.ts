import { join } from "node:path";
import { fingerprint } from "../../scripts/build/fingerprint.ts";
import { npmFile } from "../../scripts/build/npm.ts";
import { run } from "../../scripts/build/process.ts";
import { chooseToolchain } from "../../scripts/build/runtime.ts";
import { denoPackage, hostTarget, TARGETS } from "../../scripts/build/targets.ts";
import { selectTargets } from "../../scripts/release.ts";
import { assert } from "../assert.ts";
import { testHost, withTempDir } from "../support/host.ts";

async function makeProject(root: string): Promise<void> {
  for (const folder of ["kit/profiles", "scripts/build", "src/base"]) {
    await Deno.mkdir(join(root, folder), { recursive: true });
  }
  for (const file of ["deno.json", "deno.lock", "main.ts", "src/base/mod.ts", "kit/a.toml"]) {
    await Deno.writeTextFile(join(root, file), file);
  }
}

Deno.test("the fingerprint changes with the content, name and number of the sources", async () => {
  await withTempDir(async (root) => {
    await makeProject(root);
    const seen = [await fingerprint(root, "2.7.14"), await fingerprint(root, "2.9.6")];
    const changes = [
      () => Deno.writeTextFile(join(root, "src/base/mod.ts"), "changed"),
      () => Deno.rename(join(root, "kit/a.toml"), join(root, "kit/b.toml")),
      () => Deno.writeTextFile(join(root, "kit/profiles/c.toml"), ""),
      () => Deno.remove(join(root, "kit/b.toml")),
    ];
    for (const change of changes) {
      await change();
      seen.push(await fingerprint(root, "2.7.14"));
    }
    assert.equal(new Set(seen).size, seen.length);
    assert.equal(await fingerprint(root, "2.7.14"), seen.at(-1));
  });
});

Deno.test("the fingerprint does not depend on what is no source", async () => {
  await withTempDir(async (root) => {
    await makeProject(root);
    const before = await fingerprint(root, "");
    await Deno.writeTextFile(join(root, "README.md"), "text");
    assert.equal(await fingerprint(root, ""), before);
  });
});

Deno.test("a runtime that the user names is taken, with this Deno as its compiler", async () => {
  await withTempDir(async (folder) => {
    const denort = join(folder, "denort");
    await Deno.writeTextFile(denort, "a runtime of the user's own");
    const host = testHost(folder, { env: { DENORT_BIN: denort } });
    assert.deepEqual(await chooseToolchain(host, hostTarget()), {
      compiler: Deno.execPath(),
      denort,
      runtime: "official",
    });
  });
});

Deno.test("each system has its package of Deno", () => {
  assert.deepEqual(TARGETS.map(denoPackage), [
    "@deno/linux-x64-glibc",
    "@deno/linux-arm64-glibc",
    "@deno/darwin-x64",
    "@deno/darwin-arm64",
    "@deno/win32-x64",
  ]);
});

Deno.test("a release is for all systems, or for those that are named", () => {
  assert.equal(selectTargets([]), TARGETS);
  assert.deepEqual(selectTargets(["linux-x64"]).map(({ name }) => name), ["linux-x64"]);
  assert.throws(() => selectTargets(["beos-x64"]), /no system beos-x64; known: linux-x64,/);
});

Deno.test("a file of an npm package is found, and a missing one is named", async () => {
  const file = await npmFile("smol-toml", "1.9.1", "package.json");
  assert.equal(JSON.parse(await Deno.readTextFile(file)).version, "1.9.1");
  await assert.rejects(npmFile("smol-toml", "1.9.1", "no/such"), /smol-toml@1\.9\.1 holds no/);
});

Deno.test("a program that fails is reported with what it said", async () => {
  const args = ["eval", "console.error('no luck'); Deno.exit(3)"];
  await assert.rejects(run(Deno.execPath(), args), /ended with 3:\nno luck/);
});
