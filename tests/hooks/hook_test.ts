import { join } from "node:path";
import { runHook, runScan, type Scan } from "../../src/hooks/mod.ts";
import { hookLogPath } from "../../src/hooks/hook_log.ts";
import type { Host } from "../../src/base/mod.ts";
import { openSnapshotStore } from "../../src/snapshots/mod.ts";
import { assert } from "../assert.ts";
import { testHost, withTempDir } from "../support/host.ts";

/** A session of Claude Code in a folder, and what its hooks have recorded. */
interface Session {
  host: Host;
  folder: string;
  /** Runs one hook; the scans that it starts are kept. */
  hook(event: Record<string, unknown>): Promise<string | undefined>;
  scans: Scan[];
  /** Operation and path of each event, oldest first. */
  events(): Promise<string[]>;
  log(): string[];
}

function withSession(use: (session: Session) => Promise<void>): Promise<void> {
  return withTempDir(async (root) => {
    const host = testHost(root, { now: () => new Date() });
    const folder = join(root, "project");
    Deno.mkdirSync(folder);
    Deno.mkdirSync(join(root, ".claude"));
    const scans: Scan[] = [];
    await use({
      host,
      folder,
      scans,
      hook: (event) =>
        runHook(
          host,
          "claude-code",
          JSON.stringify({ session_id: "s1", cwd: folder, tool_use_id: "t1", ...event }),
          { startScan: (scan) => void scans.push(scan) },
        ),
      async events() {
        const store = await openSnapshotStore(host);
        const rows = store.all<{ operation: string; path: string; cause: string }>(
          `SELECT operation, path, cause FROM events JOIN snapshots ON snapshots.id = snapshot
            ORDER BY events.id`,
        );
        store.close();
        return rows.map(({ operation, path, cause }) => `${operation} ${path} ${cause}`);
      },
      log() {
        try {
          return Deno.readTextFileSync(hookLogPath(host)).trim().split("\n");
        } catch {
          return [];
        }
      },
    });
  });
}

const write = (moment: string, file_path: string) => ({
  hook_event_name: moment,
  tool_name: "Write",
  tool_input: { file_path, content: "secret text" },
});
const bash = (moment: string) => ({
  hook_event_name: moment,
  tool_name: "Bash",
  tool_input: { command: "anything" },
});

Deno.test("a file is recorded as it was before a tool and as it is after", () =>
  withSession(async ({ folder, hook, events, log, scans }) => {
    const file = join(folder, "a.txt");
    Deno.writeTextFileSync(file, "before");
    await hook(write("PreToolUse", file));
    Deno.writeTextFileSync(file, "after");
    await hook(write("PostToolUse", file));
    assert.deepEqual(await events(), ["seen a.txt other", "update a.txt tool"]);
    await hook(write("PreToolUse", join(folder, "new.txt")));
    Deno.writeTextFileSync(join(folder, "new.txt"), "made");
    await hook(write("PostToolUse", "new.txt"));
    assert.deepEqual((await events()).at(-1), "create new.txt tool");
    assert.deepEqual([log(), scans], [[], []]);
  }));

Deno.test("what a shell command did is found by comparing the folder before and after", () =>
  withSession(async ({ host, folder, hook, events, scans }) => {
    Deno.writeTextFileSync(join(folder, "gone.txt"), "precious");
    Deno.writeTextFileSync(join(folder, "mine.txt"), "one");
    await hook({ hook_event_name: "SessionStart" });
    assert.equal(scans.length, 1);
    await runScan(host, scans[0]);
    const before = await events();
    assert.ok(before.includes("seen gone.txt other"));
    Deno.writeTextFileSync(join(folder, "mine.txt"), "by the user");
    await hook(bash("PreToolUse"));
    Deno.removeSync(join(folder, "gone.txt"));
    Deno.writeTextFileSync(join(folder, "made.txt"), "by the tool");
    await hook(bash("PostToolUse"));
    assert.deepEqual((await events()).slice(before.length).sort(), [
      "create made.txt tool",
      "delete gone.txt tool",
      "update mine.txt other",
    ]);
    assert.equal(scans.length, 1, "nothing is left to a scan");
  }));

Deno.test("a folder that was never looked at is left to a scan", () =>
  withSession(async ({ folder, hook, scans }) => {
    await hook(bash("PreToolUse"));
    assert.deepEqual(scans.map((scan) => [scan.folder, scan.parts, scan.context.tool]), [
      [folder, { folder: true, home: false }, "Bash"],
    ]);
  }));

Deno.test("a tool that writes into the agent's home is recorded there", () =>
  withSession(async ({ host, hook, events, log }) => {
    const file = join(host.userHome, ".claude", "CLAUDE.md");
    Deno.writeTextFileSync(file, "rules");
    await hook(write("PreToolUse", file));
    assert.deepEqual([await events(), log()], [["seen CLAUDE.md other"], []]);
  }));

Deno.test("a file outside the home and the session's folder is logged and not recorded", () =>
  withSession(async ({ host, folder, hook, events, log }) => {
    const outside = join(host.userHome, "outside.txt");
    Deno.writeTextFileSync(outside, "x");
    Deno.symlinkSync(host.userHome, join(folder, "link"));
    for (const path of [outside, "../outside.txt", "link/outside.txt"]) {
      await hook(write("PreToolUse", path));
    }
    assert.deepEqual(await events(), []);
    assert.deepEqual(log().map((line) => JSON.parse(line).code), ["outside", "outside", "outside"]);
  }));

Deno.test("a session in the user's own home does not record all of it", () =>
  withSession(async ({ host, hook, events, scans }) => {
    Deno.writeTextFileSync(join(host.userHome, "private.txt"), "x");
    const cwd = host.userHome;
    await hook({ hook_event_name: "SessionStart", cwd });
    await runScan(host, scans[0]);
    await hook({ ...bash("PreToolUse"), cwd });
    assert.deepEqual((await events()).filter((event) => event.includes("private.txt")), []);
    assert.equal(scans.length, 1);
  }));

Deno.test("whatever goes wrong is logged without what the event held, and is no failure", () =>
  withSession(async ({ host, hook, log, folder }) => {
    await runHook(host, "claude-code", "no JSON: secret text", { startScan: () => {} });
    await hook({ ...write("PreToolUse", "a.txt"), cwd: "relative" });
    Deno.removeSync(folder, { recursive: true });
    await hook(write("PreToolUse", "a.txt"));
    Deno.writeTextFileSync(
      join(host.folders.state, "snapshots", "snapshots.sqlite"),
      "no database",
    );
    await hook(write("PreToolUse", join(host.userHome, ".claude", "x.md")));
    assert.ok(log().length >= 3);
    assert.ok(!log().join().includes("secret text"));
  }));

Deno.test("scans of one folder take turns, and only one waits", () =>
  withSession(async ({ host, folder, hook, scans, events, log }) => {
    Deno.writeTextFileSync(join(folder, "a.txt"), "x");
    await hook({ hook_event_name: "SessionStart" });
    await Promise.all([1, 2, 3, 4].map(() => runScan(host, scans[0])));
    assert.deepEqual(log(), []);
    assert.deepEqual((await events()).filter((event) => event.includes("a.txt")), [
      "seen a.txt other",
    ]);
  }));
