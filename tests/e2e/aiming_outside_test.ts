/** Backups whose manifest, index or folder aims at something that a restore must not touch. */
import { join } from "node:path";
import type { FileEntry, Manifest } from "../../src/archive/mod.ts";
import { assert } from "../assert.ts";
import { folderState } from "../support/folder_state.ts";
import { type Lies, putTogether, takeApart } from "../support/forged.ts";
import {
  assertRefused,
  assertRefusedLate,
  DAMAGED,
  everythingOf,
  type Refusal,
  UNSAFE,
} from "../support/hostile_restore.ts";
import { type RawMember, tarGzOf } from "../support/raw_tar.ts";
import { CONFIRM, type Scene, withScene } from "../support/scene.ts";
import { entryFor, manifestFor, storedEntries, writeFolder } from "../support/stored_backups.ts";

const FILES = { "AGENTS.md": "hostile" };

/** An archive of others, with this manifest and these files below its top folder. */
function archiveOf(
  changes: Partial<Manifest<FileEntry[]>>,
  files: Record<string, string> = {},
): Uint8Array {
  const manifest = JSON.stringify(manifestFor(FILES, changes));
  const contents = { "files/AGENTS.md": "hostile", ...files, "manifest.json": manifest };
  const members = Object.entries(contents).map(([path, content]): RawMember => {
    return { name: `b/${path}`, content };
  });
  return tarGzOf(members);
}

const evil = entryFor("../../evil", "x");
const root = { id: "agents", kind: "folder" as const, source: "/home/user/.agents", entries: [] };
const link = { root: "home", relative_path: "skills", target: "/tmp" };
const BAD_MANIFEST: Refusal = { exit: 2, code: "bad_manifest" };

const MANIFESTS: Record<string, [Partial<Manifest<FileEntry[]>>, Refusal?]> = {
  "a path with ..": [{ entries: [evil] }],
  "an absolute path": [{ entries: [entryFor("/tmp/lifeboat-evil", "x")] }],
  "a path twice": [{ entries: [entryFor("x", "x"), entryFor("x", "x")] }],
  "a file below a link": [{ symlinks: [link], entries: [entryFor("skills/x", "x")] }],
  "a link with ..": [{ symlinks: [{ ...link, relative_path: "../link" }] }],
  "a folder with ..": [
    { directories: [{ root: "home", relative_path: "../new", mode: 0o700, mtime_ms: 0 }] },
  ],
  "a path with .. in another root": [{ roots: [{ ...root, entries: [evil] }] }],
  "a root twice": [{ roots: [root, root] }, BAD_MANIFEST],
  "a root that is a path": [{ roots: [{ ...root, id: "../evil" }] }, BAD_MANIFEST],
  "a root called home": [{ roots: [{ ...root, id: "home" }] }, BAD_MANIFEST],
};

for (const [what, [changes, refusal = UNSAFE]] of Object.entries(MANIFESTS)) {
  Deno.test(`a manifest with ${what} is ${refusal.code}`, () =>
    withScene((scene) => assertRefused(scene, archiveOf(changes), refusal)));
}

const changed = (changes: Record<string, unknown>): Lies => ({
  index: (honest) => ({ ...honest, ...changes }),
});
const LIES: Record<string, Lies> = {
  "another place of the manifest": changed({ manifest: { at: 10, bytes: 10 } }),
  "places outside the file": changed({ segments: { at: 2 ** 40, bytes: 2 ** 40 } }),
  "another hash of the manifest": changed({ manifest_sha256: "0".repeat(64) }),
};
/** What is only looked at when files are read. */
const LIES_IN_TABLE: Record<string, Lies> = {
  "more entries than there are": changed({ entries: 1e9 }),
  "segments in another order": { table: (lines) => [lines[1], lines[0], ...lines.slice(2)] },
  "no segments": { table: () => [] },
};

/** An archive of the home as it was, which has changed since, with lies in its index. */
async function forge(scene: Scene, lies: Lies): Promise<Uint8Array> {
  const { archive } = await scene.backUp("--no-directory");
  await Deno.writeTextFile(join(scene.home, "AGENTS.md"), "changed since");
  return putTogether(takeApart(await Deno.readFile(archive!)), lies);
}

for (
  const [assertOne, cases] of [[assertRefused, LIES], [assertRefusedLate, LIES_IN_TABLE]] as const
) {
  for (const [what, lies] of Object.entries(cases)) {
    Deno.test(`an index that tells of ${what} is damaged_archive`, () =>
      withScene(async (scene) => {
        await assertOne(scene, await forge(scene, lies), DAMAGED);
      }));
  }
}

if (Deno.build.os !== "windows") {
  Deno.test("a backup folder with a link in the place of a file is unsafe_archive", () =>
    withScene(async (scene) => {
      await Deno.writeTextFile(join(scene.folder, "outside"), "not for the home");
      await assertRefusedLate(scene, (path) => makeLinkedFolder(scene, path), UNSAFE);
    }));

  Deno.test("nothing is restored through a folder of the home that is a link", () =>
    withScene(async (scene) => {
      const { archive } = await scene.backUp();
      const outside = join(scene.folder, "outside");
      await Deno.rename(join(scene.home, "skills"), outside);
      await Deno.writeTextFile(join(outside, "sql-review", "SKILL.md"), "changed since");
      await Deno.symlink(outside, join(scene.home, "skills"));
      const before = folderState(outside);
      const { code, json } = await scene.run(["restore", archive!, "--apply", CONFIRM, "--json"]);
      assert.deepEqual([code, json.ok], [1, false], JSON.stringify(json.error));
      assert.deepEqual(folderState(outside), before);
      assert.equal(await Deno.readLink(join(scene.home, "skills")), outside);
    }));
}

async function makeLinkedFolder(scene: Scene, path: string): Promise<void> {
  await writeFolder(path, storedEntries(FILES, manifestFor(FILES)));
  const file = join(path, "files", "AGENTS.md");
  Deno.removeSync(file);
  Deno.symlinkSync(join(scene.folder, "outside"), file);
}

Deno.test("a root that this machine does not know goes nowhere", () =>
  withScene(async (scene) => {
    const entries = [entryFor("evil", "x")];
    const roots = [{ ...root, id: "elsewhere", source: join(scene.folder, "elsewhere"), entries }];
    const path = join(scene.folder, "crafted.tar.gz");
    await Deno.writeFile(path, archiveOf({ roots }, { "extra/elsewhere/evil": "x" }));
    const around = (line: string) => !line.includes("/user/");
    const before = everythingOf(scene).filter(around);
    const { code, json } = await scene.run(["restore", path, "--apply", CONFIRM, "--json"]);
    assert.equal(code, 0, JSON.stringify(json));
    assert.deepEqual(everythingOf(scene).filter(around), before);
    assert.equal(await Deno.readTextFile(join(scene.home, "AGENTS.md")), "hostile");
  }));
