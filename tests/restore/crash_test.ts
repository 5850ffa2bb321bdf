import { join } from "node:path";
import { assert, rejectsWith } from "../assert.ts";
import type { FileSystem } from "../../src/base/mod.ts";
import { recoverInterrupted } from "../../src/restore/recover.ts";
import { type Fault, systemError } from "../support/faulty_fs.ts";
import { withTempDir } from "../support/host.ts";
import {
  atEveryCall,
  type Attempt,
  attempt,
  type Beneath,
  changes,
  PowerCut,
  powerCutAt,
  type Trees,
  unlock,
  withFault,
} from "./attempts.ts";
import {
  fixtureBackup,
  leftovers,
  makeTarget,
  quickHost,
  targetTree,
  testHome,
} from "./fixture.ts";

/** Recovers, and asserts that the target is old or new as a whole; returns what became of it. */
function assertRecovered(one: Attempt, trees: Trees, where: string): string {
  const recoveries = recoverInterrupted(one.host, testHome(one.folder));
  assert.deepEqual(recoveries.flatMap(({ set_aside }) => set_aside), [], where);
  const tree = targetTree(one.folder);
  const isNew = tree["home/config.toml"] === trees.after["home/config.toml"];
  const outcome = recoveries[0]?.outcome ?? (isNew ? "completed" : "discarded");
  assert.deepEqual(tree, outcome === "completed" ? trees.after : trees.before, where);
  if (outcome !== "completed") assert.deepEqual(leftovers(one.folder), [], where);
  assert.deepEqual(recoverInterrupted(one.host, testHome(one.folder)), [], where);
  return outcome;
}

Deno.test("a power cut at any call of a restore leaves the old or the new home", async () => {
  const outcomes = new Set<string>();
  await atEveryCall(changes, powerCutAt, (one, k, trees) => {
    outcomes.add(assertRecovered(one, trees, `at call ${k}`));
  });
  assert.deepEqual([...outcomes].sort(), ["completed", "discarded"]);
});

for (const errno of ["EIO", "EACCES"]) {
  Deno.test(`${errno} at any call of a restore leaves the old home and nothing else`, async () => {
    const fault = (k: number): Fault => ({ index }) => index === k ? systemError(errno) : undefined;
    // A system that refuses to make links is one that has none: the rest is restored without them.
    const isMeant = (operation: string) => errno !== "EACCES" || operation !== "symlink";
    await atEveryCall(isMeant, fault, (one, k, trees) => {
      const failed = one.error !== undefined;
      assert.deepEqual(targetTree(one.folder), failed ? trees.before : trees.after, `at call ${k}`);
      if (failed) assert.deepEqual(leftovers(one.folder), [], `at call ${k}`);
    });
  });
}

const TAKES_SPACE = ["write", "makeDir", "symlink"];

Deno.test("a disk that is full for a moment, or stays so, leaves the old home at any call", async () => {
  for (const stays of [false, true]) {
    const fault = (k: number): Fault => ({ index, operation }) =>
      (index === k || (stays && index > k)) && TAKES_SPACE.includes(operation)
        ? systemError("ENOSPC")
        : undefined;
    await atEveryCall((operation) => TAKES_SPACE.includes(operation), fault, (one, k, trees) => {
      const expected = one.error === undefined ? trees.after : trees.before;
      assert.deepEqual(targetTree(one.folder), expected, `at call ${k}`);
      if (one.error && !stays) assert.deepEqual(leftovers(one.folder), [], `at call ${k}`);
    });
  }
});

Deno.test("a power cut while a failed restore is taken back leaves the old or the new home", async () => {
  // The time stamps of folders are set last: by then everything has been moved.
  let fails = Infinity;
  const isLast = (operation: string) => operation === "setMtime";
  await withTempDir(async (folder) => {
    const backup = fixtureBackup(folder);
    const whole = await attempt(join(folder, "whole"), backup, () => {});
    fails = whole.calls.findLastIndex(isLast);
  });
  await withTempDir(async (folder) => {
    const backup = fixtureBackup(folder);
    makeTarget(join(folder, "before"));
    const whole = await attempt(join(folder, "whole"), backup, () => {});
    const trees = { before: targetTree(join(folder, "before")), after: targetTree(whole.folder) };
    const back = await attempt(
      join(folder, "back"),
      backup,
      ({ index }) => index === fails ? systemError("EIO") : undefined,
    );
    for (let k = fails + 1; k < back.calls.length; k++) {
      if (!changes(back.calls[k])) continue;
      const one = await attempt(
        join(folder, `${k}`),
        backup,
        (call) => call.index === fails ? systemError("EIO") : powerCutAt(k)(call),
      );
      assert.ok(one.error);
      assertRecovered(one, trees, `at call ${k}`);
      unlock(one.folder);
    }
    unlock(whole.folder);
  });
});

