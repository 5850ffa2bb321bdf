import { join } from "node:path";
import { assert, rejectsWith } from "../assert.ts";
import { realFs } from "../../src/base/mod.ts";
import type { Home } from "../../src/profiles/mod.ts";
import { isNewerVersion } from "../../src/restore/plan_agent.ts";
import { applyRestore, planRestore, recoverUnlessRunning } from "../../src/restore/mod.ts";
import { holdOpen, whileHeld } from "../support/holding.ts";
import { withTempDir } from "../support/host.ts";
import { makeTree } from "../support/trees.ts";
import { attempt, changes, powerCutAt, unlock } from "./attempts.ts";
import {
  fixtureBackup,
  leftovers,
  makeTarget,
  quickHost,
  targetTree,
  testHome,
  testProfile,
} from "./fixture.ts";

const LINUX = { ignore: Deno.build.os !== "linux" };

Deno.test(
  "a plan names who is at work in the home, and apply refuses",
  LINUX,
  () =>
    withTempDir(async (folder) => {
      const backup = fixtureBackup(folder);
      makeTarget(folder);
      const before = targetTree(folder);
      const [host, home] = [quickHost(folder), testHome(folder)];
      await whileHeld(holdOpen(join(folder, "home/only-here.txt")), async ({ pid }) => {
        const { plan } = await planRestore(host, { backup, home });
        assert.deepEqual(plan.running.map((one) => [one.pid, one.name]), [[pid, "sleep"]]);
        const apply = () => applyRestore(host, { backup, home, confirmed: true, jobs: 1 });
        const error = await rejectsWith(apply, "agent_running");
        assert.equal(error.kind, "busy");
        assert.match(
          error.message,
          new RegExp(`The home of Test is in use: sleep \\(pid ${pid}\\)`),
        );
        assert.match(error.hint!, /Close Test.*--allow-running/);
        assert.deepEqual(targetTree(folder), before);
        assert.deepEqual(leftovers(folder), []);
      });
      assert.deepEqual((await planRestore(host, { backup, home })).plan.running, []);
    }),
);

Deno.test(
  "with leave to do so a home in use is restored, and the result says it",
  LINUX,
  () =>
    withTempDir(async (folder) => {
      const backup = fixtureBackup(folder);
      makeTree(join(folder, "home"), { "only-here.txt": "mine" });
      const home = testHome(folder, { roots: [] });
      const options = {
        backup,
        home,
        confirmed: true,
        jobs: 1,
        backupRoot: join(folder, "Backups"),
      };
      await whileHeld(holdOpen(join(folder, "home/only-here.txt")), async ({ pid }) => {
        const result = await applyRestore(quickHost(folder), { ...options, allowRunning: true });
        assert.ok(result.restore!.restored_files > 0);
        assert.equal(result.plan.running[0].pid, pid);
        assert.ok(result.warnings.some((line) => line.includes(`(pid ${pid})`)));
      });
      unlock(folder);
    }),
);

Deno.test(
  "a home that comes into use while it is backed up is left as it is",
  LINUX,
  () =>
    withTempDir(async (folder) => {
      const backup = fixtureBackup(folder);
      makeTree(join(folder, "home"), { "only-here.txt": "mine" });
      const [path, backupRoot] = [join(folder, "home/only-here.txt"), join(folder, "Backups")];
      let looks = 0;
      // Between the first look and the second one somebody opens a file.
      const late = {
        ...realFs,
        list: (at: string) =>
          at === "/proc" && looks++ === 0 ? { entries: [], lost: [] } : realFs.list(at),
      };
      const host = quickHost(folder, { fs: { ...quickHost(folder).fs, list: late.list } });
      await whileHeld(holdOpen(path), async () => {
        const options = {
          backup,
          home: testHome(folder, { roots: [] }),
          confirmed: true,
          backupRoot,
        };
        await rejectsWith(() => applyRestore(host, { ...options, jobs: 1 }), "agent_running");
      });
      assert.equal(looks, 2);
      assert.deepEqual(Object.keys(targetTree(join(folder, "home"))), ["only-here.txt"]);
      assert.deepEqual(leftovers(folder), []);
    }),
);

