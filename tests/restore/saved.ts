/** Homes that were backed up for real, and their restores. */
import { join } from "node:path";
import { openBackup } from "../../src/archive/mod.ts";
import { createBackup } from "../../src/backup/mod.ts";
import type { Host } from "../../src/base/mod.ts";
import type { Home } from "../../src/profiles/mod.ts";
import { applyRestore, type RestoreResult } from "../../src/restore/mod.ts";
import { makeTree, type TreeSpec } from "../support/trees.ts";
import { quickHost, testHome } from "./fixture.ts";

/** A home that was backed up for real. */
export interface Saved {
  folder: string;
  host: Host;
  home: Home;
  backupRoot: string;
  archive: string;
}

/** Makes a home and backs it up. */
export async function save(
  folder: string,
  spec: TreeSpec,
  prepare = (_home: string) => {},
): Promise<Saved> {
  const host = quickHost(folder);
  const home = testHome(folder, { roots: [] });
  makeTree(home.path, spec);
  prepare(home.path);
  const backupRoot = join(folder, "Backups");
  const { archive } = await createBackup(host, {
    home,
    backupRoot,
    directory: false,
    kit: "light",
    verify: false,
    jobs: 1,
  });
  return { folder, host, home, backupRoot, archive: archive! };
}

/** Restores it. */
export async function apply(
  { host, home, backupRoot, archive }: Saved,
  changes: Partial<Parameters<typeof applyRestore>[1]> = {},
): Promise<RestoreResult> {
  const backup = await openBackup(host, archive);
  try {
    return await applyRestore(host, {
      backup,
      home,
      backupRoot,
      confirmed: true,
      jobs: 1,
      ...changes,
    });
  } finally {
    backup.close();
  }
}

/** A small home with one of each kind. */
export const SPEC: TreeSpec = {
  "config.toml": { text: "a = 1\n", mode: 0o600 },
  "sessions/one.jsonl": '{"a":1}\n',
  "empty": { mode: 0o750 },
  "link": { link: "config.toml" },
};
