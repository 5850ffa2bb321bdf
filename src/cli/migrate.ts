import { type Command, Option } from "commander";
import { LifeboatError, pathsOf, type Platform, printable, shellWord } from "../base/mod.ts";
import type { MigrateOptions, MigrationItem, MigrationPlan, TargetId } from "../migrate/mod.ts";
import type { Home } from "../profiles/mod.ts";
import { chooseBoxes } from "./checkbox.ts";
import {
  type Act,
  type Answer,
  type Context,
  type GlobalFlags,
  helpTail,
  several,
} from "./command.ts";
import { askForMigration } from "./confirm.ts";
import { styleFor } from "./style.ts";
import { migratedText, migrationPlanText, providersText } from "./text/migrate.ts";

interface MigrateFlags extends GlobalFlags {
  from?: string;
  to?: TargetId;
  home?: string;
  withRoots?: boolean;
  isolated?: string;
  agent?: string;
  skill?: string[];
  plugin?: string[];
  item?: string[];
  includeSecrets?: boolean;
  overwrite?: boolean;
  followLinks?: boolean;
  dryRun?: boolean;
  backupOutput?: string;
  /** False with `--no-backup`. */
  backup: boolean;
  force?: boolean;
  allowRunning?: boolean;
  json?: boolean;
}

type Args = (string | undefined)[];

function usage(message: string, hint: string): LifeboatError {
  return new LifeboatError("refused", "usage", message, { hint });
}

/** The home to move to: that of its agent unless another is named. */
async function targetHome({ host }: Context, flags: MigrateFlags): Promise<Home | undefined> {
  const { to: profile = "openclaw", home, withRoots, isolated } = flags;
  if (isolated !== undefined && profile !== "codex") {
    throw usage("--isolated is about a Codex home of its own", "Say also: --to codex");
  }
  if (home === undefined && isolated === undefined) return undefined;
  const { chooseHomes } = await import("../profiles/mod.ts");
  return chooseHomes(host, { profile, home, withRoots, isolated })[0];
}

async function optionsFor(context: Context, flags: MigrateFlags, word: string | undefined) {
  const { providerNamed } = await import("../migrate/mod.ts");
  if (word === undefined) {
    throw usage("No agent was named to move from", "See them with: lifeboat migrate list");
  }
  const { from, to, agent, includeSecrets, overwrite, followLinks } = flags;
  const options: MigrateOptions = {
    provider: providerNamed(word),
    to,
    home: await targetHome(context, flags),
    from: from && pathsOf(context.host.platform).resolve(from),
    agent,
    includeSecrets,
    overwrite,
    followLinks,
    skills: flags.skill,
    plugins: flags.plugin,
    items: flags.item,
  };
  return options;
}

async function list({ host }: Context): Promise<Answer> {
  const { listProviders } = await import("../migrate/mod.ts");
  const result = await listProviders(host);
  return { result, text: (style) => providersText(result, style) };
}

async function showPlan(context: Context, options: MigrateOptions, hint = ""): Promise<Answer> {
  const { planMigration } = await import("../migrate/mod.ts");
  const { host } = context;
  const result = await planMigration(host, options);
  return { result, text: (style) => migrationPlanText(result, host.userHome, style) + hint };
}

async function plan(context: Context, flags: MigrateFlags, [word]: Args): Promise<Answer> {
  return await showPlan(context, await optionsFor(context, flags, word));
}

type Choice = Pick<MigrateOptions, "skills" | "plugins">;

/**
 * Lets a person choose among the skills of a plan, and among its plugins, unless some were named. Of
 * plugins none is chosen at first: they are code.
 */
async function choose(
  { host, terminal }: Context,
  flags: MigrateFlags,
  { items }: MigrationPlan,
): Promise<Choice> {
  const named: Choice = { skills: flags.skill, plugins: flags.plugin };
  if (flags.item) return named;
  const { selectablePlugins, selectableSkills } = await import("../migrate/mod.ts");
  const style = styleFor(terminal.errIsTerminal, host.env, flags.color === false);
  const ask = async (title: string, among: MigrationItem[], isChosen: boolean) => {
    if (among.length === 0) return undefined;
    const boxes = among.map(({ id, details, source = "" }) => ({
      id,
      text: printable(`${details?.skillName ?? details?.pluginName}  ${source}`),
      isChosen,
    }));
    return await chooseBoxes(terminal, { title, boxes, signal: host.signal, style });
  };
  const skills = named.skills ?? await ask("Skills to move:", selectableSkills(items), true);
  const plugins = named.plugins ??
    await ask("Plugins of Codex to install:", selectablePlugins(items), false);
  return { skills, plugins };
}

/** Shows the plan, lets the person choose, and asks, where somebody is there who can answer. */
async function agreedTo(
  context: Context,
  flags: MigrateFlags,
  options: MigrateOptions,
): Promise<MigrateOptions & { confirmed: boolean }> {
  const { host, terminal } = context;
  if (flags.yes) return { ...options, confirmed: true };
  if (!terminal.interactive) return { ...options, confirmed: false }; // the engine names the flag
  const { planMigration } = await import("../migrate/mod.ts");
  const planned = await planMigration(host, options);
  context.hideProgress();
  const style = styleFor(terminal.errIsTerminal, host.env, flags.color === false);
  terminal.err(migrationPlanText(planned, host.userHome, style));
  const choice = await choose(context, flags, planned);
  await askForMigration(context);
  return { ...options, ...choice, confirmed: true };
}

