import { dirname, join } from "node:path";
import { run } from "../../scripts/build/process.ts";
import { chooseToolchain, type Toolchain } from "../../scripts/build/runtime.ts";
import { hostTarget } from "../../scripts/build/targets.ts";
import { makeRelease, type ReleaseOptions } from "../../scripts/release/make.ts";
import { createKey } from "../../scripts/release/signing.ts";
import { thisHost } from "../../src/base/mod.ts";
import { assert } from "../assert.ts";
import { withTempDir } from "../support/host.ts";

const ROOT = dirname(dirname(import.meta.dirname!));

/** A release for this system below `folder`, onto whatever runtime there is here, but called so. */
async function releaseOptions(
  folder: string,
  runtime: Toolchain["runtime"],
): Promise<ReleaseOptions> {
  const host = thisHost(new AbortController().signal, () => {});
  const toolchain = await chooseToolchain(host, hostTarget());
  return {
    root: ROOT,
    folder: join(folder, "release"),
    targets: [hostTarget()],
    chooseToolchain: () => Promise.resolve({ ...toolchain, runtime }),
    ...createKey(),
  };
}

Deno.test("a release holds the program, the installers, and a signed list of hashes", async () => {
  await withTempDir(async (temporary) => {
    const options = await releaseOptions(temporary, "official");
    await makeRelease(options);
    const { folder } = options;
    const program = `lifeboat-${hostTarget().name}${hostTarget().suffix}`;
    const names = Array.from(Deno.readDirSync(folder), ({ name }) => name).sort();
    const lists = ["SHA256SUMS", "SHA256SUMS.sig", "SHA256SUMS.sshsig"];
    assert.deepEqual(names, [...lists, "install.ps1", "install.sh", program]);
    assert.match(await run(join(folder, program), ["--version"]), /^lifeboat \d+\.\d+\.\d+ /);
    for (const name of ["install.sh", "install.ps1"]) {
      assert.doesNotMatch(await Deno.readTextFile(join(folder, name)), /@RELEASE_KEY/);
    }
    const sums = await Deno.readTextFile(join(folder, "SHA256SUMS"));
    assert.deepEqual(sums.match(/(?<= {2}).*$/gm), ["install.ps1", "install.sh", program]);
    // It knows the key that it was released with.
    const installed = join(temporary, program);
    await Deno.copyFile(join(folder, program), installed);
    const said = await run(installed, ["update", "--from", folder, "--json"]);
    assert.deepEqual(JSON.parse(said).checked_by, "signature");
    await Deno.writeTextFile(join(folder, "SHA256SUMS"), sums + "\n");
    await assert.rejects(run(installed, ["update", "--from", folder, "--json"]));
  });
});

Deno.test("a release refuses the fallback runtime, and builds nothing", async () => {
  await withTempDir(async (temporary) => {
    const options = await releaseOptions(temporary, "fallback");
    await assert.rejects(makeRelease(options), /not compiled onto the fallback runtime/);
    assert.deepEqual(Array.from(Deno.readDirSync(temporary)), []);
  });
});

Deno.test("a release refuses a key that is not the project's", async () => {
  await withTempDir(async (temporary) => {
    const options = await releaseOptions(temporary, "official");
    const { privateKey } = createKey();
    await assert.rejects(makeRelease({ ...options, privateKey }), /does not belong/);
    assert.deepEqual(Array.from(Deno.readDirSync(temporary)), []);
  });
});
