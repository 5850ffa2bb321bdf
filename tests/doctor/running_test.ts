import { join } from "node:path";
import { findRunning } from "../../src/doctor/mod.ts";
import { familyOf } from "../../src/doctor/process.ts";
import { findProfile, type Home, resolveHome } from "../../src/profiles/mod.ts";
import { assert } from "../assert.ts";
import { makeDatabase } from "../support/databases.ts";
import { faultyFs, systemError } from "../support/faulty_fs.ts";
import {
  holdDatabase,
  type Holder,
  holdLock,
  holdOpen,
  startIdle,
  whileHeld,
} from "../support/holding.ts";
import { testHost, withTempDir } from "../support/host.ts";
import { makeTree } from "../support/trees.ts";

const LINUX = { ignore: Deno.build.os !== "linux" };

function homeIn(folder: string, profile = "codex"): Home {
  const host = testHost(folder);
  return resolveHome(host, findProfile(host, profile));
}

async function seen(folder: string, profile?: string) {
  const { running, warnings } = await findRunning(testHost(folder), homeIn(folder, profile));
  assert.deepEqual(warnings, []);
  return running.map(({ pid, name, why, path }) => ({
    pid,
    name,
    why,
    path: path!.slice(folder.length + 1),
  }));
}

Deno.test(
  "a process that has a file of the home open is running, and is named",
  LINUX,
  () =>
    withTempDir(async (folder) => {
      makeTree(folder, { ".codex/history.jsonl": "{}\n", ".agents/x": "x", ".codexes/y": "y" });
      assert.deepEqual(await seen(folder), []);
      const path = ".codex/history.jsonl";
      await whileHeld(holdOpen(join(folder, path)), async ({ pid }) => {
        assert.deepEqual(await seen(folder), [{ pid, name: "sleep", why: "open_file", path }]);
        const { running } = await findRunning(testHost(folder), homeIn(folder));
        assert.equal(running[0].message, `sleep (pid ${pid}) has ${join(folder, path)} open`);
      });
      await whileHeld(holdOpen(join(folder, ".agents/x")), async ({ pid }) => {
        assert.deepEqual(await seen(folder), [
          { pid, name: "sleep", why: "open_file", path: ".agents/x" },
        ]);
      });
      await whileHeld(holdOpen(join(folder, ".codexes/y")), async () => {
        assert.deepEqual(await seen(folder), []);
      });
      await whileHeld(holdOpen(join(folder, ".codex")), async () => {
        assert.deepEqual(await seen(folder), [], "a folder is no file");
      });
    }),
);

Deno.test(
  "a file that was deleted while it is open counts still",
  LINUX,
  () =>
    withTempDir(async (folder) => {
      makeTree(folder, { ".codex/history.jsonl": "{}\n" });
      const path = join(folder, ".codex/history.jsonl");
      await whileHeld(holdOpen(path), async () => {
        Deno.removeSync(path);
        assert.equal((await seen(folder))[0].path, ".codex/history.jsonl");
      });
    }),
);

Deno.test(
  "of a root that lies in a shared folder, only what is the agent's counts",
  LINUX,
  () =>
    withTempDir(async (folder) => {
      makeTree(folder, {
        ".codex/config.toml": `sqlite_home = "${folder}/shared"\n`,
        "shared/state_5.sqlite": "",
        "shared/notes.txt": "",
      });
      await whileHeld(holdOpen(join(folder, "shared/notes.txt")), async () => {
        assert.deepEqual(await seen(folder), []);
      });
      await whileHeld(holdOpen(join(folder, "shared/state_5.sqlite")), async () => {
        assert.equal((await seen(folder)).length, 1);
      });
    }),
);

Deno.test(
  "this process does not count, whatever it has open",
  LINUX,
  () =>
    withTempDir(async (folder) => {
      makeTree(folder, { ".codex/config.toml": "" });
      const database = makeDatabase(join(folder, ".codex/state_5.sqlite"), "wal");
      using _file = Deno.openSync(join(folder, ".codex/config.toml"));
      database.exec("BEGIN IMMEDIATE");
      assert.deepEqual(await seen(folder), []);
      database.close();
    }),
);

Deno.test(
  "a held lock of a conversation is a sign, one that was left behind is none",
  LINUX,
  () =>
    withTempDir(async (folder) => {
      const path = ".codex/thread-writer-locks/0189.lock";
      makeTree(folder, { [path]: "" });
      assert.deepEqual(await seen(folder), []);
      await whileHeld(holdLock(join(folder, path)), async ({ pid }) => {
        assert.deepEqual(await seen(folder), [{ pid, name: "sleep", why: "writer_lock", path }]);
      });
      assert.deepEqual(await seen(folder), []);
    }),
);

