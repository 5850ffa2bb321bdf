import { type Command, Option } from "commander";
import type { BackupOptions } from "../backup/mod.ts";
import { asLifeboatError, type Host, LifeboatError } from "../base/mod.ts";
import type { Readers } from "../seal/mod.ts";
import type { Home } from "../profiles/mod.ts";
import {
  type Act,
  type Answer,
  backupRootOption,
  type Context,
  type GlobalFlags,
  helpTail,
  homeOption,
  isolatedOption,
  joined,
  several,
  wholeNumber,
} from "./command.ts";
import { failureJson } from "./failure.ts";
import { chooseHomes, othersLeftOut } from "./homes.ts";
import { checkStorage, copyToStorage, type StorageFlags } from "./storage.ts";
import { passwordAsker, type PasswordFlags, withPasswordOptions } from "./password.ts";
import { newPassword } from "./unlock.ts";
import { backupText, failedBackupText, previewText } from "./text/backup.ts";
import { syncText } from "./text/remote.ts";
import type { Style } from "./style.ts";

interface BackupFlags extends GlobalFlags, StorageFlags, PasswordFlags {
  encrypt?: boolean;
  recipient?: string[];
  home?: string;
  withRoots?: boolean;
  isolated?: string;
  backupRoot?: string;
  mode?: "compact" | "full";
  format?: BackupOptions["format"];
  level?: number;
  /** False with `--no-archive`. */
  archive: boolean;
  /** False with `--no-directory`. */
  directory: boolean;
  kit?: "full" | "all" | "light";
  name?: string;
  exclude?: string[];
  output?: string;
  onlyConfig?: boolean;
  /** False with `--no-workspace`. */
  workspace?: string[] | false;
  openclawAgent?: string;
  rescan?: boolean;
  /** False with `--no-verify`. */
  verify: boolean;
  dryRun?: boolean;
  runDoctorCommands?: boolean;
}

function usage(message: string, hint: string): LifeboatError {
  return new LifeboatError("refused", "usage", message, { hint });
}

function checkFlags(flags: BackupFlags): void {
  if (!flags.archive && (!flags.directory || flags.output)) {
    throw usage("Neither an archive nor a folder would be written", "Leave out --no-archive.");
  }
  if (flags.storage !== undefined && !flags.archive) {
    throw usage("Only archives are copied to a backend", "Leave out --no-archive.");
  }
  if (isEncrypted(flags) && (!flags.archive || (flags.format ?? "tar.gz") !== "tar.gz")) {
    throw usage("An encrypted backup is a .tar", "Leave out --no-archive and --format.");
  }
  if (flags.profile === "all" && hasScope(flags)) {
    throw usage("Only OpenClaw has agents and workspaces", "Say --profile openclaw.");
  }
  if (flags.profile === "all" && flags.output) {
    throw usage("--output cannot be used with --profile all", "Name one profile.");
  }
}

function isEncrypted({ encrypt, recipient = [] }: BackupFlags): boolean {
  return encrypt === true || recipient.length > 0;
}

/** Whom the backup is encrypted to: recipients, keys of this machine by name, or a passphrase. */
async function readersOf(context: Context, flags: BackupFlags): Promise<Readers | undefined> {
  const { recipient = [], dryRun } = flags;
  if (!isEncrypted(flags) || dryRun) return undefined;
  if (recipient.length === 0) {
    return { kind: "passphrase", passphrase: await newPassword(context, flags) };
  }
  const { recipientNamed } = await import("../seal/mod.ts");
  const recipients = recipient.map((one) => recipientNamed(context.host, one));
  return { kind: "recipients", recipients };
}

function hasScope({ onlyConfig, workspace, openclawAgent }: BackupFlags): boolean {
  return onlyConfig === true || workspace !== undefined || openclawAgent !== undefined;
}

/** The part of an OpenClaw home that is meant; of another agent's there are none. */
async function partFor(host: Host, home: Home, flags: BackupFlags) {
  if (!hasScope(flags)) return { home };
  const { onlyConfig, workspace, openclawAgent: agent } = flags;
  const { partOfHome } = await import("../profiles/mod.ts");
  const workspaces = workspace === false ? [] : workspace;
  return partOfHome(host, home, {
    onlyConfig,
    agent,
    workspaces,
    noWorkspace: workspace === false,
  });
}

/** What the name of the archive says. */
function formatOf(output = ""): BackupOptions["format"] {
  return /\.zip$/i.test(output) ? "zip" : /\.zst$/i.test(output) ? "tar.zst" : "tar.gz";
}

async function optionsFor(
  context: Context,
  named: Home,
  flags: BackupFlags,
  label: string | undefined,
  seal: Readers | undefined,
): Promise<BackupOptions> {
  const { home, part } = await partFor(context.host, named, flags);
  return {
    home,
    part,
    seal,
    backupRoot: flags.backupRoot,
    mode: flags.mode,
    format: flags.format ?? (seal ? "tar.gz" : formatOf(flags.output)),
    level: flags.level,
    archive: flags.archive,
    directory: flags.directory,
    kit: flags.kit,
    label: flags.name ?? label,
    exclude: flags.exclude,
    output: flags.output,
    rescan: flags.rescan,
    verify: flags.verify,
    runDoctorCommands: flags.runDoctorCommands,
    jobs: flags.jobs,
    askSigningPassword: passwordAsker(context, {}),
  };
}

