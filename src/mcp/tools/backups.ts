/** Making backups, and looking at them. */
import type { Readers } from "../../seal/mod.ts";
import { commandLine, confirm, type HumanNeeded } from "../change.ts";
import {
  type Arguments,
  BACKUP_ID,
  limitOf,
  PASSWORD,
  PASSWORD_FILE,
  PROFILE,
} from "../parameter.ts";
import type { Call, Tool } from "../tool.ts";
import { homeOf, number, openingOf, scopeOf, text } from "./choose.ts";

async function readersOf(call: Call, args: Arguments): Promise<Readers | undefined> {
  const passphrase = await (await openingOf(call.host, args)).password();
  return passphrase === undefined ? undefined : { kind: "passphrase", passphrase };
}

/** What is not encrypted leaves this machine only when a person says so. */
async function confirmUpload(
  call: Call,
  storage: string | undefined,
  profile: string,
): Promise<HumanNeeded | undefined> {
  if (storage === undefined) return undefined;
  const words = ["backup", "--profile", profile, "--storage", storage, "--allow-plaintext"];
  const message = `Back up ${profile}, and copy the backup to ${storage} without encrypting it? ` +
    "It holds conversations and logins; whoever runs that storage can read them.";
  return await confirm(
    call,
    { word: "UPLOAD", message },
    commandLine(call.host, words),
  );
}

/** `backup`. */
export const backupCreate: Tool = {
  name: "backup_create",
  title: "Back up an agent's home",
  description:
    "Makes a complete backup of an agent's home: configuration, logins, conversations, " +
    "skills, databases. Safe while the agent is running; the home is not changed. Give the user " +
    "the backup_id and the archive's path.",
  parameters: {
    profile: PROFILE,
    name: { type: "string", description: "A name of the user's own for this backup." },
    storage: { type: "string", description: "Copy it to this backend, too." },
    password_file: PASSWORD_FILE,
    password: PASSWORD,
  },
  effect: "adds",
  network: true,
  async run(call, args) {
    const { host } = call;
    const home = await homeOf(call, args);
    const storage = text(args, "storage");
    const seal = await readersOf(call, args);
    const { checkStorage, copyToStorage } = await import("../../upkeep/mod.ts");
    const { refuseInterrupted } = await import("../../restore/mod.ts");
    const { createBackup } = await import("../../backup/mod.ts");
    const choice = { storage, allowPlaintext: seal === undefined };
    checkStorage(host, choice, seal !== undefined);
    refuseInterrupted(host, home);
    const refusal = seal ? undefined : await confirmUpload(call, storage, home.profile.id);
    if (refusal) return refusal;
    const made = await createBackup(host, { home, seal, label: text(args, "name") });
    const sync = await copyToStorage(host, choice, made);
    return sync ? { ...made, sync } : made;
  },
};

/** `list`. */
export const backupList: Tool = {
  name: "backup_list",
  title: "List backups",
  description: "The backups there are, newest first, also those of other tools.",
  parameters: {
    profile: { type: "string", description: "Only those of this agent. Default: all." },
    type: {
      type: "string",
      enum: ["all", "lifeboat", "native", "codex-environment-backup", "clawbackup", "openclaw"],
      description: "Only those of this tool; native means OpenClaw's own.",
    },
    storage: { type: "string", description: "Those at this backend, instead of this machine." },
    limit: limitOf(50),
  },
  effect: "reads",
  network: true,
  async run({ host }, args) {
    const { backupScope, listBackups } = await import("../../catalog/mod.ts");
    const limit = number(args, "limit") ?? 50;
    const [profile, backend] = [text(args, "profile"), text(args, "storage")];
    const scope = backupScope(host, { profile });
    if (backend === undefined) {
      return await listBackups(host, { ...scope, type: text(args, "type"), limit });
    }
    const { listRemote } = await import("../../remote/mod.ts");
    return await listRemote(host, { backend, profile: scope.profile?.id, limit });
  },
};

/** `verify`. */
export const backupVerify: Tool = {
  name: "backup_verify",
  title: "Verify a backup",
  description: "Whether a backup is undamaged, byte by byte. ok is false when it is not.",
  parameters: {
    backup_id: BACKUP_ID,
    profile: PROFILE,
    quick: { type: "boolean", description: "Only its structure, list of files and SHA-256." },
    password_file: PASSWORD_FILE,
    password: PASSWORD,
  },
  required: ["backup_id"],
  effect: "reads",
  async run(call, args) {
    const { findBackup, verifyAndNote } = await import("../../catalog/mod.ts");
    const id = text(args, "backup_id")!;
    const path = await findBackup(call.host, id, await scopeOf(call, args, id));
    const opening = await openingOf(call.host, args);
    return await verifyAndNote(call.host, path, { quick: args.quick === true, ...opening });
  },
};

/** `status`. */
export const backupStatus: Tool = {
  name: "backup_status",
  title: "How well the homes are backed up",
  description: "Each agent's home on this machine: its last backup, whether that is too old, how " +
    "many conversations the agent's own clean-up will delete soon, and what to do about it.",
  parameters: { profile: { type: "string", description: "Only this agent. Default: all." } },
  effect: "reads",
  async run({ host }, args) {
    const { chooseHomes } = await import("../../profiles/mod.ts");
    const { statusOfHomes } = await import("../../upkeep/mod.ts");
    const homes = chooseHomes(host, { profile: text(args, "profile") ?? "all" });
    return await statusOfHomes(host, homes, {});
  },
};
