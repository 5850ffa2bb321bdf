import { type Command, Option } from "commander";
import type { Backup } from "../archive/mod.ts";
import { type Host, LifeboatError, pathsOf } from "../base/mod.ts";
import type { Home } from "../profiles/mod.ts";
import type { RestoreOptions, RestoreResult } from "../restore/mod.ts";
import type { Unlock } from "../seal/mod.ts";
import {
  type Act,
  type Answer,
  backupRootOption,
  type Context,
  type GlobalFlags,
  helpTail,
  homeOption,
  isolatedOption,
  several,
} from "./command.ts";
import { backupScope } from "./homes.ts";
import { askForRestore, askForTrust } from "./confirm.ts";
import { ALL_HINT, restoreEach } from "./restore_each.ts";
import { passwordAsker, withPasswordOptions } from "./password.ts";
import { addUnlockOptions, type UnlockFlags, unlockFrom } from "./unlock.ts";
import { styleFor } from "./style.ts";
import { programName, surroundingBackup } from "./surroundings.ts";
import { GREETING, nextCommand, nextText, planText, restoredText } from "./text/restore.ts";

interface RestoreFlags extends GlobalFlags, UnlockFlags {
  home?: string;
  targetHome?: string;
  withRoots?: boolean;
  isolated?: string;
  root?: string[];
  target?: string;
  backupDir?: string;
  backupRoot?: string;
  fromRemote?: string;
  format?: "tar.gz" | "tar.zst" | "zip";
  apply?: boolean;
  iUnderstandThisRestoresSensitiveState?: boolean;
  /** The same, as codex-environment-backup and the kit in its backups name it. */
  iUnderstandThisRestoresSensitiveCodexState?: boolean;
  confirm?: boolean;
  allowOutsideLinks?: boolean;
  allowRunning?: boolean;
  trust?: boolean;
  only?: string[];
  session?: string[];
  missingOnly?: boolean;
  mirror?: boolean;
  mapPath?: string[];
  openclawAgent?: string;
  as?: string;
  files?: boolean;
  runPostRestoreCommands?: boolean;
  /** Started by a double-click: the user knows no command line. */
  guided?: boolean;
}

function usage(message: string, hint: string): LifeboatError {
  return new LifeboatError("refused", "usage", message, { hint });
}

/** `--openclaw-agent ID [--as NEWID]`. */
function agentOf({ openclawAgent: id, as }: RestoreFlags): RestoreOptions["agent"] {
  if (id !== undefined) return { id, as };
  if (as === undefined) return undefined;
  throw usage("--as gives one agent another id", "Say which: --openclaw-agent ID");
}

/** `--root ID=PATH`, repeated. */
function parseRoots(host: Host, pairs: string[] = []): Record<string, string> {
  return Object.fromEntries(pairs.map((pair) => {
    const at = pair.indexOf("=");
    if (at > 0 && at < pair.length - 1) {
      return [pair.slice(0, at), pathsOf(host.platform).resolve(pair.slice(at + 1))];
    }
    throw usage(`--root ${pair} does not name a folder`, "Write it so: --root agents=/some/folder");
  }));
}

function surrounding(host: Host, guided = false): string {
  const found = surroundingBackup(host);
  if (found) return found;
  if (!guided) throw usage("No backup was named", "See the backups with: lifeboat list");
  throw new LifeboatError("missing", "no_such_backup", "This restorer does not lie in a backup", {
    hint: "Unpack the whole archive, then start the restorer that lies beside manifest.json.",
  });
}

/** The path of the backup that is meant: named, or the one that the program or the user is in. */
async function findSource(host: Host, flags: RestoreFlags, id?: string): Promise<string> {
  const named = id ?? flags.backupDir;
  if (named === undefined) return surrounding(host, flags.guided);
  if (id !== undefined && flags.backupDir !== undefined) {
    throw usage("Two backups were named", "Name one.");
  }
  const { findBackup } = await import("../catalog/mod.ts");
  return await findBackup(host, named, await backupScope(host, flags));
}

/** Opens the backup that is meant, on this machine or at a backend. */
async function openSource(
  context: Context,
  flags: RestoreFlags,
  unlock: Unlock,
  id?: string,
): Promise<Backup> {
  const { host } = context;
  const { fromRemote, jobs } = flags;
  const password = passwordAsker(context, flags);
  if (fromRemote === undefined) {
    const { openBackup } = await import("../archive/mod.ts");
    return await openBackup(host, await findSource(host, flags, id), { jobs, password, unlock });
  }
  const { findRemote, openBackend, openRemoteBackup } = await import("../remote/mod.ts");
  const named = id ?? flags.backupDir;
  if (named === undefined) {
    throw usage("No backup was named", `See them with: lifeboat list --remote ${fromRemote}`);
  }
  const profile = (await backupScope(host, flags)).profile?.id;
  const { backend } = openBackend(host, fromRemote);
  const record = await findRemote(host, backend, named, { profile });
  return await openRemoteBackup(host, backend, record, { jobs, password, unlock });
}

