import { join } from "node:path";
import { assert, rejectsWith } from "../assert.ts";
import { commitJournal, headerLine } from "../../src/restore/journal.ts";
import type { JournalHeader, Op } from "../../src/restore/journal_types.ts";
import { applyUndo, planUndo } from "../../src/restore/undo.ts";
import { forgetUndo, listUndo } from "../../src/restore/undo_list.ts";
import { withTempDir } from "../support/host.ts";
import { makeTree, readTree } from "../support/trees.ts";
import { quickHost, testHome } from "./fixture.ts";
import { apply, save, SPEC } from "./saved.ts";

const ID = "20261120-120000-deadbeef";

/** How undo data is spoiled. */
interface Craft {
  ops?: unknown[];
  header?: Partial<Record<string, unknown>>;
  /** Done to the folder of the undo data. */
  spoil?: (work: string, folder: string) => void;
  state?: string;
}

/** Undo data as a restore leaves it that replaced `config.toml`, and as `craft` says. */
function withUndoData(folder: string, { ops, header = {}, spoil, state = "done" }: Craft): void {
  const host = quickHost(folder);
  const home = join(folder, "home");
  makeTree(home, { "config.toml": "new" });
  makeTree(join(folder, "outside"), { secret: "secret" });
  const site = { host, id: ID, roots: [{ id: "home", kind: "folder" as const, path: home }] };
  const work = join(home, ".lifeboat", `restore-${ID}`);
  makeTree(work, { "kept/config.toml": "old" });
  const first = {
    format: "lifeboat-restore-journal",
    version: 1,
    id: ID,
    profile: "test",
    created_at: "2026-11-20T12:00:00Z",
    backup: "test-backup-20261120-120000",
    roots: site.roots,
    made: [],
    ...header,
  } as JournalHeader;
  Deno.writeTextFileSync(join(work, "journal.jsonl"), headerLine(first));
  commitJournal(site, first, (ops ?? [fileOp()]) as Op[]);
  const line = `{"state":"${state}"}\n`;
  Deno.writeTextFileSync(join(work, "journal.jsonl"), line, { append: true });
  const kept = join(home, ".lifeboat", `undo-${ID}`);
  Deno.renameSync(work, kept);
  spoil?.(kept, folder);
}

// SHA-256 of "new" and of "old".
const NEW = "11507A0E2F5E69D5DFA40A62A1BD7B6EE57E6BCD85C67C9B8431B36FFF21C437";
const OLD = "CBA06B5736FAF67E54B07B561EAE94395E774C517A7D910A54369E1263CCFBD4";

function fileOp(changes: Record<string, unknown> = {}): Record<string, unknown> {
  const old = { kind: "file", size: 3, mtime_ms: 1_700_000_000_000, sha256: OLD };
  return { op: "file", root: "home", path: "config.toml", old, size: 3, sha256: NEW, ...changes };
}

Deno.test("whole undo data is carried out", async () => {
  await withTempDir(async (folder) => {
    withUndoData(folder, {});
    const [host, home] = [quickHost(folder), testHome(folder)];
    const { ok } = await applyUndo(host, { home, confirmed: true });
    assert.equal(ok, true);
    assert.equal(Deno.readTextFileSync(join(home.path, "config.toml")), "old");
  });
});

const CRAFTED: Record<string, Craft & { code?: string }> = {
  "leads out of the home": { ops: [fileOp({ path: "../outside/secret" })] },
  "has an absolute path": { ops: [fileOp({ path: "/etc/passwd" })] },
  "aims at Lifeboat's own folder": { ops: [fileOp({ path: ".lifeboat/x" })] },
  "removes a folder outside": {
    ops: [{
      op: "remove_folder",
      root: "home",
      path: "../outside",
      old: { mode: 0o700, mtime_ms: 1 },
    }],
  },
  "removes a folder without telling what it was": {
    ops: [{ op: "remove_folder", root: "home", path: "x" }],
  },
  "names a folder that is no root of this home": {
    header: {
      roots: [{ id: "home", kind: "folder", path: "/" }, {
        id: "agents",
        kind: "folder",
        path: "/etc",
      }],
    },
  },
  "is of a restore that did not complete": { state: "rolled_back" },
  "has no journal": {
    spoil: (work) => Deno.removeSync(join(work, "journal.jsonl")),
  },
  "has a journal in which a byte was changed": {
    spoil(work) {
      const path = join(work, "journal.jsonl");
      const text = Deno.readTextFileSync(path);
      Deno.writeTextFileSync(path, text.replace('"config.toml"', '"config.tomb"'));
    },
  },
  "lacks a kept file": {
    code: "damaged_undo_data",
    spoil: (work) => Deno.removeSync(join(work, "kept/config.toml")),
  },
  "has a kept file that was changed": {
    code: "damaged_undo_data",
    spoil: (work) => makeTree(work, { "kept/config.toml": "odd" }),
  },
  "has a link for a folder": {
    code: "damaged_undo_data",
    spoil(work, folder) {
      Deno.removeSync(join(work, "kept"), { recursive: true });
      makeTree(join(folder, "outside"), { "config.toml": "old" });
      Deno.symlinkSync(join(folder, "outside"), join(work, "kept"));
    },
  },
};

