/** A program that replaces itself while it runs. */
import { join } from "node:path";
import { realFs, sha256OfFile } from "../../src/base/mod.ts";
import type { UpdateResult } from "../../src/agents/mod.ts";
import { assert } from "../assert.ts";
import { PROGRAM } from "../support/lifeboat.ts";
import { namesIn, withScene } from "../support/scene.ts";

Deno.test("an update replaces the running program, and a rollback brings it back", () =>
  withScene(async ({ run, user, folder }) => {
    await run(["install", "program"]);
    const bin = join(user, ".local", "bin");
    const program = join(bin, "lifeboat");
    // The same version with another hash: what follows the program's end is not read.
    const newer = join(folder, "newer");
    Deno.copyFileSync(PROGRAM, newer);
    const hash = sha256OfFile(realFs, newer);
    const wrong = await run(["update", "--from", newer, "--sha256", "0".repeat(64), "--json"], {
      program,
    });
    assert.deepEqual([wrong.code, wrong.json.error?.code], [12, "wrong_hash"]);
    const unsigned = await run(["update", "--from", newer, "--json"], { program });
    assert.equal(unsigned.code, 12);
    assert.deepEqual(namesIn(bin), ["lifeboat"]);

    const args = ["update", "--from", newer, "--sha256", hash, "--json"];
    const { code, json } = await run<UpdateResult>(args, { program });
    assert.deepEqual([code, json.path, json.checked_by], [0, program, "sha256"]);
    assert.deepEqual(namesIn(bin), ["lifeboat", "lifeboat.old"]);
    const inode = Deno.statSync(program).ino;
    assert.equal((await run(["--version"], { program })).code, 0);

    const back = await run(["update", "--rollback"], { program });
    assert.equal(back.code, 0);
    assert.match(back.stdout, /To go back: lifeboat update --rollback/);
    assert.notEqual(Deno.statSync(program).ino, inode);
    assert.deepEqual(namesIn(bin), ["lifeboat", "lifeboat.old"]);
    await run(["uninstall"], { program });
    assert.deepEqual(namesIn(bin), []);
  }));

Deno.test("an update that names nothing, or nonsense, is refused", () =>
  withScene(async ({ run }) => {
    for (const args of [[], ["--from", "x", "--sha256", "abc"], ["--from", "x", "--rollback"]]) {
      const { code, json } = await run(["update", ...args, "--json"]);
      assert.deepEqual([code, json.error?.code], [2, "usage"], args.join(" "));
    }
  }));
