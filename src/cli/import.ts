import { type Command, Option } from "commander";
import type { ImportedBackup } from "../backup/mod.ts";
import { asLifeboatError, type Host, LifeboatError, pathsOf } from "../base/mod.ts";
import {
  type Act,
  type Answer,
  backupRootOption,
  type Context,
  type GlobalFlags,
  helpTail,
  wholeNumber,
} from "./command.ts";
import { failureJson } from "./failure.ts";
import { passwordAsker, type PasswordFlags, withPasswordOptions } from "./password.ts";
import { type ImportFailure, importText } from "./text/import.ts";

interface ImportFlags extends GlobalFlags, PasswordFlags {
  backupRoot?: string;
  kit?: "full" | "all" | "light";
  level?: number;
  /** False with `--no-archive` and `--no-directory`. */
  archive?: boolean;
  directory?: boolean;
}

/** What is meant by the argument. */
interface Sources {
  /** Archives, absolute. */
  archives: string[];
  /** A folder with ClawBackup's snapshots. */
  snapshots?: string;
}

/** All of ClawBackup's store, what a folder of it holds, or the one archive that is named. */
async function findSources(host: Host, named: string): Promise<Sources> {
  const { archivesIn, clawBackupStore, readStore } = await import("../archive/mod.ts");
  const { findClawSnapshots } = await import("../snapshots/mod.ts");
  const isUsual = named === "clawbackup";
  const store = isUsual ? clawBackupStore(host) : pathsOf(host.platform).resolve(named);
  const archives = readStore(host, store).map((one) => one.path);
  const snapshots = findClawSnapshots(host, store);
  if (archives.length > 0 || snapshots) return { archives, snapshots };
  if (!isUsual) {
    const gathered = archivesIn(host, store);
    return { archives: gathered.length > 0 ? gathered : [store] };
  }
  throw new LifeboatError("missing", "no_such_backup", `ClawBackup has no backups in ${store}`, {
    hint: "Name an archive, or a folder with a clawbackups.json.",
  });
}

async function importAll(
  context: Context,
  flags: ImportFlags,
  [named]: (string | undefined)[],
): Promise<Answer> {
  const { archives, snapshots: folder } = await findSources(context.host, named!);
  const { backups, failures } = await importArchives(context, flags, archives);
  const snapshots = folder ? await importSnapshots(context, folder) : null;
  const result = { ok: failures.length === 0, backups, failures, snapshots };
  return { result, text: (style) => importText(result, style) };
}

async function importArchives(context: Context, flags: ImportFlags, paths: string[]) {
  const { host } = context;
  const { importBackup } = await import("../backup/mod.ts");
  const { backupRoot, kit, archive, directory, level, jobs } = flags;
  const settings = { backupRoot, kit, archive, directory, level, jobs };
  const password = passwordAsker(context, flags);
  const backups: ImportedBackup[] = [];
  const failures: ImportFailure[] = [];
  for (const path of paths) {
    try {
      backups.push(await importBackup(host, { ...settings, path, password }));
    } catch (thrown) {
      const error = asLifeboatError(thrown);
      // One that cannot be read does not keep the others of a store.
      if (paths.length === 1 || error.kind === "interrupted") throw error;
      failures.push({ source: path, ...failureJson(error, false) });
    }
  }
  return { backups, failures };
}

async function importSnapshots({ host }: Context, folder: string) {
  const { importClawSnapshots, withSnapshotStore } = await import("../snapshots/mod.ts");
  return await withSnapshotStore(host, (store) => importClawSnapshots(store, folder));
}

/** `import`. */
export function defineImport(program: Command, act: Act): void {
  const command = program.command("import")
    .description("take another tool's backup over as one of ours, keeping its time")
    .argument(
      "<path>",
      "an archive, a folder, a ClawBackup store, or clawbackup: its usual store, snapshots too",
    )
    .addOption(backupRootOption())
    .addOption(
      new Option("--kit <kind>", "with what to restore it").choices(["full", "all", "light"]),
    )
    .option("--level <n>", "how hard to compress, 1 to 9", wholeNumber(1, 9))
    .option("--no-archive", "only the folder")
    .option("--no-directory", "only the archive");
  withPasswordOptions(command)
    .addHelpText(
      "after",
      helpTail([
        "lifeboat import 2026-11-20T10-00-00.000Z-openclaw-backup.tar.gz",
        "lifeboat import clawbackup --password-file ~/old-password",
      ], [0, 1, 2, 3, 10, 11, 12, 130]),
    )
    .action(act(importAll));
}