/** Cuts a restore of the fixture off before its changing call number `share` of all, from 0 to 1. */
async function cutOff(folder: string, share: number): Promise<string> {
  const backup = fixtureBackup(folder);
  const whole = await attempt(join(folder, "whole"), backup, () => {});
  unlock(whole.folder);
  const moves = whole.calls.flatMap((name, index) => changes(name) ? [index] : []);
  const at = moves[Math.floor(moves.length * share)];
  return (await attempt(join(folder, "one"), backup, powerCutAt(at))).folder;
}

Deno.test(
  "an interrupted restore waits until nobody is at work in the home",
  LINUX,
  () =>
    withTempDir(async (folder) => {
      const at = await cutOff(folder, 0.7);
      const before = targetTree(at);
      const recover = () => recoverUnlessRunning(quickHost(at), testHome(at));
      await whileHeld(holdOpen(join(at, "home/only-here.txt")), async () => {
        const error = await rejectsWith(recover, "agent_running");
        assert.match(error.hint!, /was interrupted/);
        assert.deepEqual(targetTree(at), before);
      });
      assert.equal((await recover())[0].outcome, "completed");
      unlock(at);
    }),
);

Deno.test(
  "what has changed nothing yet is cleared away whoever is at work",
  LINUX,
  () =>
    withTempDir(async (folder) => {
      const at = await cutOff(folder, 0.2);
      await whileHeld(holdOpen(join(at, "home/only-here.txt")), async () => {
        const [recovery] = await recoverUnlessRunning(quickHost(at), testHome(at));
        assert.equal(recovery.outcome, "discarded");
        assert.deepEqual(await recoverUnlessRunning(quickHost(at), testHome(at)), []);
      });
      unlock(at);
    }),
);

Deno.test("a home that was named is the active one where the agent uses it", () =>
  withTempDir(async (folder) => {
    const backup = fixtureBackup(folder);
    const isActive = async (path: string, env = {}) => {
      const profile = testProfile({ home: { env: ["TEST_HOME"], default: "~/.test" } });
      const home = testHome(folder, { profile, path: join(folder, path), isOwn: false, roots: [] });
      const { plan } = await planRestore(quickHost(folder, { env }), { backup, home });
      assert.equal(plan.requires_app_closed, plan.target_is_active_home);
      return plan.target_is_active_home;
    };
    assert.equal(await isActive(".test"), true);
    assert.equal(await isActive("copy"), false);
    assert.equal(await isActive("copy", { TEST_HOME: join(folder, "copy") }), true);
    assert.equal(await isActive(".test", { TEST_HOME: join(folder, "copy") }), false);
  }));

Deno.test("versions are compared number by number, a preview before its release", () => {
  assert.ok(isNewerVersion("0.170.0", "0.169.9"));
  assert.ok(isNewerVersion("2.1.10", "2.1.9"));
  assert.ok(isNewerVersion("1.0.0", "1.0.0-alpha.2"));
  assert.ok(isNewerVersion("1.0.0-alpha.10", "1.0.0-alpha.9"));
  for (const [one, other] of [["1.2", "1.2.0"], ["1.2.3+x", "1.2.3"], ["x", "1"], ["2", "x"]]) {
    assert.ok(!isNewerVersion(one, other), `${one} ${other}`);
    if (one !== "2") assert.ok(!isNewerVersion(other, one), `${other} ${one}`);
  }
});

/** A Codex home whose last conversation was held with a version. */
function homeUsedWith(folder: string, version: string): Home {
  const profile = testProfile({ name: "Codex", transcripts: "codex" });
  const line = JSON.stringify({ type: "session_meta", payload: { cli_version: version } });
  makeTree(join(folder, "home"), { "sessions/rollout-1.jsonl": `${line}\n` });
  return testHome(folder, { profile, roots: [] });
}

Deno.test("databases of a newer agent are warned about, if any come back", () =>
  withTempDir(async (folder) => {
    const backup = fixtureBackup(folder);
    const home = homeUsedWith(folder, "0.169.0");
    const warnings = async (version: string) => {
      backup.manifest.agent = { name: "Codex", version };
      const { warnings } = await planRestore(quickHost(folder), { backup, home });
      return warnings.filter((line) => line.includes("databases that come back"));
    };
    assert.match((await warnings("0.170.0"))[0], /made with Codex 0\.170\.0, and 0\.169\.0 was/);
    assert.deepEqual(await warnings("0.169.0"), []);
    backup.manifest.entries = backup.manifest.entries.filter(({ method }) => method === "copy2");
    assert.deepEqual(await warnings("0.170.0"), []);
  }));