async function carryOut(
  context: Context,
  flags: MigrateFlags,
  options: MigrateOptions,
): Promise<Answer> {
  const { applyMigration } = await import("../migrate/mod.ts");
  const { backupOutput, backup, force, allowRunning, jobs } = flags;
  const result = await applyMigration(context.host, {
    ...await agreedTo(context, flags, options),
    backupOutput,
    backup,
    force,
    allowRunning,
    jobs,
  });
  const { userHome, platform } = context.host;
  const undo = undoCommand(flags, result.targetId, platform);
  return { result, text: (style) => migratedText(result, { userHome, undo }, style) };
}

/** The command that takes a migration back. */
function undoCommand({ home, isolated }: MigrateFlags, to: TargetId, platform: Platform): string {
  const undo = ["lifeboat undo"];
  if (isolated !== undefined) undo.push("--isolated", isolated);
  else undo.push("--profile", to);
  if (home !== undefined) undo.push("--home", shellWord(home, platform));
  return undo.join(" ");
}

async function apply(context: Context, flags: MigrateFlags, [word]: Args): Promise<Answer> {
  if (flags.dryRun) {
    throw usage("--dry-run does not go with migrate apply", "Say: lifeboat migrate plan");
  }
  return await carryOut(context, flags, await optionsFor(context, flags, word));
}

const NEXT = "Nothing was changed. Move it with the same command and --yes.\n";

/** `migrate PROVIDER`: for a person plan and apply; where nobody can be asked, only the plan. */
async function migrate(context: Context, flags: MigrateFlags, [word]: Args): Promise<Answer> {
  const options = await optionsFor(context, flags, word);
  if (flags.dryRun) return await showPlan(context, options);
  const canAsk = context.terminal.interactive && !flags.json;
  if (!flags.yes && !canAsk) return await showPlan(context, options, NEXT);
  return await carryOut(context, flags, options);
}

function withOptions(command: Command): Command {
  return command
    .option("--from <path>", "where it is moved from, instead of that agent's own home")
    .addOption(
      new Option("--to <agent>", "where it is moved to").choices([
        "openclaw",
        "codex",
        "claude-code",
      ])
        .default("openclaw"),
    )
    .option("--agent <id>", "of OpenClaw: the agent whose workspace it goes to")
    .option("--home <path>", "another home of that agent than its own")
    .option("--with-roots", "with --home: also what lies outside the home, such as workspaces")
    .addOption(
      new Option("--isolated <id>", "with --to codex: this isolated home").conflicts("home"),
    )
    .option("--skill <name>", "only this skill, by its name or item id; repeatable", several)
    .option("--plugin <name>", "install this curated plugin of Codex, too; repeatable", several)
    .option("--item <id>", "only this item, by its exact id; repeatable", several)
    .option("--include-secrets", "carry logins and keys, too")
    .option("--overwrite", "replace what is there; it is kept in the report, and for undo")
    .option("--follow-links", "take what symbolic links lead to")
    .option("--dry-run", "show the plan only")
    .option("--backup-output <path>", "where the backup before goes: a new file, or a folder")
    .option("--no-backup", "make no backup before; needs --force")
    .option("--force", "with --no-backup")
    .option("--allow-running", "although the agent has files of the home open");
}

const EXITS = [0, 1, 2, 3, 10, 11, 130];

/** `migrate`. */
export function defineMigrate(program: Command, act: Act): void {
  const command = withOptions(
    program.command("migrate")
      .description("move skills, instructions and more from one agent to another")
      .argument("[provider]", "codex, claude-code (or claude), or hermes"),
  ).addHelpText(
    "after",
    "\nNothing that runs is activated: plugins and hooks are archived or listed for review, and MCP " +
      "servers\nare switched off; only plugins that are named are installed. undo takes a migration " +
      "back.\n" +
      helpTail([
        "lifeboat migrate codex --dry-run",
        "lifeboat migrate claude --to codex --skill review --yes",
        "lifeboat migrate apply codex --agent main --yes",
        "lifeboat migrate codex --plugin google-calendar --yes",
      ], EXITS),
  ).action(act(migrate));
  command.command("list").description("which agents can be moved from, and whether they are here")
    .addHelpText("after", helpTail(["lifeboat migrate list"], [0, 2, 3]))
    .action(act(list));
  command.command("plan").description("what would be moved; changes nothing")
    .argument("<provider>", "codex, claude-code (or claude), or hermes")
    .addHelpText("after", helpTail(["lifeboat migrate plan codex --json"], [0, 2, 3, 10]))
    .action(act(plan));
  command.command("apply").description("move it, after a backup of the home it goes to")
    .argument("<provider>", "codex, claude-code (or claude), or hermes")
    .addHelpText("after", helpTail(["lifeboat migrate apply codex --yes"], EXITS))
    .action(act(apply));
}
