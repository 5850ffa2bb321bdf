/** Migrations that stop at any moment: the old home or the new one, never a mix. */
import { join } from "node:path";
import { applyMigration } from "../../src/migrate/mod.ts";
import { findProfile, resolveHome } from "../../src/profiles/mod.ts";
import { recoverUnlessRunning } from "../../src/restore/mod.ts";
import { assert } from "../assert.ts";
import { testHost, withTempDir } from "../support/host.ts";
import { put, putSkill } from "../support/migration_home.ts";
import { readTree } from "../support/trees.ts";
import { changes, PowerCut, withFault } from "../restore/attempts.ts";
import { type Fault, type FsCall, systemError } from "../support/faulty_fs.ts";

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

/** Calls that change something in the home; others, of which there are many, change nothing there. */
function inHome(folder: string): (call: FsCall) => boolean {
  return ({ operation, path }) => changes(operation) && path.startsWith(join(folder, ".claude"));
}

/** What a fault does at the `k`-th change in the home. */
function faultAt(folder: string, k: number, fault: (isFirst: boolean) => Error | undefined): Fault {
  const counts = inHome(folder);
  let n = 0;
  return (call) => {
    const isFirst = counts(call) && n++ === k;
    return isFirst || n > k ? fault(isFirst) : undefined;
  };
}

/** Migrates for a user in `folder`, with a fault; then the next command recovers. */
async function attempt(folder: string, fault: Fault) {
  Deno.mkdirSync(folder);
  makeUser(folder);
  const before = homeOf(folder);
  const host = testHost(folder);
  let error: unknown;
  try {
    await applyMigration({ ...host, fs: withFault(host.fs, fault) }, OPTIONS);
  } catch (thrown) {
    error = thrown;
  }
  const home = resolveHome(host, findProfile(host, "claude-code"));
  await recoverUnlessRunning(host, home);
  return { before, after: homeOf(folder), error };
}

type Attempt = Awaited<ReturnType<typeof attempt>>;

/** Each attempt looks for running agents, which takes longer than all else. */
const EVERY = 7;

/** Runs `use` for a fault at every so many-th change in turn. */
async function atChanges(
  fault: (isFirst: boolean) => Error | undefined,
  use: (one: Attempt, whole: Attempt, k: number) => void,
): Promise<void> {
  await withTempDir(async (folder) => {
    let changes = 0;
    const counts = inHome(join(folder, "whole"));
    const whole = await attempt(join(folder, "whole"), (call) => void (counts(call) && changes++));
    assert.equal(whole.error, undefined);
    assert.notDeepEqual(whole.after, whole.before);
    assert.ok(changes > 50, `${changes} changes`);
    for (let k = 0; k < changes; k += EVERY) {
      const place = join(folder, String(k));
      use(await attempt(place, faultAt(place, k, fault)), whole, k);
      Deno.removeSync(place, { recursive: true });
    }
  });
}

Deno.test("after a power cut at any change the next command leaves the old home or the new one", async () => {
  let [old, moved] = [0, 0];
  await atChanges(() => new PowerCut(), (one, whole, k) => {
    const isNew = Object.keys(one.after).length !== Object.keys(one.before).length;
    assert.deepEqual(one.after, isNew ? whole.after : one.before, `change ${k}`);
    if (isNew) moved++;
    else old++;
  });
  assert.ok(old > 0 && moved > 0, `${old} old, ${moved} new`);
});

Deno.test("a disk that is full at any change leaves the home as it was, or all of it moved", () =>
  atChanges(
    (isFirst) => isFirst ? systemError("ENOSPC") : undefined,
    (one, whole, k) =>
      assert.deepEqual(one.after, one.error ? one.before : whole.after, `change ${k}`),
  ));
