/** What reaches the disk while a home is backed up encrypted. Linux only, as strace is. */
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { assert } from "../assert.ts";
import { ageKey } from "../support/age.ts";
import { CONFIRM, type Scene, withScene } from "../support/scene.ts";
import { traceWrites, type WrittenBytes } from "../support/strace.ts";

const NAME = "a-name-that-tells-much";

/** Content that stays as it is when it is compressed, so that it shows unless it is encrypted. */
function noise(bytes: number): Uint8Array {
  const filled = new Uint8Array(bytes);
  for (let at = 0; at < bytes; at += 65536) {
    crypto.getRandomValues(filled.subarray(at, at + 65536));
  }
  return filled;
}

/** Puts noise into the home: a large file, small ones, a database. Gives back pieces of each. */
function addNoise({ home }: Scene): Uint8Array[] {
  const large = noise(3 << 20);
  const small = noise(40_000);
  const row = noise(60_000);
  Deno.writeFileSync(join(home, `${NAME}.bin`), large);
  Deno.writeFileSync(join(home, "small.bin"), small);
  const database = new DatabaseSync(join(home, "noise.sqlite"));
  database.exec("CREATE TABLE noise (bytes BLOB)");
  database.prepare("INSERT INTO noise VALUES (?)").run(row);
  database.close();
  const pieces = [[large, 1000], [large, 2 << 20], [large, (3 << 20) - 500], [
    small,
    20_000,
  ]] as const;
  return [...pieces, [row, 30_000] as const].map(([bytes, at]) => bytes.subarray(at, at + 64));
}

/** Files that anything of the home was written to as it is. */
function showing(written: WrittenBytes[], secrets: Uint8Array[]): string[] {
  const name = new TextEncoder().encode(NAME);
  const found = written.filter(({ bytes }) =>
    [...secrets, name].some((secret) => Buffer.from(bytes.buffer).indexOf(secret) >= 0)
  );
  return [...new Set(found.map(({ path }) => path))];
}

/** Those of some paths that are on a disk, and not in memory, a pipe or a terminal. */
function onDisk(paths: string[]): string[] {
  return paths.filter((path) => path.startsWith("/") && !path.startsWith("/dev/shm/"));
}

if (Deno.build.os === "linux") {
  Deno.test("nothing of the home reaches the disk unencrypted, also not for a moment", () =>
    withScene(async (scene) => {
      const secrets = addNoise(scene);
      const key = await ageKey(join(scene.folder, "key.txt"));
      const backup = ["backup", "--kit", "light", "--json"];
      const sealed = await traceWrites(scene, [...backup, "--recipient", key.recipient]);
      assert.ok(sealed.some(({ path }) => path.endsWith(".tar.partial")), "the archive is seen");
      assert.ok(sealed.some(({ path }) => path.includes(".partial/")), "what is beside it, too");
      assert.deepEqual(onDisk(showing(sealed, secrets)), []);
      const plain = await traceWrites(scene, [...backup, "--no-directory"]);
      assert.ok(onDisk(showing(plain, secrets)).length > 0, "else this would not be seen");
      assert.ok([...Deno.readDirSync("/dev/shm")].every(({ name }) => !name.includes("lifeboat")));
    }));

  Deno.test("what is taken over from an encrypted backup does not reach the disk unencrypted", () =>
    withScene(async (scene) => {
      const secrets = addNoise(scene);
      const { json } = await scene.run<{ identity: { recipient: string } }>(
        ["keys", "create", "--json"],
      );
      const backup = ["backup", "--kit", "light", "--recipient", json.identity.recipient, "--json"];
      assert.equal((await scene.run(backup)).code, 0);
      Deno.writeTextFileSync(join(scene.home, "AGENTS.md"), "Changed.\n");
      const again = await traceWrites(scene, backup);
      assert.deepEqual(onDisk(showing(again, secrets)), []);
    }));

  Deno.test("reading an encrypted backup writes nothing of it, a restore only what is the home's", () =>
    withScene(async (scene) => {
      const secrets = addNoise(scene);
      const key = await ageKey(join(scene.folder, "key.txt"));
      const { archive } = await scene.backUp("--recipient", key.recipient);
      for (const command of ["verify", "show", "restore"]) {
        const read = await traceWrites(scene, [command, archive!, "--identity", key.file]);
        assert.deepEqual(onDisk(showing(read, secrets)), [], command);
      }
      Deno.writeTextFileSync(join(scene.home, "small.bin"), "lost");
      const args = ["restore", archive!, "--identity", key.file, "--apply", CONFIRM];
      const restored = onDisk(showing(await traceWrites(scene, args), secrets));
      assert.ok(restored.length > 0);
      // The doctor examines databases of the home as it then is, in copies of its own.
      const doctor = join(scene.user, ".local", "state", "lifeboat", "doctor");
      const isAllowed = (path: string) => path.startsWith(scene.home) || path.startsWith(doctor);
      assert.deepEqual(restored.filter((path) => !isAllowed(path)), []);
    }));
}
