import { assert } from "../assert.ts";
import type { Platform } from "../../src/base/mod.ts";
import { folderOf, foldersAbove, isOwnPath } from "../../src/restore/paths.ts";
import { claimsOf } from "../../src/restore/claims.ts";
import { pathBelow } from "../../src/restore/layout.ts";
import type { RestoreOptions } from "../../src/restore/options.ts";
import type { Planner } from "../../src/restore/planner.ts";
import { selectionOf } from "../../src/restore/selection.ts";
import { memoryBackup } from "../support/memory_backup.ts";
import { withTempDir } from "../support/host.ts";
import { quickHost, testHome } from "./fixture.ts";

Deno.test("Lifeboat's own folder is known in every spelling that a disk may accept", () => {
  const own = [".lifeboat", ".LIFEBOAT/x", ".life\u200cboat/x", "LIFEBO~1/x", ".lifebo\u200dat"];
  for (const path of own) assert.ok(isOwnPath(path), path);
  for (const path of ["lifeboat", "a/.lifeboat", ".lifeboats"]) assert.ok(!isOwnPath(path), path);
});

Deno.test("folders above a path come outermost first", () => {
  assert.deepEqual(foldersAbove("a/b/c"), ["a", "a/b"]);
  assert.deepEqual(foldersAbove("a"), []);
  assert.equal(folderOf("a/b/c"), "a/b");
  assert.equal(folderOf("a"), "");
});

Deno.test("paths below a root are written as the platform has them", () => {
  const root = { id: "home", kind: "folder" as const, path: "C:\\Users\\u\\.codex" };
  const host = quickHost("/", { platform: "windows" });
  assert.equal(pathBelow(host, root, "a/b"), "C:\\Users\\u\\.codex\\a\\b");
});

/** Which of the paths a platform can hold, and why it cannot hold the others. */
async function claims(platform: Platform, paths: string[]): Promise<Record<string, string>> {
  const answers: Record<string, string> = {};
  await withTempDir((folder) => {
    const { manifest } = memoryBackup(folder);
    const entry = { kind: "file", bytes: 0, sha256: "", method: "copy2" } as const;
    manifest.entries = paths.map((relative_path) => ({ ...entry, relative_path }));
    const root = { id: "home", kind: "folder" as const, path: folder };
    const plan = {
      manifest,
      target: { home: testHome(folder), roots: [root], chosen: false, skipped: [] },
      skipped: [],
      conflicts: [] as { path: string; code: string }[],
    };
    const host = quickHost(folder, { platform });
    const selection = selectionOf({} as RestoreOptions, manifest, platform);
    const planner = { host, plan, folders: new Map(), selection };
    const claim = claimsOf(planner as unknown as Planner);
    for (const path of paths) answers[path] = claim(root, path, "leaf") ? "ok" : "";
    for (const { path, code } of plan.conflicts) answers[path] = code;
  });
  return answers;
}

Deno.test("names that a platform cannot hold, or tell apart, are conflicts there", async () => {
  const paths = ["a:b", "con", "trail.", "Same", "same", "caf\u00e9", "cafe\u0301", "fine"];
  assert.deepEqual(new Set(Object.values(await claims("linux", paths))), new Set(["ok"]));
  const possible = (decomposed: string) => ({
    Same: "same_name",
    same: "same_name",
    "caf\u00e9": decomposed,
    "cafe\u0301": decomposed,
    fine: "ok",
  });
  assert.deepEqual(await claims("darwin", paths), {
    "a:b": "ok",
    con: "ok",
    "trail.": "ok",
    ...possible("same_name"),
  });
  assert.deepEqual(await claims("windows", paths), {
    "a:b": "name_not_possible",
    con: "name_not_possible",
    "trail.": "name_not_possible",
    ...possible("ok"),
  });
});