for (const [what, { code = "bad_journal", ...craft }] of Object.entries(CRAFTED)) {
  Deno.test(`undo data that ${what} is refused and nothing is touched`, async () => {
    await withTempDir(async (folder) => {
      withUndoData(folder, craft);
      const [host, home] = [quickHost(folder), testHome(folder)];
      const before = readTree(folder, [".local"]);
      await rejectsWith(() => planUndo(host, { home }), code);
      await rejectsWith(() => applyUndo(host, { home, confirmed: true }), code);
      assert.deepEqual(readTree(folder, [".local"]), before);
    });
  });
}

Deno.test("undo data that reaches out of a home named by --home needs --with-roots", async () => {
  await withTempDir(async (folder) => {
    const agents = { id: "agents", kind: "folder" as const, path: join(folder, "agents") };
    const roots = [{ id: "home", kind: "folder", path: join(folder, "home") }, agents];
    withUndoData(folder, { header: { roots } });
    const home = testHome(folder, {
      isOwn: false,
      roots: [],
      rootsLeftOut: [{ ...agents, name: "agents" }],
    });
    await rejectsWith(() => planUndo(quickHost(folder), { home }), "root_left_out");
    assert.equal((await planUndo(quickHost(folder), { home: testHome(folder) })).ok, true);
  });
});

Deno.test("the list tells what is kept, from where, and what is expired or unusable", async () => {
  await withTempDir(async (folder) => {
    const saved = await save(folder, SPEC);
    const { home, host } = saved;
    assert.deepEqual(listUndo(host, home).undo, []);
    Deno.writeTextFileSync(join(home.path, "config.toml"), "newer");
    const { undo_id } = await apply(saved);
    const { new_undo_id } = await applyUndo(host, { home, confirmed: true });
    Deno.mkdirSync(join(home.path, `.lifeboat/undo-${ID}`));
    makeTree(join(home.path, ".lifeboat"), { "undo-other/x": "", "aside-x/y": "" });
    const later = { ...host, now: () => new Date("2026-12-21T12:00:01Z") };
    const { undo } = listUndo(later, home);
    const told = undo.map(({ undo_id, takes_back, files, bytes, expired, error }) => {
      return { undo_id, takes_back, files, bytes, expired, isUsable: error === undefined };
    });
    const broken = told.findIndex((one) => one.undo_id === ID);
    assert.equal(told.splice(broken, 1)[0].isUsable, false);
    const kept = { files: 1, expired: true, isUsable: true };
    assert.deepEqual(told, [
      { undo_id: new_undo_id, takes_back: undo_id, bytes: 6, ...kept },
      { undo_id, takes_back: null, bytes: 5, ...kept },
    ]);
    assert.match(undo.find((one) => one.undo_id === undo_id)!.backup!, /^test-backup-/);
  });
});

Deno.test("forgetting removes what is named, in all roots, and nothing else", async () => {
  await withTempDir(async (folder) => {
    withUndoData(folder, {});
    const [host, home] = [quickHost(folder), testHome(folder)];
    makeTree(join(home.path, ".lifeboat"), { "undo-20261119-120000-deadbeef/journal.jsonl": "" });
    makeTree(join(folder, "agents"), { [`.lifeboat/undo-${ID}/kept/a`]: "a", "mine": "mine" });
    const before = readTree(folder, [".local"]);
    for (const id of ["", "../..", ID.slice(0, 8), `undo-${ID}`, "latest"]) {
      const error = await rejectsWith(() => forgetUndo(host, home, id), "no_such_undo");
      assert.equal(error.kind, "missing");
    }
    assert.deepEqual(readTree(folder, [".local"]), before);
    assert.equal(forgetUndo(host, home, ID).files, 2);
    const left = Object.keys(readTree(folder, [".local"]));
    assert.deepEqual(left.filter((path) => path.includes(ID)), []);
    const gone = [`home/.lifeboat/undo-${ID}`, "agents/.lifeboat"];
    assert.deepEqual(
      left,
      Object.keys(before).filter((path) =>
        !gone.some((one) => path === one || path.startsWith(`${one}/`))
      ),
    );
    await rejectsWith(() => forgetUndo(host, home, ID), "no_such_undo");
  });
});