/**
 * The home to restore to: that of the backup's own profile unless another is named. A backup of an
 * isolated home goes to the isolated home of that id here, and not over the personal one.
 */
async function targetHome(host: Host, flags: RestoreFlags, { head }: Backup): Promise<Home> {
  const { asHome, findProfile, isolatedPlace, resolveHome } = await import("../profiles/mod.ts");
  const profile = findProfile(host, flags.profile ?? head.profile);
  const { home = flags.targetHome, withRoots, isolated = head.isolated } = flags;
  if (isolated !== undefined && home === undefined && profile.id === "codex") {
    return asHome(host, isolatedPlace(host, { id: isolated }));
  }
  return resolveHome(host, profile, { home, withRoots });
}

/** What the user has agreed to; or a plan that changes nothing, of which nobody need be asked. */
type Agreed = { confirmed: boolean; trust?: boolean } | { nothing: RestoreResult };

/** Shows the plan and asks, where somebody is there who can answer. */
async function agreedTo(
  context: Context,
  flags: RestoreFlags,
  options: RestoreOptions,
): Promise<Agreed> {
  const { iUnderstandThisRestoresSensitiveState: flag, confirm } = flags;
  const { trust } = options;
  if (flag || flags.iUnderstandThisRestoresSensitiveCodexState || confirm) {
    return { confirmed: true, trust };
  }
  const { host, terminal } = context;
  if (!terminal.interactive) return { confirmed: false }; // the engine refuses, and names the flag
  const { planRestore } = await import("../restore/mod.ts");
  const planned = await planRestore(host, options);
  if (planned.plan.changes_nothing) return { nothing: planned };
  context.hideProgress();
  const style = styleFor(terminal.errIsTerminal, host.env, flags.color === false);
  terminal.err(planText(planned, options.home, style));
  await askForRestore(context);
  if (planned.plan.requires_trust) await askForTrust(context);
  return { confirmed: true, trust: true };
}

async function apply(
  context: Context,
  flags: RestoreFlags,
  options: RestoreOptions,
): Promise<Answer> {
  const agreed = await agreedTo(context, flags, options);
  if ("nothing" in agreed) return nothingAnswer(agreed.nothing, options.home);
  const { applyRestore } = await import("../restore/mod.ts");
  const result = await applyRestore(context.host, {
    ...options,
    ...agreed,
    backupRoot: flags.backupRoot,
    format: flags.format,
    jobs: flags.jobs,
    runDoctorCommands: flags.runPostRestoreCommands,
  });
  if (result.plan.changes_nothing) return nothingAnswer(result, options.home);
  return { result, text: (style) => restoredText(result, options.home, style) };
}

function nothingAnswer(result: RestoreResult, home: Home): Answer {
  return { result, text: (style) => planText(result, home, style) + `${result.message}\n` };
}

async function plan(
  { host }: Context,
  flags: RestoreFlags,
  options: RestoreOptions,
): Promise<Answer> {
  const { planRestore } = await import("../restore/mod.ts");
  const result = await planRestore(host, options);
  if (result.plan.changes_nothing) return nothingAnswer(result, options.home);
  const next = nextCommand(host.platform, programName(host), options, flags);
  return {
    result,
    text: (style) => planText(result, options.home, style) + nextText(options.home, next),
  };
}

async function restoreOne(
  context: Context,
  flags: RestoreFlags,
  unlock: Unlock,
  id?: string,
): Promise<Answer> {
  const { host, terminal } = context;
  // Not before: it brings conversations and archives along, which most commands do without.
  const { parseMapPaths } = await import("./map_paths.ts");
  if (flags.guided) terminal.err(GREETING);
  const backup = await openSource(context, flags, unlock, id);
  try {
    const options: RestoreOptions = {
      backup,
      home: await targetHome(host, flags, backup),
      roots: parseRoots(host, flags.root),
      targetDir: flags.target && pathsOf(host.platform).resolve(flags.target),
      allowOutsideLinks: flags.allowOutsideLinks,
      allowRunning: flags.allowRunning,
      trust: flags.trust,
      only: flags.only,
      sessions: flags.session,
      missingOnly: flags.missingOnly,
      mirror: flags.mirror,
      agent: agentOf(flags),
      ...parseMapPaths(flags.mapPath),
      listFiles: flags.files,
    };
    return flags.apply ? await apply(context, flags, options) : await plan(context, flags, options);
  } finally {
    backup.close();
  }
}

