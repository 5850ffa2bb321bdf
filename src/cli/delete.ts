import type { Command } from "commander";
import { LifeboatError, printable } from "../base/mod.ts";
import {
  type Act,
  type Answer,
  backupRootOption,
  type Context,
  type GlobalFlags,
  helpTail,
} from "./command.ts";
import { askForDelete } from "./confirm.ts";
import { formatBytes } from "./format.ts";
import { backupScope } from "./homes.ts";

interface DeleteFlags extends GlobalFlags {
  backupRoot?: string;
  remote?: string;
}

async function isConfirmed(context: Context, flags: DeleteFlags, id: string): Promise<boolean> {
  if (flags.yes) return true;
  if (!context.terminal.interactive) return false; // the engine refuses, and names the flag
  await askForDelete(context, id);
  return true;
}

async function deleteAtBackend(context: Context, flags: DeleteFlags, id: string): Promise<Answer> {
  const { host } = context;
  const { findRemote, openBackend } = await import("../remote/mod.ts");
  const { deleteRemote } = await import("../upkeep/mod.ts");
  const open = openBackend(host, flags.remote);
  const record = await findRemote(host, open.backend, id);
  const confirmed = await isConfirmed(context, flags, record.backup.id);
  const result = await deleteRemote(host, open, record, { confirmed });
  const said = `Deleted at ${result.remote}: ${result.id}, ${formatBytes(result.bytes)}`;
  return { result, text: () => `${printable(said)}\n` };
}

async function deleteOne(context: Context, flags: DeleteFlags, [id]: (string | undefined)[]) {
  const { host } = context;
  if (id === "latest") {
    throw new LifeboatError("refused", "usage", "A backup to delete is named by its name", {
      hint: "See the names with: lifeboat list",
    });
  }
  if (flags.remote !== undefined) return await deleteAtBackend(context, flags, id!);
  const { deleteBackup, findItem } = await import("../upkeep/mod.ts");
  const item = await findItem(host, id!, await backupScope(host, flags));
  const confirmed = await isConfirmed(context, flags, item.id);
  const result = await deleteBackup(host, item, { confirmed });
  const size = result.bytes === null ? "" : `, ${formatBytes(result.bytes)}`;
  const answer: Answer = { result, text: () => `Deleted: ${printable(result.id)}${size}\n` };
  return answer;
}

/** `delete`. */
export function defineDelete(program: Command, act: Act): void {
  program.command("delete").description("remove one backup for good")
    .argument("<id>", "a backup's name, the beginning of it, or a path")
    .addOption(backupRootOption())
    .option("--remote <id>", "the copy at this backend; that on this machine stays")
    .addHelpText(
      "after",
      "\nThe last verified backup of a home is never removed.\n" +
        helpTail(["lifeboat delete codex-backup-20261120-191000"], [0, 2, 3, 10, 11, 12, 20]),
    )
    .action(act(deleteOne));
}