Deno.test("a power cut during recovery leaves the old or the new home", async () => {
  for (const part of [0.4, 0.8]) {
    await withTempDir(async (folder) => {
      const backup = fixtureBackup(folder);
      const whole = await attempt(join(folder, "whole"), backup, () => {});
      makeTarget(join(folder, "before"));
      const trees = { before: targetTree(join(folder, "before")), after: targetTree(whole.folder) };
      const renames = whole.calls.flatMap((name, index) => name === "rename" ? [index] : []);
      const cut = renames[Math.floor(renames.length * part)];
      for (let k = 0, done = false; !done; k++) {
        const one = await attempt(join(folder, `${k}`), backup, powerCutAt(cut));
        const fs = withFault(one.host.fs, powerCutAt(k));
        try {
          recoverInterrupted({ ...one.host, fs }, testHome(one.folder));
          done = true;
        } catch (error) {
          if (!(error instanceof PowerCut) && !isUnfinished(error)) throw error;
        }
        assertRecovered(one, trees, `cut at ${cut}, then at ${k}`);
        unlock(one.folder);
      }
      unlock(whole.folder);
    });
  }
});

/** How recovery tells that it could not do its work. */
function isUnfinished(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "recovery_failed";
}

Deno.test("a restore that cannot be taken back is brought to an end by the next command", async () => {
  await withTempDir(async (folder) => {
    const backup = fixtureBackup(folder);
    let renames = 0;
    const one = await attempt(
      join(folder, "one"),
      backup,
      ({ operation }) => operation === "rename" && ++renames > 12 ? systemError("EIO") : undefined,
    );
    await rejectsWith(() => Promise.reject(one.error), "restore_interrupted");
    const [recovery] = recoverInterrupted(one.host, testHome(one.folder));
    assert.equal(recovery.outcome, "taken_back");
    makeTarget(join(folder, "before"));
    assert.deepEqual(targetTree(one.folder), targetTree(join(folder, "before")));
    assert.deepEqual(leftovers(one.folder), []);
  });
});

Deno.test("a power cut while a restore that nearly began is cleaned up leaves the old home", async () => {
  await withTempDir(async (folder) => {
    const backup = fixtureBackup(folder);
    let syncs = 0;
    // The line that commits is written, but the disk says that it could not be synced; then power
    // fails when a part of what was staged has been removed.
    const halfRemoved: Beneath = (fs) => ({
      ...fs,
      open: (path, options) => {
        const file = fs.open(path, options);
        const isJournal = path.endsWith("journal.jsonl") && options?.append;
        return isJournal ? { ...file, sync: () => failAt(++syncs) } : file;
      },
      removeTree(path) {
        const staged = join(path, "staged");
        for (const name of fs.list(staged).entries.slice(0, 3)) fs.remove(join(staged, name.name));
        throw new PowerCut();
      },
    });
    const failAt = (sync: number) => {
      if (sync === 2) throw systemError("EIO");
    };
    const one = await attempt(join(folder, "one"), backup, () => {}, halfRemoved);
    assert.ok(one.error);
    const [recovery] = recoverInterrupted(quickHost(one.folder), testHome(one.folder));
    assert.equal(recovery.outcome, "discarded");
    makeTarget(join(folder, "before"));
    assert.deepEqual(targetTree(one.folder), targetTree(join(folder, "before")));
  });
});

/** A file system on which some files are mount points, or lie on another disk; modes hold for root too. */
function mounted(errno: string, ...paths: string[]): Beneath {
  return (fs: FileSystem, folder: string): FileSystem => {
    const isMounted = (path: string) => paths.some((one) => path.startsWith(join(folder, one)));
    return {
      ...fs,
      open(path, options) {
        if (options?.write && (fs.lstat(path).mode & 0o200) === 0) throw systemError("EACCES");
        return fs.open(path, options);
      },
      rename(from, to, options) {
        if (isMounted(from) !== isMounted(to) || (errno === "EBUSY" && isMounted(to))) {
          throw systemError(errno);
        }
        fs.rename(from, to, options);
      },
    };
  };
}

Deno.test("a file that cannot be renamed is rewritten in place", async () => {
  const whole: string[] = [];
  for (
    const beneath of [
      undefined,
      mounted("EBUSY", "home/config.toml", ".test.json"),
      mounted("EXDEV", "home/sub/"),
    ]
  ) {
    await withTempDir(async (folder) => {
      const one = await attempt(join(folder, "one"), fixtureBackup(folder), () => {}, beneath);
      assert.equal(one.error, undefined);
      whole.push(JSON.stringify(targetTree(one.folder)));
      unlock(one.folder);
    });
  }
  assert.deepEqual(whole, [whole[0], whole[0], whole[0]]);
});

const MOUNTS = {
  "a mounted file": mounted("EBUSY", "home/config.toml", ".test.json"),
  "a mounted folder": mounted("EXDEV", "home/sub/"),
};

for (const [what, beneath] of Object.entries(MOUNTS)) {
  Deno.test(`a fault while ${what} is rewritten leaves the old or the new home`, async () => {
    let isBegun = false; // what comes before is the same as without a mount
    const afterCommit = (operation: string) => {
      isBegun ||= operation === "rename";
      return isBegun && changes(operation);
    };
    const error = (k: number): Fault => ({ index }) => index === k ? systemError("EIO") : undefined;
    for (const fault of [powerCutAt, error]) {
      isBegun = false;
      await atEveryCall(afterCommit, fault, (one, k, trees) => {
        assertRecovered(one, trees, `at call ${k}`);
      }, beneath);
    }
  });
}
