import { createHash } from "node:crypto";
import { join } from "node:path";
import { type RemapCounts, remapStateJob } from "../../../src/sessions/mod.ts";
import { assert } from "../../assert.ts";
import { withTempDir } from "../../support/host.ts";
import { dumpWithout, makeState } from "../../support/openclaw_state.ts";
import { askSqlite } from "../../support/sqlite_oracle.ts";

const OLD = "/home/al/.openclaw";

/** By what OpenClaw knows a workspace. */
const keyOf = (path: string) => createHash("sha256").update(path).digest("hex");

function workspace(path: string): string {
  return `INSERT INTO workspace_setup_state VALUES ('${keyOf(path)}', '${path}');
    INSERT INTO workspace_generated_bootstrap_hashes VALUES ('${keyOf(path)}', 'SOUL.md');`;
}

Deno.test("jobs and workspaces are found where the state folder lies now, and all else stays", () =>
  withTempDir(async (folder) => {
    const spaces = [`${OLD}/workspace`, "/elsewhere"];
    const changes = { sql: spaces.map(workspace).join("") };
    const state = makeState(join(folder, "state"), OLD, changes);
    const before = await dumpWithout(state, "no such word");
    const mappings = [{ from: OLD, to: "/new" }];
    const counts = (await remapStateJob({ path: state, mappings })).output as RemapCounts;
    assert.deepEqual(counts, { [OLD]: 7 });
    const expected = before.map((line) =>
      line.replaceAll(OLD, "/new").replaceAll(keyOf(`${OLD}/workspace`), keyOf("/new/workspace"))
    );
    assert.deepEqual(await dumpWithout(state, "no such word"), expected);
    assert.deepEqual(await askSqlite(state, "PRAGMA foreign_key_check"), []);
  }));

Deno.test("on Windows a workspace is known in lower case; one that is known otherwise stays", () =>
  withTempDir(async (folder) => {
    const odd = `INSERT INTO workspace_setup_state VALUES ('odd', '${OLD}/odd')`;
    const sql = `${workspace(`${OLD}/Workspace`)} ${odd}`;
    const state = makeState(join(folder, "state"), OLD, { agents: [], sql });
    await remapStateJob({ path: state, mappings: [{ from: OLD, to: "C:\\Users\\Al" }] });
    const here = "c:\\users\\al\\workspace";
    assert.deepEqual(await askSqlite(state, "SELECT * FROM workspace_setup_state"), [
      `${keyOf(here)}|${here}`,
      `odd|${OLD}/odd`,
    ]);
    assert.deepEqual(await askSqlite(state, "PRAGMA foreign_key_check"), []);
  }));

Deno.test("a shared database of another version is not changed", () =>
  withTempDir(async (folder) => {
    const state = makeState(join(folder, "state"), OLD, { version: 15 });
    const before = await Deno.readFile(state);
    const mappings = [{ from: OLD, to: "/new" }];
    await assert.rejects(async () => await remapStateJob({ path: state, mappings }), {
      code: "unknown_schema",
    });
    assert.deepEqual(await Deno.readFile(state), before);
  }));
