/** What the compiled program does not do, by its system calls. Linux only, as strace is. */
import { dirname, join } from "node:path";
import type { BackupResult } from "../../src/backup/mod.ts";
import { assert } from "../assert.ts";
import { runTool } from "../support/oracles.ts";
import { CONFIRM, namesIn, type Scene, withScene } from "../support/scene.ts";
import { startWriter } from "../support/writer_process.ts";
import { changesIn, networkCalls, traceCalls } from "../support/strace.ts";

const linux = Deno.build.os === "linux";

/** Everything about every file below a folder; the time of change tells of any write. */
async function stateOf(folder: string): Promise<string[]> {
  const format = "%p %y %m %u %g %s %T@ %C@ %l\\0";
  const found = await runTool(["find", folder, "-printf", format]);
  return new TextDecoder().decode(found).split("\0").sort();
}

/** Changing calls that name a path in a place for temporary files, but not in the test's folder. */
function temporaryFiles(scene: Scene, changes: string[]): string[] {
  return changes.filter((call) =>
    call.includes(scene.temp) ||
    (/"\/(tmp|var\/tmp|dev\/shm)\b/.test(call) && !call.includes(scene.folder))
  );
}

if (linux) {
  Deno.test("a backup creates, changes and removes nothing in the home, nor in the temp folder", () =>
    withScene(async (scene) => {
      const before = await stateOf(scene.home);
      const calls = await traceCalls(scene, ["backup", "--kit", "light", "--json"]);
      assert.ok(calls.some((call) => call.includes(`${scene.home}/config.toml`)), "home is seen");
      assert.deepEqual(changesIn(calls).filter((call) => call.includes(scene.home)), []);
      assert.deepEqual(temporaryFiles(scene, changesIn(calls)), []);
      assert.deepEqual(await stateOf(scene.home), before);
    }));

  Deno.test("a backup beside a running agent writes nothing, and creates nothing in the home", () =>
    withScene(async (scene) => {
      const database = join(scene.home, "live.sqlite");
      const writer = await startWriter(database);
      const isLive = (line: string) =>
        line.includes("/live.sqlite") || line.startsWith(`${scene.home} `);
      const before = (await stateOf(scene.home)).filter((line) => !isLive(line));
      const names = namesIn(scene.home);
      const calls = await traceCalls(scene, ["backup", "--kit", "light", "--json"]);
      assert.deepEqual(namesIn(scene.home), names);
      assert.deepEqual((await stateOf(scene.home)).filter((line) => !isLive(line)), before);
      assert.equal((await writer.stop()).error, null);
      // SQLite opens the side files of a live database for writing whatever it is told, and as root
      // gives them to the owner that they have.
      const usual = new RegExp(`^(openat|fchown)\\(.*${RegExp.escape(database)}-(wal|shm)[">]`);
      const touched = changesIn(calls).filter((call) => call.includes(scene.home));
      assert.deepEqual(touched.filter((call) => !usual.test(call)), []);
      assert.ok(touched.some((call) => usual.test(call)), "the database was open");
    }));

  Deno.test("no command but those about the network connects to anything", () =>
    withScene(async (scene) => {
      const { archive } = await scene.backUp();
      assert.ok(archive);
      const commands = [
        ["backup", "--no-directory"],
        ["list"],
        ["show", archive, "--files"],
        ["verify", archive],
        ["doctor"],
        ["profiles", "list"],
        ["kit", "list"],
        ["backends", "list"],
        ["mcp"],
        ["restore", archive],
        ["restore", archive, "--apply", CONFIRM],
      ];
      for (const command of commands) {
        const calls = await traceCalls(scene, [...command, "--json"]);
        assert.deepEqual(networkCalls(calls), [], command.join(" "));
        assert.deepEqual(temporaryFiles(scene, changesIn(calls)), [], command.join(" "));
      }
    }));

  Deno.test("the restorer inside a backup connects to nothing and leaves the backup as it is", () =>
    withScene(async (scene) => {
      const { backup_dir: folder } = await scene.backUp("--kit", "full") as BackupResult;
      assert.ok(folder);
      const before = await stateOf(folder);
      await Deno.remove(scene.home, { recursive: true });
      const program = join(folder, "restore-standalone");
      const calls = await traceCalls(scene, ["--apply", CONFIRM, "--json"], program);
      assert.deepEqual(networkCalls(calls), []);
      const changed = changesIn(calls).filter((call) => call.includes(dirname(folder)));
      assert.deepEqual(changed, []);
      assert.deepEqual(await stateOf(folder), before);
    }));
}
