import { type BackupOptions, type BackupResult, createBackup } from "../../src/backup/mod.ts";
import type { Host } from "../../src/base/mod.ts";
import { findProfile, type Home, resolveHome } from "../../src/profiles/mod.ts";
import { makeSampleCodexHome, type SampleCodexHome } from "./sample_home.ts";
import { testHost, withTempDir } from "./host.ts";

/** A user with a Codex home, and a small file that stands for the compiled program. */
export interface BackupScene {
  folder: string;
  host: Host;
  sample: SampleCodexHome;
  home: Home;
  /** The default place of backups. */
  root: string;
  backUp(options?: Partial<BackupOptions>, host?: Host): Promise<BackupResult>;
  /** Names in the backup root, hidden ones too, without the lock. */
  published(): string[];
}

/** Runs a test with a user who has a sample Codex home. */
export function withBackupScene(use: (scene: BackupScene) => Promise<void>): Promise<void> {
  return withTempDir(async (folder) => {
    const executable = `${folder}/program`;
    Deno.writeTextFileSync(executable, "a program");
    const host = testHost(folder, { executable });
    const sample = await makeSampleCodexHome(`${folder}/.codex`, { conversations: 2 });
    const home = resolveHome(host, findProfile(host, "codex"));
    const root = `${folder}/Documents/CodexBackups`;
    await use({
      folder,
      host,
      sample,
      home,
      root,
      backUp: (options, otherHost = host) => createBackup(otherHost, { home, ...options }),
      published: () =>
        [...Deno.readDirSync(root)].map(({ name }) => name)
          .filter((name) => name !== ".lifeboat.lock").sort(),
    });
  });
}
