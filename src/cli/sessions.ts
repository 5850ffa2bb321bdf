import { type Command, Option } from "commander";
import { type Host, LifeboatError, parseMoment } from "../base/mod.ts";
import type { SessionFilter, SourceChoice } from "../sessions/mod.ts";
import {
  type Act,
  type Answer,
  backupRootOption,
  type Context,
  type GlobalFlags,
  helpTail,
  homeOption,
  wholeNumber,
} from "./command.ts";
import { passwordAsker, withPasswordOptions } from "./password.ts";
import { searchText, sessionsText, sessionText } from "./text/sessions.ts";
import { addUnlockOptions, type UnlockFlags, unlockFrom } from "./unlock.ts";

interface SessionsFlags extends GlobalFlags, UnlockFlags {
  json?: boolean;
  home?: string;
  backup?: string;
  backupRoot?: string;
  project?: string;
  since?: string;
  limit?: number;
  text?: boolean;
  apply?: boolean;
  allowRunning?: boolean;
  withRoots?: boolean;
  yes?: boolean;
}

/** How many messages `show --text` shows. */
const LAST_MESSAGES = 20;

/** Conversations are shown to a person who asks for it, and never reach a file or a program. */
function allowText({ terminal }: Context, { text, json }: SessionsFlags): boolean {
  if (!text) return false;
  if (terminal.outIsTerminal && !json) return true;
  throw new LifeboatError(
    "refused",
    "text_needs_terminal",
    "--text shows conversations only on a terminal",
    {
      hint: "Leave out --text, --json and any redirection of the output.",
    },
  );
}

function filterOf(host: Host, { project, since, limit }: SessionsFlags): SessionFilter {
  return { project, limit, sinceMs: since ? parseMoment(since, host.now()) : undefined };
}

/** Where the conversations are, and what opens a backup that is encrypted. */
function choiceOf(context: Context, flags: SessionsFlags): SourceChoice {
  const { profile, home, backup, backupRoot } = flags;
  const keys = {
    password: passwordAsker(context, flags),
    unlock: unlockFrom(context, flags),
  };
  return { profile, home, backup, backupRoot, ...keys };
}

async function list(context: Context, flags: SessionsFlags): Promise<Answer> {
  const { host } = context;
  const { listSessions, withSources } = await import("../sessions/mod.ts");
  const filter = filterOf(host, flags);
  return await withSources(host, choiceOf(context, flags), async (sources): Promise<Answer> => {
    const result = await listSessions(host, sources, filter);
    return { result, text: (style) => sessionsText(result, host.now(), style) };
  });
}

async function search(context: Context, flags: SessionsFlags, args: unknown[]): Promise<Answer> {
  const { host } = context;
  const { searchSessions, withSources } = await import("../sessions/mod.ts");
  const options = { ...filterOf(host, flags), withText: allowText(context, flags) };
  return await withSources(host, choiceOf(context, flags), async (sources): Promise<Answer> => {
    const { report, excerpts } = await searchSessions(
      host,
      sources,
      args.flat() as string[],
      options,
    );
    return { result: report, text: (style) => searchText(report, excerpts, host.now(), style) };
  });
}

async function show(context: Context, flags: SessionsFlags, [id]: (string | undefined)[]) {
  const { host } = context;
  const { showSessions, withSources } = await import("../sessions/mod.ts");
  const last = allowText(context, flags) ? flags.limit ?? LAST_MESSAGES : 0;
  return await withSources(host, choiceOf(context, flags), async (sources): Promise<Answer> => {
    const { report, excerpts } = await showSessions(host, sources, id!, last);
    return { result: report, text: (style) => sessionText(report, excerpts, style) };
  });
}

async function remap(context: Context, flags: SessionsFlags, [from, to]: (string | undefined)[]) {
  const { remapSessions } = await import("./remap_sessions.ts");
  return await remapSessions(context, flags, { from: from!, to: to! });
}

function placeOptions(command: Command): Command {
  command.addOption(homeOption())
    .option("--backup <id>", "look into a backup: its name, the beginning of it, latest, or a path")
    .addOption(backupRootOption());
  return addUnlockOptions(withPasswordOptions(command));
}

function filterOptions(command: Command): Command {
  return placeOptions(command)
    .option("--project <glob>", "only in these folders: a name, an absolute path, or . for here")
    .option("--since <time>", "only those taken up since: 8h, 7d, 2026-11-20")
    .option("--limit <n>", "only the latest n", wholeNumber(1));
}

function textOption(): Option {
  return new Option("--text", "also show what was said; only on a terminal");
}

/** `sessions list|search|show|remap`. */
export function defineSessions(program: Command, act: Act): void {
  const sessions = program.command("sessions")
    .description("what conversations a home or a backup holds")
    .addHelpText("after", helpTail(["lifeboat sessions list"], [0, 1, 2, 10]));
  filterOptions(sessions.command("list"))
    .description("the conversations, those last taken up first")
    .addHelpText(
      "after",
      helpTail([
        "lifeboat sessions list --project . --since 7d",
        "lifeboat sessions list --backup latest --profile claude-code",
      ], [0, 1, 2, 3, 10, 12, 130]),
    )
    .action(act(list));
  filterOptions(sessions.command("search"))
    .description("the conversations in which all of the words are somewhere")
    .argument("<words...>", "in the id, the name, the project or what was said")
    .addOption(textOption())
    .addHelpText(
      "after",
      helpTail(["lifeboat sessions search parser bug --since 2w"], [0, 1, 2, 3, 10, 12, 130]),
    )
    .action(act(search));
  placeOptions(sessions.command("show"))
    .description("one conversation: how much was said, its sub-agents")
    .argument("<id>", "its id, or the beginning of it")
    .addOption(textOption())
    .option(
      "--limit <n>",
      "with --text: only the last n messages (default 20)",
      wholeNumber(1, 1000),
    )
    .addHelpText(
      "after",
      helpTail(["lifeboat sessions show 01890a5d --text"], [0, 1, 2, 3, 10, 12, 130]),
    )
    .action(act(show));
  sessions.command("remap")
    .description(
      "after a project folder has moved: conversations and settings name the new one; says what it " +
        "would change unless --apply",
    )
    .argument("<old>", "where the folder was")
    .argument("<new>", "where it is now")
    .addOption(homeOption())
    .option("--with-roots", "with --home: also what lies outside the home, such as ~/.claude.json")
    .option("--apply", "do it; lifeboat undo takes it back")
    .option("--allow-running", "although the agent, or another program, has files of the home open")
    .addHelpText(
      "after",
      helpTail([
        "lifeboat sessions remap ~/app ~/code/app",
        "lifeboat sessions remap ~/app ~/code/app --profile codex --apply",
      ], [0, 1, 2, 3, 10, 11, 130]),
    )
    .action(act(remap));
}