for (const mode of ["wal", "delete"] as const) {
  Deno.test(
    `a transaction that writes to a database is seen (${mode})`,
    LINUX,
    () =>
      withTempDir(async (folder) => {
        makeTree(folder, { ".codex": {} });
        const path = join(folder, ".codex/state_5.sqlite");
        makeDatabase(path, mode).close();
        await whileHeld(holdDatabase(path), async ({ pid }) => {
          const [one, ...more] = await seen(folder);
          const file = `.codex/state_5.sqlite${mode === "wal" ? "-shm" : ""}`;
          assert.deepEqual([one.pid, one.why, one.path], [pid, "database_locked", file]);
          assert.deepEqual(more, []);
        });
      }),
  );
}

Deno.test(
  "locks tell of a process whose open files may not be listed",
  LINUX,
  () =>
    withTempDir(async (folder) => {
      makeTree(folder, { ".codex": {} });
      const path = join(folder, ".codex/state_5.sqlite");
      makeDatabase(path, "wal").close();
      await whileHeld(holdDatabase(path), async ({ pid }) => {
        const fs = faultyFs(
          testHost(folder).fs,
          ({ path }) => /^\/proc\/\d+\/fd/.test(path) ? systemError("EACCES") : undefined,
        );
        const { running } = await findRunning(testHost(folder, { fs }), homeIn(folder));
        assert.deepEqual(running.map((one) => one.pid), [pid]);
      });
    }),
);

/** Registers a process as Claude Code does. */
function register(folder: string, pid: number, record: Record<string, unknown>, ageMs = 0): string {
  const path = `.claude/sessions/${pid}.json`;
  const text = JSON.stringify({ pid, sessionId: "0189", ...record });
  makeTree(folder, { [path]: { text, mtimeMs: Date.now() - ageMs } });
  return path;
}

function startTicks({ pid }: Holder): string {
  return Deno.readTextFileSync(`/proc/${pid}/stat`).replace(/.*\) /s, "").split(" ")[19];
}

Deno.test(
  "a session of Claude Code is live while its process is that very process",
  LINUX,
  () =>
    withTempDir(async (folder) => {
      await whileHeld(startIdle(), async (holder) => {
        const { pid } = holder;
        const hour = 3_600_000;
        const path = register(folder, pid, { procStart: startTicks(holder) }, hour);
        const live = [{ pid, name: "sleep", why: "session_file" as const, path }];
        assert.deepEqual(await seen(folder, "claude-code"), live);
        register(folder, pid, { procStart: "1" });
        assert.deepEqual(await seen(folder, "claude-code"), [], "another one had the pid");
        register(folder, pid, {});
        assert.deepEqual(await seen(folder, "claude-code"), live);
        register(folder, pid, {}, hour);
        assert.deepEqual(await seen(folder, "claude-code"), [], "written before the process began");
        makeTree(folder, { [path]: { text: "{", mtimeMs: Date.now() } });
        assert.deepEqual(await seen(folder, "claude-code"), live, "half written");
      });
    }),
);

Deno.test(
  "a session of Claude Code whose process has ended is none",
  LINUX,
  () =>
    withTempDir(async (folder) => {
      const holder = await startIdle();
      register(folder, holder.pid, { procStart: startTicks(holder) });
      assert.equal((await seen(folder, "claude-code")).length, 1);
      await holder.end();
      assert.deepEqual(await seen(folder, "claude-code"), []);
    }),
);

Deno.test(
  "where processes cannot be listed, that is a warning",
  LINUX,
  () =>
    withTempDir(async (folder) => {
      const fs = faultyFs(
        testHost(folder).fs,
        ({ path }) => path.startsWith("/proc") ? systemError("ENOENT") : undefined,
      );
      assert.deepEqual(await findRunning(testHost(folder, { fs }), homeIn(folder)), {
        running: [],
        warnings: ["Whether Codex is running could not be told: ENOENT: simulated"],
      });
    }),
);

Deno.test("a family is a process and all that started it", () => {
  const parents: Record<number, number> = { 9: 5, 5: 1, 1: 0, 6: 5 };
  const lookUp = (pid: number) =>
    pid in parents ? { pid, name: "", parent: parents[pid] } : undefined;
  assert.deepEqual([...familyOf(9, lookUp)], [9, 5, 1]);
  assert.deepEqual([...familyOf(9, (pid) => ({ pid, name: "", parent: pid }))], [9]);
});