async function restore(context: Context, flags: RestoreFlags, [id]: (string | undefined)[]) {
  const unlock = unlockFrom(context, flags); // one for all homes: it asks at most once
  if (flags.profile !== "all") return await restoreOne(context, flags, unlock, id);
  for (const flag of ["home", "targetHome", "target", "root", "session", "backupDir"] as const) {
    if (flags[flag] !== undefined) {
      throw usage("With --profile all nothing else is named", ALL_HINT);
    }
  }
  const each = (profile: string, one: string) =>
    restoreOne(context, { ...flags, profile }, unlock, one);
  return await restoreEach(context, flags, id, each);
}

/** `restore`. */
export function defineRestore(program: Command, act: Act): void {
  const command = program.command("restore")
    .description("put a backup back; says what it would do unless --apply")
    .argument("[id]", "a backup's name, the beginning of it, latest, or a path")
    .addOption(new Option("--archive, --backup-dir <path>", "the backup, as older tools name it"))
    .option("--from-remote <id>", "the copy at this backend; only what is needed is downloaded")
    .addOption(homeOption())
    .addOption(isolatedOption().conflicts(["home", "targetHome", "target"]))
    .addOption(new Option("--target-home <path>").hideHelp())
    .option("--with-roots", "with --home: also what lies outside the home, such as ~/.agents")
    .option("--root <id=path>", "where something from outside the home goes; repeatable", several)
    .option("--target <dir>", "write everything below this folder, and nothing elsewhere")
    .option(
      "--only <glob>",
      "only what is named: skills, 'sessions/2026/**', agents:skills (in a root outside the " +
        "home); repeatable",
      several,
    )
    .addOption(
      new Option(
        "--session <id>",
        "only this conversation, by its id or the beginning of it, with all that belongs to it; " +
          "what is here stays; repeatable",
      ).argParser(several).conflicts(["only", "missingOnly", "mirror"]),
    )
    .option("--missing-only", "put back what is gone, and touch nothing that is there")
    .addOption(
      new Option("--mirror", "also set aside what the backup does not have; undo data keeps it")
        .conflicts("missingOnly"),
    )
    .option(
      "--map-path <old=new>",
      "a folder that lies elsewhere now, for conversations and settings; repeatable. Where the home " +
        "has moved that is mapped by itself; none: nothing by itself",
      several,
    )
    .option("--openclaw-agent <id>", "only this agent of OpenClaw, beside the others")
    .option("--as <id>", "with --openclaw-agent: as a new agent with this id")
    .option("--apply", "do it")
    .option("--i-understand-this-restores-sensitive-state", "instead of typing RESTORE")
    .addOption(new Option("--i-understand-this-restores-sensitive-codex-state").hideHelp())
    .addOption(new Option("--confirm").hideHelp())
    .addOption(backupRootOption())
    .addOption(
      new Option("--format <format>", "of the backup before").choices(["tar.gz", "tar.zst", "zip"]),
    )
    .option("--allow-outside-links", "also links that point out of their folder")
    .option(
      "--trust",
      "activate hooks, servers and plugins although the backup is not of this machine",
    )
    .option("--allow-running", "although the agent, or another program, has files of the home open")
    .option("--snapshot", "back up first what is there now (so it is anyway)")
    .option("--files", "list every file of the plan")
    .option("--run-post-restore-commands", "the doctor afterwards also runs the agent")
    .addOption(new Option("--guided").hideHelp());
  withPasswordOptions(command)
    .addHelpText(
      "after",
      helpTail([
        "lifeboat restore latest",
        "lifeboat restore codex-backup-20261120-191000 --apply",
        "lifeboat restore latest --missing-only",
        "lifeboat restore latest --session 01a1fe82",
        "lifeboat restore latest --map-path /home/old/app=/srv/app",
        "lifeboat restore ./codex-backup.tar.gz --target /tmp/look",
        "lifeboat restore latest --openclaw-agent writer --as writer-2 --apply",
        "lifeboat restore latest --from-remote nas",
        "lifeboat restore latest --profile all --from-remote nas",
      ], [0, 1, 2, 3, 10, 11, 12, 20, 130]),
    )
    .action(act(restore));
  addUnlockOptions(command);
}
