/** Copies of backups elsewhere, and removing a backup. */
import { LifeboatError } from "../../base/mod.ts";
import type { BackupItem } from "../../catalog/mod.ts";
import { commandLine, confirm, previewOrApply } from "../change.ts";
import { type Arguments, BACKUP_ID, PROFILE, TOKEN } from "../parameter.ts";
import type { Call, Tool } from "../tool.ts";
import { scopeOf, text } from "./choose.ts";

async function itemOf(call: Call, args: Arguments): Promise<BackupItem> {
  const { findItem } = await import("../../upkeep/mod.ts");
  const id = text(args, "backup_id")!;
  return await findItem(call.host, id, await scopeOf(call, args, id));
}

/** Why a person is asked before an upload. */
function uploadQuestion(item: BackupItem, place: string, force: boolean): string | undefined {
  const replaces = force ? " What is there under its name will be replaced." : "";
  if (item.encrypted) {
    return force ? `Copy ${item.id} to ${place}?${replaces}` : undefined;
  }
  return `Copy ${item.id} to ${place} although it is not encrypted? It holds conversations and ` +
    `logins; whoever runs that storage can read them.${replaces}`;
}

/** `sync`. */
export const backupSync: Tool = {
  name: "backup_sync",
  title: "Copy a backup to a backend",
  description: "Copies a backup to a configured backend (a folder on another disk, or a bucket); " +
    "nothing is deleted there. The user is asked before anything unencrypted is uploaded.",
  parameters: {
    backup_id: BACKUP_ID,
    profile: PROFILE,
    storage: { type: "string", description: "The backend. Default: the default one." },
    force: { type: "boolean", description: "Replace what is there under its name." },
  },
  required: ["backup_id"],
  effect: "adds",
  network: true,
  async run(call, args) {
    const { host } = call;
    const { openBackend, syncBackups } = await import("../../remote/mod.ts");
    const item = await itemOf(call, args);
    const force = args.force === true;
    const { name, backend } = openBackend(host, text(args, "storage"));
    const message = uploadQuestion(item, `${name} (${backend.place})`, force);
    if (message !== undefined) {
      const flags = [
        ...(item.encrypted ? [] : ["--allow-plaintext"]),
        ...(force ? ["--force"] : []),
      ];
      const words = ["sync", item.id, "--storage", name, ...flags];
      const command = commandLine(host, words);
      const refusal = await confirm(call, { word: "UPLOAD", message }, command);
      if (refusal) return refusal;
    }
    const options = { backend: name, force, allowPlaintext: !item.encrypted };
    return await syncBackups(host, [item], options);
  },
};

/** `delete`. */
export const backupDelete: Tool = {
  name: "backup_delete",
  title: "Delete a backup",
  description: "Removes one backup for good, after a preview and when the user confirms it. The " +
    "last verified backup of a home is never removed.",
  parameters: {
    backup_id: { type: "string", description: "A backup's id from backup_list; not latest." },
    token: TOKEN,
  },
  required: ["backup_id"],
  effect: "changes",
  async run(call, args) {
    const { deleteBackup } = await import("../../upkeep/mod.ts");
    if (text(args, "backup_id") === "latest") {
      throw new LifeboatError("refused", "usage", "A backup to delete is named by its id", {
        hint: "See the ids with backup_list.",
      });
    }
    const item = await itemOf(call, args);
    return await previewOrApply(call, args, {
      plan: () => Promise.resolve({ ok: true, dry_run: true, backup: item }),
      bound: ({ backup }) => backup,
      questions: () => [{ word: "DELETE", message: `Delete ${item.id} for good?` }],
      command: commandLine(call.host, ["delete", item.id]),
      apply: () => deleteBackup(call.host, item, { confirmed: true }),
    });
  },
};