async function one(
  host: Host,
  flags: BackupFlags,
  options: BackupOptions,
  notes: string[] = [],
): Promise<Answer> {
  if (flags.dryRun) {
    const { previewBackup } = await import("../backup/mod.ts");
    const preview = await previewBackup(host, options);
    const result = { ...preview, warnings: [...preview.warnings, ...notes] };
    return { result, text: (style) => previewText(result, options.home.profile.name, style) };
  }
  const { backUp } = await import("../upkeep/mod.ts");
  const made = await backUp(host, options);
  const sync = await copyToStorage(host, flags, made);
  const result = { ...made, warnings: [...made.warnings, ...notes], ...(sync && { sync }) };
  const syncedText = (style: Style) => sync ? syncText(sync, style) : "";
  return { result, text: (style) => backupText(result, options.home, style) + syncedText(style) };
}

/** The same where other homes follow: a failure is told beside what became of them. */
async function oneOfAll(host: Host, flags: BackupFlags, options: BackupOptions): Promise<Answer> {
  const { profile } = options.home;
  try {
    const answer = await one(host, flags, options);
    const result = { profile: profile.id, ...answer.result };
    return { ...answer, result };
  } catch (thrown) {
    const error = asLifeboatError(thrown);
    if (error.kind === "interrupted") throw error;
    const result = { profile: profile.id, ...failureJson(error, false) };
    return { result, text: (style) => failedBackupText(error, profile.name, style) };
  }
}

async function backup(context: Context, flags: BackupFlags, [label]: (string | undefined)[]) {
  checkFlags(flags);
  const { host } = context;
  await checkStorage(host, flags, isEncrypted(flags));
  const homes = await chooseHomes(host, flags);
  const notes = await othersLeftOut(host, flags, homes[0]);
  const seal = await readersOf(context, flags);
  const options = (home: Home) => optionsFor(context, home, flags, label, seal);
  if (flags.profile !== "all") return one(host, flags, await options(homes[0]), notes);
  const answers: Answer[] = [];
  for (const home of homes) {
    answers.push(await oneOfAll(host, flags, await options(home)));
  }
  return joined(answers);
}

/** `--no-workspace` after it takes it back. */
function addWorkspace(path: string, earlier: string[] | false = []): string[] {
  return several(path, earlier === false ? [] : earlier);
}

/** `backup`. */
export function defineBackup(program: Command, act: Act): void {
  const command = program.command("backup").alias("create").description("back up an agent's home")
    .argument("[name]", "a name of your own for this backup")
    .addOption(homeOption())
    .option("--with-roots", "with --home: also what lies outside the home, such as ~/.agents")
    .addOption(isolatedOption())
    .addOption(backupRootOption())
    .addOption(new Option("--mode <mode>", "compact leaves logs out").choices(["compact", "full"]))
    .addOption(
      new Option("--format <format>", "of the archive").choices(["tar.gz", "tar.zst", "zip"]),
    )
    .option("--level <n>", "how hard to compress", wholeNumber(1, 9))
    .option("--no-archive", "write the folder only")
    .option("--no-directory", "write the archive only")
    .addOption(
      new Option("--kit <kit>", "the restorer inside: all adds those of other systems, light none")
        .choices(["full", "all", "light"]),
    )
    .option("--name <name>", "a name of your own for this backup")
    .option("--only-config", "of OpenClaw, only its configuration and what that includes")
    .option("--no-workspace", "of OpenClaw, not the workspaces of its agents")
    .option("--workspace <path>", "with OpenClaw, this folder as well; repeatable", addWorkspace)
    .option("--openclaw-agent <id>", "of OpenClaw, only this agent, and the configuration")
    .option("--exclude <glob>", "leave out what matches; may be repeated", several)
    .option("--output <file>", "the archive's path; no folder is written")
    .option("--rescan", "read every file, also those that look unchanged")
    .option("--encrypt", "so that only a passphrase, or a recipient's key, opens it (age)")
    .option(
      "--recipient <age1...>",
      "encrypt to this age recipient, or to a key of `keys list` by its name; repeatable",
      several,
    )
    .option("--no-verify", "do not read back what was written")
    .option("--storage <id>", "copy it to this backend, too")
    .option("--allow-plaintext", "copy it although it is not encrypted")
    .option("--dry-run", "show what would be captured and what not")
    .option("--run-doctor-commands", "the doctor also runs the agent, such as codex --version")
    .addOption(new Option("--no-doctor-commands", "the doctor runs nothing (so it is anyway)"))
    .addHelpText(
      "after",
      helpTail([
        "lifeboat backup",
        "lifeboat backup --profile all --backup-root /media/disk/backups",
        "lifeboat backup --profile claude-code --dry-run",
        "lifeboat backup --profile openclaw --openclaw-agent writer",
        "lifeboat backup --encrypt --password-file ~/.lifeboat-passphrase",
      ], [0, 1, 2, 3, 10, 11, 12, 20, 130]),
    )
    .action(act(backup));
  withPasswordOptions(command);
}
