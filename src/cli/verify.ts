import { type Command, Option } from "commander";
import type { VerifyOptions } from "../archive/mod.ts";
import { asLifeboatError, LifeboatError } from "../base/mod.ts";
import {
  type Act,
  type Answer,
  backupRootOption,
  type Context,
  type GlobalFlags,
  helpTail,
  joined,
} from "./command.ts";
import { failureJson, failureText } from "./failure.ts";
import { backupScope } from "./homes.ts";
import { passwordAsker, withPasswordOptions } from "./password.ts";
import { remoteVerifyText } from "./text/remote.ts";
import { verifyText } from "./text/verify.ts";
import { addUnlockOptions, type UnlockFlags, unlockFrom } from "./unlock.ts";

interface VerifyFlags extends GlobalFlags, UnlockFlags {
  backupRoot?: string;
  quick?: boolean;
  all?: boolean;
  remote?: string;
  data?: boolean;
}

type Keys = Pick<VerifyOptions, "password" | "unlock">;

function keysFrom(context: Context, flags: VerifyFlags): Keys {
  return { password: passwordAsker(context, flags), unlock: unlockFrom(context, flags) };
}

async function verifyOne(
  { host }: Context,
  path: string,
  { quick, jobs }: VerifyFlags,
  keys: Keys,
): Promise<Answer> {
  const { verifyAndNote } = await import("../catalog/mod.ts");
  const result = await verifyAndNote(host, path, { quick, jobs, ...keys });
  return { result, text: (style) => verifyText(result, style) };
}

/** The same where others follow: a backup that cannot be verified at all does not end the rest. */
async function verifyOneOfAll(
  context: Context,
  path: string,
  flags: VerifyFlags,
  keys: Keys,
): Promise<Answer> {
  try {
    return await verifyOne(context, path, flags, keys);
  } catch (thrown) {
    const error = asLifeboatError(thrown);
    if (error.kind === "interrupted") throw error;
    const result = { path, ...failureJson(error, false) };
    return { result, text: (style) => failureText(error, style) };
  }
}

async function verifyAll(context: Context, flags: VerifyFlags): Promise<Answer> {
  const { host } = context;
  const { listBackups, lookedIn } = await import("../catalog/mod.ts");
  const { backups, backup_roots } = await listBackups(host, await backupScope(host, flags));
  const paths = backups.map(({ archives, backup_dir }) => archives[0] ?? backup_dir!);
  if (paths.length === 0) {
    throw new LifeboatError("missing", "no_such_backup", "There are no backups", {
      hint: lookedIn(host, backup_roots),
    });
  }
  const answers: Answer[] = [];
  const keys = keysFrom(context, flags); // what is typed for one is tried for all
  for (const path of paths) answers.push(await verifyOneOfAll(context, path, flags, keys));
  return joined(answers);
}

/** One backup at a backend, or all of this machine that are there. */
async function verifyAtBackend(
  context: Context,
  flags: VerifyFlags,
  id?: string,
): Promise<Answer> {
  const { host } = context;
  const keys = keysFrom(context, flags);
  const { findRemote, listRemote, openBackend, verifyRemote } = await import("../remote/mod.ts");
  const profile = (await backupScope(host, flags)).profile?.id;
  const open = openBackend(host, flags.remote);
  const listed = id === undefined ? await listRemote(host, { backend: open.name, profile }) : null;
  const answers: Answer[] = [];
  for (const one of listed?.backups.map((item) => `${item.machine.id}/${item.id}`) ?? [id!]) {
    const record = await findRemote(host, open.backend, one, { profile });
    const result = await verifyRemote(host, open, record, { data: flags.data, ...keys });
    answers.push({ result, text: (style) => remoteVerifyText(result, style) });
  }
  return id === undefined ? joined(answers) : answers[0];
}

async function verify(context: Context, flags: VerifyFlags, [id]: (string | undefined)[]) {
  if ((id === undefined) === (flags.all !== true)) {
    throw new LifeboatError("refused", "usage", "Name one backup, or all of them with --all", {
      hint: "See the backups with: lifeboat list",
    });
  }
  if (flags.remote !== undefined) return await verifyAtBackend(context, flags, id);
  if (id === undefined) return await verifyAll(context, flags);
  const { findBackup } = await import("../catalog/mod.ts");
  const { host } = context;
  const path = await findBackup(host, id, await backupScope(host, flags));
  return await verifyOne(context, path, flags, keysFrom(context, flags));
}

/** `verify`. */
export function defineVerify(program: Command, act: Act): void {
  const command = program.command("verify")
    .description("whether a backup is undamaged, byte by byte")
    .argument("[id]", "a backup's name, the beginning of it, latest, or a path")
    .option("--quick", "only its structure, its list of files and its SHA-256")
    .option("--all", "every backup")
    .addOption(
      new Option("--kit", "also the restorer in it (so it is, but for --quick)").conflicts("quick"),
    )
    .option("--remote <id>", "the copy at this backend: sizes and stored hashes")
    .option("--data", "with --remote: download it, and check every byte")
    .addOption(backupRootOption());
  withPasswordOptions(command)
    .addHelpText(
      "after",
      helpTail(["lifeboat verify latest", "lifeboat verify --all --quick"], [
        0,
        1,
        2,
        3,
        10,
        12,
        20,
        130,
      ]),
    )
    .action(act(verify));
  addUnlockOptions(command);
}
