import type { Command } from "commander";
import type { CurrentFile, ManifestHead, ShowOptions } from "../archive/mod.ts";
import { type Host, pathsOf } from "../base/mod.ts";
import type { Unlock } from "../seal/mod.ts";
import {
  type Act,
  type Answer,
  backupRootOption,
  type Context,
  type GlobalFlags,
  helpTail,
  homeOption,
} from "./command.ts";
import { backupScope, chooseHomes } from "./homes.ts";
import { passwordAsker, withPasswordOptions } from "./password.ts";
import { showText } from "./text/show.ts";
import { addUnlockOptions, type UnlockFlags, unlockFrom } from "./unlock.ts";

interface ShowFlags extends GlobalFlags, UnlockFlags {
  backupRoot?: string;
  home?: string;
  files?: boolean;
  diff?: string;
}

/** The files of today that a backup of the same home would capture. */
async function currentFiles(host: Host, flags: ShowFlags, head: ManifestHead) {
  const { rootFolder } = await import("../archive/mod.ts");
  const { previewBackup } = await import("../backup/mod.ts");
  const { profile = head.profile, home: path } = flags;
  const [home] = await chooseHomes(host, { profile, home: path });
  const { join, dirname } = pathsOf(host.platform);
  const folders = new Map(
    home.roots.map(({ id, kind, path }) => [id, kind === "file" ? dirname(path) : path]),
  );
  const { captured } = await previewBackup(host, { home, mode: head.mode });
  return captured.map(({ root, relative_path }): CurrentFile => ({
    storedPath: rootFolder(root) + relative_path,
    path: join(folders.get(root) ?? home.path, relative_path),
  }));
}

async function diffWith(
  host: Host,
  flags: ShowFlags,
  path: string,
  unlock: Unlock,
): Promise<ShowOptions["diffWith"]> {
  if (flags.diff === undefined) return undefined;
  if (flags.diff !== "home") {
    const { findBackup } = await import("../catalog/mod.ts");
    return { backup: await findBackup(host, flags.diff, await backupScope(host, flags)) };
  }
  const { openBackup } = await import("../archive/mod.ts");
  const backup = await openBackup(host, path, { unlock });
  backup.close();
  return { files: await currentFiles(host, flags, backup.head) };
}

async function show(context: Context, flags: ShowFlags, [id]: (string | undefined)[]) {
  const { host } = context;
  const unlock = unlockFrom(context, flags);
  const { showBackup } = await import("../archive/mod.ts");
  const { findBackup } = await import("../catalog/mod.ts");
  const path = await findBackup(host, id!, await backupScope(host, flags));
  const result = await showBackup(host, path, {
    files: flags.files,
    password: passwordAsker(context, flags),
    diffWith: await diffWith(host, flags, path, unlock),
    unlock,
  });
  return { result, text: (style) => showText(result, style, flags.diff) } satisfies Answer;
}

/** `show`. */
export function defineShow(program: Command, act: Act): void {
  const command = program.command("show")
    .description("what is in a backup, and how it differs from another")
    .argument("<id>", "a backup's name, the beginning of it, latest, or a path")
    .option("--files", "list every file")
    .option("--diff <other>", "compare with another backup, or with the home of today: home")
    .addOption(homeOption())
    .addOption(backupRootOption());
  withPasswordOptions(command)
    .addHelpText(
      "after",
      helpTail(["lifeboat show latest --files", "lifeboat show latest --diff home"], [
        0,
        2,
        3,
        10,
        12,
      ]),
    )
    .action(act(show));
  addUnlockOptions(command);
}
