import { type Command } from "commander";
import { type Host, LifeboatError } from "../base/mod.ts";
import type { BackupItem } from "../catalog/mod.ts";
import {
  type Act,
  type Answer,
  backupRootOption,
  type Context,
  type GlobalFlags,
  helpTail,
} from "./command.ts";
import { backupScope } from "./homes.ts";
import { syncText } from "./text/remote.ts";

interface SyncFlags extends GlobalFlags {
  backupRoot?: string;
  storage?: string;
  all?: boolean;
  force?: boolean;
  allowPlaintext?: boolean;
}

/** All that can be uploaded; what was made before a restore is only uploaded by name. */
async function allItems(host: Host, flags: SyncFlags): Promise<BackupItem[]> {
  const { listBackups } = await import("../catalog/mod.ts");
  const { backups } = await listBackups(host, await backupScope(host, flags));
  return backups.filter(({ id, archives, status }) =>
    archives.length > 0 && status !== "unreadable" && !id.startsWith("pre-restore-")
  );
}

async function itemsMeant(host: Host, flags: SyncFlags, id?: string): Promise<BackupItem[]> {
  if ((id === undefined) === (flags.all !== true)) {
    throw new LifeboatError("refused", "usage", "Name one backup, or all of them with --all", {
      hint: "See the backups with: lifeboat list",
    });
  }
  if (id === undefined) return await allItems(host, flags);
  const { findItem } = await import("../upkeep/mod.ts");
  return [await findItem(host, id, await backupScope(host, flags))];
}

async function sync({ host }: Context, flags: SyncFlags, [id]: (string | undefined)[]) {
  const { syncBackups } = await import("../remote/mod.ts");
  const { storage: backend, force, allowPlaintext } = flags;
  const items = await itemsMeant(host, flags, id);
  const result = await syncBackups(host, items, { backend, force, allowPlaintext });
  const answer: Answer = { result, text: (style) => syncText(result, style) };
  return answer;
}

/** `sync`. */
export function defineSync(program: Command, act: Act): void {
  program.command("sync").description("copy backups to a backend; nothing is deleted there")
    .argument("[id]", "a backup's name, the beginning of it, latest, or a path")
    .option("--all", "every backup that is not there yet")
    .option("--storage <id>", "the backend; else the default one")
    .option("--force", "upload also what is there already")
    .option("--allow-plaintext", "also what is not encrypted: whoever runs the backend can read it")
    .addOption(backupRootOption())
    .addHelpText(
      "after",
      helpTail(["lifeboat sync latest", "lifeboat sync --all --storage nas"], [
        0,
        2,
        3,
        10,
        12,
        20,
        130,
      ]),
    )
    .action(act(sync));
}
