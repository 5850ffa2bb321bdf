/** The restorer in a backup: with an empty environment, and for other systems. */
import { join } from "node:path";
import type { RestoreResult } from "../../src/restore/mod.ts";
import { differences, hashesBelow } from "../../scripts/demo/compare.ts";
import { assert } from "../assert.ts";
import { run } from "../support/agents/run.ts";
import { fakeProgram } from "../support/programs.ts";
import { CONFIRM, namesIn, type Scene, withScene } from "../support/scene.ts";
import { runTool } from "../support/oracles.ts";

const WINDOWS = Deno.build.os === "windows";
const RESTORER = WINDOWS ? "restore-standalone.exe" : "restore-standalone";

/** Unpacks a backup with the system's own tar, into a folder whose name would break bad quoting. */
async function unpack(scene: Scene, archive: string): Promise<string> {
  const folder = join(scene.folder, WINDOWS ? "R&D 100% done" : `it's "R&D" $HOME 备份`);
  Deno.mkdirSync(folder);
  await runTool(["tar", "xzf", archive, "-C", folder]);
  return join(folder, namesIn(folder)[0]);
}

/** Starts a program with nothing in its environment, so with no other program on PATH. */
async function runBare(program: string, args: string[], cwd: string) {
  const env: Record<string, string> = WINDOWS ? { SystemRoot: "C:\\Windows" } : {};
  return await run(program, args, { cwd, env, timeoutMs: 120_000 });
}

Deno.test("the launcher restores with an empty environment, from what plain tar has unpacked", () =>
  withScene(async (scene) => {
    const { archive } = await scene.backUp("--kit", "full", "--no-directory");
    const before = hashesBelow(scene.home);
    Deno.removeSync(scene.home, { recursive: true });
    const folder = await unpack(scene, archive!);
    const launcher = WINDOWS
      ? [join(folder, RESTORER)]
      : ["/bin/sh", join(folder, "restore-environment.sh")];
    const [program, ...args] = [...launcher, "--home", scene.home, "--apply", CONFIRM, "--json"];
    // Without HOME it is another user's: the key of this one is not found.
    args.push("--trust");
    const { code, stdout, stderr } = await runBare(program, args, scene.folder);
    assert.equal(code, 0, stdout + stderr);
    const result: RestoreResult = JSON.parse(stdout);
    const captured = hashesBelow(join(folder, "files"));
    for (const { path } of result.plan.skipped) captured.delete(path);
    assert.deepEqual(differences(captured, hashesBelow(scene.home)), []);
    const plain = new Map([...captured].filter(([path]) => !/sqlite/.test(path)));
    assert.deepEqual(differences(plain, before), []);
  }));

Deno.test("inside an extracted backup a restore needs no name", () =>
  withScene(async (scene) => {
    const { backup_dir: folder } = await scene.backUp("--kit", "full");
    const program = join(folder!, RESTORER);
    const lines: [args: string[], cwd: string, program?: string][] = [
      [["restore"], folder!],
      [["restore"], scene.user, program],
      [["--backup-dir", folder!, "--target-home", scene.home], scene.user, program],
    ];
    for (const [args, cwd, program] of lines) {
      const outcome = await scene.run<RestoreResult>([...args, "--json"], { cwd, program });
      assert.equal(outcome.code, 0, args.join(" ") + outcome.stdout);
      assert.deepEqual([outcome.json.dry_run, outcome.json.plan.backup_dir], [true, folder]);
    }
    const outside = await scene.run(["restore", "--json"]);
    assert.deepEqual([outside.code, outside.json.error?.code], [2, "usage"]);
  }));

Deno.test("a restorer without a terminal says which flag confirms, and changes nothing", () =>
  withScene(async (scene) => {
    const { backup_dir: folder } = await scene.backUp("--kit", "full");
    Deno.removeSync(scene.home, { recursive: true });
    const program = join(folder!, RESTORER);
    const { code, stderr } = await scene.run([], { program });
    assert.equal(code, 2);
    assert.ok(stderr.includes(CONFIRM));
    assert.deepEqual(namesIn(scene.home), []);
  }));

Deno.test("executables for other systems go along with --kit all, and verify checks them", () =>
  withScene(async (scene) => {
    const target = "aarch64-apple-darwin";
    const file = join(scene.folder, "lifeboat-mac");
    Deno.writeFileSync(file, fakeProgram(target, "9.9.9"));
    const added = await scene.run(["kit", "add", file, "--json"]);
    assert.equal(added.code, 0, added.stdout);
    assert.match((await scene.run(["kit", "list"])).stdout, /aarch64-apple-darwin {2}9\.9\.9/);
    const { backup_dir: folder } = await scene.backUp("--kit", "all", "--no-archive");
    const stored = join(folder!, `restore-standalone-${target}`);
    assert.deepEqual(Deno.readFileSync(stored), Deno.readFileSync(file));
    assert.equal((await scene.run(["verify", folder!])).code, 0);
    Deno.writeFileSync(stored, fakeProgram(target, "6.6.6"));
    const swapped = await scene.run(["verify", folder!, "--json"]);
    assert.deepEqual([swapped.code, swapped.json.kit_ok], [1, false]);
    assert.equal((await scene.run(["kit", "remove", target])).code, 0);
    const gone = await scene.run(["kit", "remove", target, "--json"]);
    assert.deepEqual([gone.code, gone.json.error?.code], [10, "not_in_kit"]);
    const wrong = await scene.run(["kit", "add", join(scene.home, "config.toml"), "--json"]);
    assert.deepEqual([wrong.code, wrong.json.error?.code], [2, "not_lifeboat"]);
  }));
