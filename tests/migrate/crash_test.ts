/** Migrations that stop at any moment: the old home or the new one, never a mix. */
import { join } from "node:path";
import { applyMigration } from "../../src/migrate/mod.ts";
import { findProfile, resolveHome } from "../../src/profiles/mod.ts";
import { recoverUnlessRunning } from "../../src/restore/mod.ts";
import { assert } from "../assert.ts";
import { testHost, withTempDir } from "../support/host.ts";
import { put, putSkill } from "../support/migration_home.ts";
import { readTree } from "../support/trees.ts";
import { changes, PowerCut, powerCutAt, withFault } from "../restore/attempts.ts";
import { systemError } from "../support/faulty_fs.ts";

const OPTIONS = {
  provider: "codex",
  to: "claude-code",
  overwrite: true,
  confirmed: true,
  backup: false,
  force: true,
} as const;

function makeUser(user: string): void {
  putSkill(join(user, ".codex/skills/review"), { "scripts/run.sh": "#!\n" });
  Deno.symlinkSync("scripts/run.sh", join(user, ".codex/skills/review/run"));
  put(join(user, ".codex/AGENTS.md"), "Be kind.\n");
  put(join(user, ".codex/config.toml"), "a = 1\n");
  put(join(user, ".claude/CLAUDE.md"), "Own.\n");
  put(join(user, ".claude/skills/review/SKILL.md"), "own\n");
}

/** What is in the home, without times, what is kept to undo, and what tells where the home is. */
function homeOf(user: string): Record<string, string> {
  const tree = Object.entries(readTree(join(user, ".claude"), [".lifeboat"]));
  return Object.fromEntries(tree.map(([path, what]) => [
    path.replace(/-[0-9a-f]{12}-/, "-mark-"),
    /report\.json|summary\.md/.test(path)
      ? "report"
      : what.replace(/^file (\d+) \d+ /, "file $1 ").replace(/^folder .*/, "folder"),
  ]));
}

/** Migrates for a user in `folder`, with a fault from some call on; then the next command recovers. */
async function attempt(
  folder: string,
  fault: Parameters<typeof withFault>[1],
  calls: string[] = [],
) {
  Deno.mkdirSync(folder);
  makeUser(folder);
  const before = homeOf(folder);
  const host = testHost(folder);
  let error: unknown;
  try {
    await applyMigration({ ...host, fs: withFault(host.fs, fault, calls) }, OPTIONS);
  } catch (thrown) {
    error = thrown;
  }
  const home = resolveHome(host, findProfile(host, "claude-code"));
  await recoverUnlessRunning(host, home);
  return { before, after: homeOf(folder), error };
}

/** Numbers of the calls that are tried: all that change something, but no more than so many. */
function chosen(calls: string[], most: number): number[] {
  const numbers = calls.flatMap((call, k) => changes(call) ? [k] : []);
  const every = Math.max(1, Math.ceil(numbers.length / most));
  return numbers.filter((_, index) => index % every === 0);
}

Deno.test("after a power cut at any change the next command leaves the old home or the new one", () =>
  withTempDir(async (folder) => {
    const calls: string[] = [];
    const whole = await attempt(join(folder, "whole"), () => {}, calls);
    assert.equal(whole.error, undefined);
    assert.notDeepEqual(whole.after, whole.before);
    let [old, moved] = [0, 0];
    for (const k of chosen(calls, 60)) {
      const one = await attempt(join(folder, String(k)), powerCutAt(k));
      assert.ok(one.error, `call ${k}`);
      const isNew = Object.keys(one.after).length !== Object.keys(one.before).length;
      assert.deepEqual(one.after, isNew ? whole.after : one.before, `call ${k}, ${calls[k]}`);
      if (isNew) moved++;
      else old++;
      Deno.removeSync(join(folder, String(k)), { recursive: true });
    }
    assert.ok(old > 0 && moved > 0, `${old} old, ${moved} new`);
  }));

Deno.test("a disk that is full at any change leaves the home as it was, or all of it moved", () =>
  withTempDir(async (folder) => {
    const calls: string[] = [];
    const whole = await attempt(join(folder, "whole"), () => {}, calls);
    for (const k of chosen(calls, 40)) {
      const full = ({ index }: { index: number }) =>
        index === k ? systemError("ENOSPC") : undefined;
      const one = await attempt(join(folder, String(k)), full);
      assert.ok(!(one.error instanceof PowerCut));
      assert.deepEqual(one.after, one.error ? one.before : whole.after, `call ${k}, ${calls[k]}`);
      Deno.removeSync(join(folder, String(k)), { recursive: true });
    }
  }));
