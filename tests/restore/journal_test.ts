import { join } from "node:path";
import { assert, rejectsWith } from "../assert.ts";
import { commitJournal, headerLine } from "../../src/restore/journal.ts";
import type { JournalHeader, Op } from "../../src/restore/journal_types.ts";
import { recoverInterrupted } from "../../src/restore/recover.ts";
import { withTempDir } from "../support/host.ts";
import { makeTree, readTree } from "../support/trees.ts";
import { quickHost, testHome } from "./fixture.ts";

const ID = "20261120-120000-deadbeef";

/** A home with a committed journal of `ops`, and a staged file for each. */
function withJournal(
  folder: string,
  ops: unknown[],
  changes: Partial<JournalHeader> = {},
): string {
  const host = quickHost(folder);
  const home = join(folder, "home");
  const work = join(home, ".lifeboat", `restore-${ID}`);
  makeTree(home, { "config.toml": "old" });
  makeTree(join(folder, "outside"), { "secret": "secret" });
  const staged = ops.map((_, number) => [`staged/${number}`, "new"]);
  makeTree(work, { staged: {}, ...Object.fromEntries(staged) });
  const site = { host, id: ID, roots: [{ id: "home", kind: "folder" as const, path: home }] };
  const header: JournalHeader = {
    format: "lifeboat-restore-journal",
    version: 1,
    id: ID,
    profile: "test",
    created_at: "2026-11-20T12:00:00Z",
    backup: "test-backup-20261120-120000",
    roots: site.roots,
    made: [],
    ...changes,
  };
  Deno.writeTextFileSync(join(work, "journal.jsonl"), headerLine(header));
  commitJournal(site, header, ops as Op[]);
  return join(work, "journal.jsonl");
}

// SHA-256 of "new".
const NEW = "11507A0E2F5E69D5DFA40A62A1BD7B6EE57E6BCD85C67C9B8431B36FFF21C437";

/** A whole operation, changed. */
function fileOp(changes: Record<string, unknown> = {}): Record<string, unknown> {
  const old = { kind: "absent" };
  return {
    op: "file",
    root: "home",
    path: "a",
    old,
    size: 3,
    mtime_ms: 1,
    sha256: NEW,
    ...changes,
  };
}

Deno.test("a whole journal is carried out by recovery", async () => {
  await withTempDir((folder) => {
    withJournal(folder, [fileOp()]);
    const [recovery] = recoverInterrupted(quickHost(folder), testHome(folder));
    assert.equal(recovery.outcome, "completed");
    assert.equal(Deno.readTextFileSync(join(folder, "home/a")), "new");
  });
});

const CRAFTED: Record<string, { ops?: unknown[]; header?: Partial<Record<string, unknown>> }> = {
  "leads out of the home": { ops: [fileOp({ path: "../outside/secret" })] },
  "has an absolute path": { ops: [fileOp({ path: "/etc/passwd" })] },
  "has an empty path": { ops: [fileOp({ path: "" })] },
  "writes to Lifeboat's own folder": { ops: [fileOp({ path: ".lifeboat/undo-x/journal.jsonl" })] },
  "writes to it in another spelling": { ops: [fileOp({ path: ".LifeBoat/x" })] },
  "names a root that it does not list": { ops: [fileOp({ root: "elsewhere" })] },
  "has a path twice": { ops: [fileOp(), fileOp()] },
  "has an operation of an unknown kind": { ops: [fileOp({ op: "erase" })] },
  "has an operation that is no object": { ops: [7] },
  "has a size that is no number": { ops: [fileOp({ size: "3" })] },
  "has an old file without a size": { ops: [fileOp({ old: { kind: "file" } })] },
  "has attributes without the old ones": { ops: [{ op: "attributes", root: "home", path: "a" }] },
  "is of another restore": { header: { id: "20261120-120000-00000000" } },
  "has no roots": { header: { roots: [] } },
  "has a root twice": {
    header: {
      roots: [
        { id: "home", kind: "folder", path: "/" },
        { id: "home", kind: "folder", path: "/" },
      ],
    },
  },
  "has another format": { header: { format: "x" } },
};

