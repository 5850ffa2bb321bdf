/** A small target and a backup that changes everything about it that a restore can change. */
import { join } from "node:path";
import type { FileSystem, Host } from "../../src/base/mod.ts";
import { realFs } from "../../src/base/mod.ts";
import type { Home, Profile } from "../../src/profiles/mod.ts";
import { planRestore, type RestoreOptions, type RestoreResult } from "../../src/restore/mod.ts";
import { testHost } from "../support/host.ts";
import { type MemoryBackup, memoryBackup } from "../support/memory_backup.ts";
import { makeTree, readTree, type Tree, type TreeSpec } from "../support/trees.ts";

const SQLITE = "SQLite format 3\0";
const NEWER = 1_760_000_000_000;

const BEFORE = {
  "config.toml": { text: "old = 1", mode: 0o400 },
  "same.txt": { text: "same", mode: 0o600 },
  "moded.txt": { text: "moded", mode: 0o666 },
  "only-here.txt": "only here",
  "state.sqlite": `${SQLITE}newer`,
  "state.sqlite-wal": "newer wal",
  "state.sqlite-shm": "newer shm",
  "calm.sqlite": `${SQLITE}calm`,
  "calm.sqlite-journal": "hot journal",
  "sub/a.txt": "old a",
  "sub/untouched.txt": "untouched",
  "moving": { link: "config.toml" },
  "replaced-by-link": "a file",
  "replaced-link": { link: "nowhere" },
};

const AFTER = {
  "config.toml": { text: "new = 22", mode: 0o640 },
  "same.txt": { text: "same", mode: 0o600 },
  "moded.txt": { text: "moded", mode: 0o600 },
  "state.sqlite": `${SQLITE}backed up`,
  "calm.sqlite": `${SQLITE}calm`,
  "sub/a.txt": "new a",
  "sub/deep/er/b.txt": "created",
  "sub/empty": { mode: 0o750 },
  "readonly": { mode: 0o500 },
  "readonly/c.txt": { text: "below a folder that nobody may write", mode: 0o400 },
  "moving": { link: "sub/a.txt" },
  "replaced-by-link": { link: "same.txt" },
  "replaced-link": "a file again",
};

/** The profile of the fixture. */
export function testProfile(changes: Partial<Profile> = {}): Profile {
  return {
    id: "test",
    name: "Test",
    source: "test.toml",
    home: { env: [], default: "~/.test" },
    backups: { folder: "TestBackups", prefix: "test-backup" },
    roots: [],
    exclude: { always: [], compact: [] },
    restore_skip: [],
    activates: [],
    config: [],
    important: [],
    processes: [],
    probes: [],
    ...changes,
  };
}

/** A home at a path, with the roots of the fixture beside it. */
export function testHome(folder: string, changes: Partial<Home> = {}): Home {
  return {
    profile: testProfile(),
    path: join(folder, "home"),
    isOwn: true,
    roots: [
      { id: "agents", kind: "folder", name: "agents", path: join(folder, "agents") },
      { id: "json", kind: "file", name: ".test.json", path: join(folder, ".test.json") },
    ],
    rootsLeftOut: [],
    ...changes,
  };
}

/** The backup that is restored. Its folders are removed again. */
export function fixtureBackup(folder: string): MemoryBackup {
  makeTree(join(folder, "source"), AFTER);
  Deno.chmodSync(join(folder, "source/readonly"), 0o500);
  makeTree(join(folder, "source-agents"), { "skills/one/SKILL.md": "new skill" });
  makeTree(join(folder, "source-file"), { ".test.json": "{new}" });
  const backup = memoryBackup(join(folder, "source"), [
    { id: "agents", kind: "folder", path: join(folder, "source-agents") },
    { id: "json", kind: "file", path: join(folder, "source-file/.test.json") },
  ]);
  Deno.chmodSync(join(folder, "source/readonly"), 0o700);
  for (const name of ["source", "source-agents", "source-file"]) {
    Deno.removeSync(join(folder, name), { recursive: true });
  }
  return backup;
}

/** A backup of a home that holds `spec`. */
export function backupOf(folder: string, spec: TreeSpec): MemoryBackup {
  const source = join(folder, "source");
  makeTree(source, spec);
  const backup = memoryBackup(source);
  Deno.removeSync(source, { recursive: true });
  return backup;
}

/** Makes the target as it is before the restore. */
export function makeTarget(folder: string): void {
  makeTree(join(folder, "home"), BEFORE, NEWER);
  makeTree(
    join(folder, "agents"),
    { "skills/one/SKILL.md": "old skill", "mine.txt": "mine" },
    NEWER,
  );
  makeTree(join(folder, "file"), { ".test.json": "{old}" }, NEWER);
  Deno.renameSync(join(folder, "file/.test.json"), join(folder, ".test.json"));
  Deno.removeSync(join(folder, "file"));
}

/** Everything that belongs to the target, without what is Lifeboat's own. */
export function targetTree(folder: string): Tree {
  const tree = readTree(folder, [".lifeboat", ".local", ".cache", ".config"]);
  // Their own time changes with the folder of ours that comes and goes in them.
  for (const root of ["home", "agents"]) if (root in tree) tree[root] = "folder";
  return tree;
}

/** All that is Lifeboat's own below the target, by path. */
export function leftovers(folder: string): string[] {
  return Object.keys(readTree(folder)).filter((path) =>
    path.split("/").includes(".lifeboat") || path.startsWith(".local/state/lifeboat/restores/")
  );
}

/** The real file system without waiting for the disk; the calls are there all the same. */
const unsyncedFs: FileSystem = {
  ...realFs,
  syncDir: () => {},
  canSyncAll: () => true,
  syncAll: () => {},
  open: (path, options) => ({
    ...realFs.open(path, options),
    sync: () => {},
    syncSoon: () => Promise.resolve(),
  }),
};

/** A host for `folder` that does not wait for the disk. */
export function quickHost(folder: string, changes: Partial<Host> = {}): Host {
  return testHost(folder, { fs: unsyncedFs, ...changes });
}

/** Plans a restore of `spec` into a home that holds `target`, without roots outside. */
export async function planInto(
  folder: string,
  spec: TreeSpec,
  target: TreeSpec,
  options: Partial<RestoreOptions> = {},
): Promise<RestoreResult> {
  const backup = options.backup ?? backupOf(folder, spec);
  makeTree(join(folder, "home"), target);
  const home = testHome(folder, { roots: [] });
  return await planRestore(quickHost(folder), { listFiles: true, home, ...options, backup });
}
