import { join } from "node:path";
import type { Home } from "../../src/profiles/mod.ts";
import { applyRemaps, planRemaps } from "../../src/restore/mod.ts";
import { pathMapping } from "../../src/sessions/mod.ts";
import { assert, rejectsWith } from "../assert.ts";
import { faultyFs, systemError } from "../support/faulty_fs.ts";
import { withTempDir } from "../support/host.ts";
import { makeTree } from "../support/trees.ts";
import { changes } from "./attempts.ts";
import { quickHost, testHome, testProfile } from "./fixture.ts";

const MAPPING = pathMapping("/old/app", "/new/app")!;

/** A home with one prompt in the project. */
function homeAt(folder: string, id: string): Home {
  const profile = testProfile({ id, transcripts: "claude-code" });
  const home = testHome(join(folder, id), { profile, roots: [] });
  makeTree(home.path, { "history.jsonl": '{"project":"/old/app"}\n' });
  return home;
}

const promptIn = ({ path }: Home): string =>
  JSON.parse(Deno.readTextFileSync(join(path, "history.jsonl"))).project;

Deno.test("a remap is told of all homes as one, with what is odd about the folders", () =>
  withTempDir(async (folder) => {
    const homes = [homeAt(folder, "one"), homeAt(folder, "two")];
    const remapping = { mapping: MAPPING, homes };
    const planned = await planRemaps(quickHost(folder), remapping);
    assert.deepEqual(
      [planned.dry_run, planned.homes.length, planned.warnings],
      [true, 2, ["/new/app is not there, or is no folder"]],
    );
    assert.deepEqual(homes.map(promptIn), ["/old/app", "/old/app"]);
    const applied = await applyRemaps(quickHost(folder), remapping);
    assert.deepEqual([applied.ok, applied.dry_run], [true, false]);
    assert.deepEqual(homes.map(promptIn), ["/new/app", "/new/app"]);
    const { message } = await planRemaps(quickHost(folder), remapping);
    assert.equal(message, "Nothing here names /old/app");
  }));

Deno.test("where a later home fails, the error says how to take back what was changed before", () =>
  withTempDir(async (folder) => {
    const homes = [homeAt(folder, "one"), homeAt(folder, "two")];
    const quick = quickHost(folder);
    const fs = faultyFs(quick.fs, ({ operation, path }) => {
      if (path.startsWith(homes[1].path) && changes(operation)) return systemError("ENOSPC");
    });
    const remapping = { mapping: MAPPING, homes };
    const error = await rejectsWith(() => applyRemaps({ ...quick, fs }, remapping), "disk_full");
    assert.match(error.hint!, /Other homes were changed already.*: lifeboat undo --profile one$/);
    assert.deepEqual(homes.map(promptIn), ["/new/app", "/old/app"]);
  }));