for (const [what, { ops = [fileOp()], header = {} }] of Object.entries(CRAFTED)) {
  Deno.test(`a journal that ${what} is refused and nothing is touched`, async () => {
    await withTempDir(async (folder) => {
      withJournal(folder, ops, header as Partial<JournalHeader>);
      const before = readTree(folder);
      const recover = () => recoverInterrupted(quickHost(folder), testHome(folder));
      const error = await rejectsWith(recover, "bad_journal");
      assert.ok(error.hint);
      assert.deepEqual(readTree(folder), before);
    });
  });
}

Deno.test("a journal cannot name folders as roots that this machine does not know", async () => {
  await withTempDir(async (folder) => {
    const home = { id: "home", kind: "folder" as const, path: join(folder, "home") };
    const outside = { id: "agents", kind: "folder" as const, path: join(folder, "outside") };
    withJournal(folder, [fileOp({ root: "agents" })], { roots: [home, outside] });
    const before = readTree(folder);
    await rejectsWith(() => recoverInterrupted(quickHost(folder), testHome(folder)), "bad_journal");
    assert.deepEqual(readTree(folder), before);
  });
});

Deno.test("a journal of a newer version is left to that version", async () => {
  await withTempDir(async (folder) => {
    withJournal(folder, [fileOp()], { version: 2 as 1 });
    await rejectsWith(
      () => recoverInterrupted(quickHost(folder), testHome(folder)),
      "newer_journal",
    );
  });
});

Deno.test("a journal of which a byte was changed is refused", async () => {
  await withTempDir(async (folder) => {
    const path = withJournal(folder, [fileOp()]);
    const text = Deno.readTextFileSync(path);
    Deno.writeTextFileSync(path, text.replace('"path":"a"', '"path":"b"'));
    await rejectsWith(() => recoverInterrupted(quickHost(folder), testHome(folder)), "bad_journal");
  });
});

Deno.test("a journal that was cut anywhere before it committed changes nothing", async () => {
  await withTempDir((folder) => {
    const whole = Deno.readFileSync(withJournal(join(folder, "whole"), [fileOp()]));
    for (let length = 0; length < whole.length; length += 7) {
      const one = join(folder, `${length}`);
      Deno.writeFileSync(withJournal(one, [fileOp()]), whole.subarray(0, length));
      const [recovery] = recoverInterrupted(quickHost(one), testHome(one));
      assert.equal(recovery.outcome, "discarded", `cut at ${length}`);
      assert.deepEqual(Object.keys(readTree(join(one, "home"))), ["config.toml"]);
    }
  });
});

Deno.test("a journal that commits nothing beside files that were replaced is refused", async () => {
  await withTempDir(async (folder) => {
    const path = withJournal(folder, [fileOp()]);
    Deno.truncateSync(path, 10);
    Deno.mkdirSync(join(path, "../kept"));
    Deno.writeTextFileSync(join(path, "../kept/config.toml"), "precious");
    await rejectsWith(() => recoverInterrupted(quickHost(folder), testHome(folder)), "bad_journal");
    assert.equal(Deno.readTextFileSync(join(path, "../kept/config.toml")), "precious");
  });
});

Deno.test("a torn line after the commit does not stop recovery", async () => {
  await withTempDir((folder) => {
    const path = withJournal(folder, [fileOp()]);
    Deno.writeTextFileSync(path, '{"state":"rolling_b', { append: true });
    const [recovery] = recoverInterrupted(quickHost(folder), testHome(folder));
    assert.equal(recovery.outcome, "completed");
  });
});

Deno.test("a staged file that is not what was promised is not put in place", async () => {
  await withTempDir((folder) => {
    const path = withJournal(folder, [fileOp()]);
    Deno.writeTextFileSync(join(path, "../staged/0"), "bad");
    const [recovery] = recoverInterrupted(quickHost(folder), testHome(folder));
    assert.equal(recovery.outcome, "taken_back");
    assert.match(recovery.reason!, /not what the backup holds/);
    assert.deepEqual(Object.keys(readTree(join(folder, "home"))), ["config.toml"]);
  });
});

Deno.test("a link in the place of Lifeboat's own folder is not followed", async () => {
  await withTempDir((folder) => {
    withJournal(folder, [fileOp()]);
    Deno.renameSync(join(folder, "home/.lifeboat"), join(folder, "outside/own"));
    Deno.symlinkSync(join(folder, "outside/own"), join(folder, "home/.lifeboat"));
    const before = readTree(folder);
    assert.deepEqual(recoverInterrupted(quickHost(folder), testHome(folder)), []);
    assert.deepEqual(readTree(folder), before);
  });
});
