/** What commands read of a large archive, by their system calls. Linux only, as strace is. */
import { join } from "node:path";
import { assert } from "../assert.ts";
import { CONFIRM, makeSmallHome, type Scene, withScene } from "../support/scene.ts";
import { traceReads } from "../support/strace.ts";

const LARGE = 40e6;

/** A home most of which is one file that cannot be compressed. */
async function makeLargeHome(path: string) {
  const home = await makeSmallHome(path);
  const random = new Uint8Array(LARGE);
  for (let at = 0; at < LARGE; at += 65536) {
    crypto.getRandomValues(random.subarray(at, Math.min(at + 65536, LARGE)));
  }
  Deno.writeFileSync(`${path}/sessions/large.bin`, random);
  return home;
}

async function bytesRead(scene: Scene, archive: string, args: string[]): Promise<number> {
  return (await traceReads(scene, [...args, "--json"])).get(archive) ?? 0;
}

if (Deno.build.os === "linux") {
  for (const format of ["tar.gz", "tar.zst"]) {
    Deno.test(`of a large ${format} a command reads what it needs`, () =>
      withScene(async (scene) => {
        const { archive } = await scene.backUp("--no-directory", "--format", format);
        const { size } = Deno.statSync(archive!);
        assert.ok(size > LARGE);
        const part = size / 20;
        Deno.removeSync(join(scene.user, ".local", "state"), { recursive: true });
        const listed = await bytesRead(scene, archive!, ["list"]);
        assert.ok(listed > 0 && listed < part, `list without a catalog read ${listed} bytes`);
        const shown = await bytesRead(scene, archive!, ["show", archive!, "--files"]);
        assert.ok(shown < part, `show read ${shown} bytes`);
        const target = join(scene.folder, "target");
        const only = ["restore", archive!, "--only", "config.toml", "--target", target];
        const trusted = [...only, "--apply", CONFIRM, "--trust"];
        const restored = await bytesRead(scene, archive!, trusted);
        assert.ok(Deno.statSync(join(target, "home", "config.toml")).isFile);
        assert.ok(restored < part, `restore --only read ${restored} of ${size} bytes`);
        const verified = await bytesRead(scene, archive!, ["verify", archive!]);
        // Once to look into it, and once for the hash beside it.
        assert.ok(verified > size && verified < 2.2 * size, `verify read ${verified} bytes`);
      }, makeLargeHome));
  }

  Deno.test("without its index an archive is read from front to back all the same", () =>
    withScene(async (scene) => {
      const { archive } = await scene.backUp("--no-directory");
      const bytes = Deno.readFileSync(archive!);
      const foreign = join(scene.folder, "foreign.tar.gz");
      const tar = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))
        .pipeThrough(new CompressionStream("gzip"));
      await Deno.writeFile(foreign, tar);
      const target = join(scene.folder, "target");
      const args = ["restore", foreign, "--only", "config.toml", "--target", target];
      const { code } = await scene.run([...args, "--apply", CONFIRM, "--trust", "--json"]);
      assert.equal(code, 0);
      assert.deepEqual(
        Deno.readFileSync(join(target, "home", "config.toml")),
        Deno.readFileSync(join(scene.home, "config.toml")),
      );
    }));
}
