import type { Command } from "commander";
import { type Host, LifeboatError, pathsOf, printable } from "../base/mod.ts";
import {
  type Act,
  type Answer,
  backupRootOption,
  type Context,
  type GlobalFlags,
  helpTail,
  several,
} from "./command.ts";
import { askForRemoval } from "./confirm.ts";
import { createdText, isolatedListText, removedText } from "./text/isolate.ts";

interface IsolateFlags extends GlobalFlags {
  openclawAgent?: string;
}

interface CreateFlags extends IsolateFlags {
  shareHome?: boolean;
  seed?: string;
  from?: string;
  skill?: string[];
  item?: string[];
  includeSecrets?: boolean;
}

interface ExecFlags extends IsolateFlags {
  json?: boolean;
  env?: string[];
  clearEnv?: string[];
}

interface RemoveFlags extends GlobalFlags {
  backupRoot?: string;
}

type Args = (string | undefined)[];

function usage(message: string, hint: string): LifeboatError {
  return new LifeboatError("refused", "usage", message, { hint });
}

/** Exactly one home is named, in one of the two ways. */
function choiceOf(id: string | undefined, { openclawAgent }: IsolateFlags) {
  if ((id === undefined) !== (openclawAgent === undefined)) {
    return { id, openClawAgent: openclawAgent };
  }
  throw usage(
    id === undefined ? "No isolated home was named" : "Two isolated homes were named",
    "Name one: by its ID, or with --openclaw-agent",
  );
}

/** What is moved into a new home. */
async function seedOf(host: Host, flags: CreateFlags) {
  const { seed, from, skill: skills, item: items, includeSecrets } = flags;
  if (seed === undefined) {
    if (from === undefined && !skills && !items && !includeSecrets) return undefined;
    throw usage("Nothing is moved without --seed", "Say from which agent: --seed codex");
  }
  const { providerNamed } = await import("../migrate/mod.ts");
  const source = from && pathsOf(host.platform).resolve(from);
  return { provider: providerNamed(seed), from: source, skills, items, includeSecrets };
}

async function create({ host }: Context, flags: CreateFlags, [id]: Args): Promise<Answer> {
  const { createIsolated } = await import("../isolate/mod.ts");
  const { shareHome } = flags;
  const seed = await seedOf(host, flags);
  const result = await createIsolated(host, { ...choiceOf(id, flags), shareHome, seed });
  return { result, text: (style) => createdText(result, style) };
}

async function list({ host }: Context): Promise<Answer> {
  const { listIsolated } = await import("../isolate/mod.ts");
  const result = listIsolated(host);
  return { result, text: (style) => isolatedListText(result, style) };
}

/** `--env NAME=VALUE`, repeated. */
function parseEnv(pairs: string[] = []): Record<string, string> {
  return Object.fromEntries(pairs.map((pair) => {
    const at = pair.indexOf("=");
    if (at > 0) return [pair.slice(0, at), pair.slice(at + 1)];
    // The value may be a secret that was given without its name.
    throw usage("--env needs a name and a value", "Write it so: --env NAME=VALUE");
  }));
}

/** With `--openclaw-agent` there is no ID before the program. */
function programOf(flags: ExecFlags, words: string[]) {
  if (flags.openclawAgent !== undefined) {
    return { openClawAgent: flags.openclawAgent, command: words };
  }
  const [id, ...command] = words;
  return { id, command };
}

async function exec(context: Context, flags: ExecFlags, args: unknown[]): Promise<Answer> {
  if (flags.json) throw usage("isolate exec has no JSON form", "Leave out --json.");
  const { execIsolated, reservedIn } = await import("../isolate/mod.ts");
  const { clearEnv = [] } = flags;
  for (const name of reservedIn(clearEnv)) {
    context.terminal.err(`${printable(name)} says where the home is, and is not cleared\n`);
  }
  const named = programOf(flags, args.flat() as string[]);
  context.hideProgress();
  context.leaveSignals();
  const exitCode = await execIsolated(context.host, {
    ...named,
    env: parseEnv(flags.env),
    clearEnv,
  });
  return { result: { ok: exitCode === 0 }, text: () => "", exitCode };
}

async function remove(context: Context, flags: RemoveFlags, [id]: Args): Promise<Answer> {
  const { removeIsolated } = await import("../isolate/mod.ts");
  const { findIsolated } = await import("../profiles/mod.ts");
  const { host, terminal } = context;
  const { backupRoot, jobs, yes } = flags;
  const { path } = findIsolated(host, { id });
  if (!yes && terminal.interactive) await askForRemoval(context, path);
  const confirmed = yes === true || terminal.interactive;
  const result = await removeIsolated(host, { id: id!, backupRoot, jobs, confirmed });
  return { result, text: (style) => removedText(result, style) };
}

function agentOption(command: Command): Command {
  return command.option("--openclaw-agent <id>", "the Codex home of this agent of OpenClaw");
}

function defineCreate(isolate: Command, act: Act): void {
  agentOption(isolate.command("create").description("make an empty home that only you can enter"))
    .argument("[id]", "a name for it, such as that of the agent")
    .option("--share-home", "leave HOME as it is, so that ~/.agents/skills is seen")
    .option("--seed <agent>", "move skills and more of codex, claude-code or hermes into it")
    .option("--from <path>", "with --seed: another home than that agent's own")
    .option("--skill <name>", "with --seed: only this skill; repeatable", several)
    .option("--item <id>", "with --seed: only this item of migrate plan; repeatable", several)
    .option("--include-secrets", "with --seed: the login, too")
    .addHelpText(
      "after",
      helpTail(
        [
          "lifeboat isolate create helper",
          "lifeboat isolate create helper --seed codex --include-secrets",
          "lifeboat isolate create --openclaw-agent main",
        ],
        [0, 1, 2, 3, 10],
      ),
    )
    .action(act(create));
}

function defineExec(isolate: Command, act: Act): void {
  agentOption(isolate.command("exec").description("start a program in an isolated home"))
    .argument("[words...]", "the home's ID, then -- and the program with its arguments")
    .option("--env <name=value>", "a value that comes before everything else; repeatable", several)
    .option(
      "--clear-env <name>",
      "a variable that is not handed on; CODEX_HOME and HOME always are; repeatable",
      several,
    )
    .addHelpText(
      "after",
      "\nA login in the home comes first, and then keys of the environment are not handed on; " +
        "without\none CODEX_API_KEY is used, then OPENAI_API_KEY. The exit code is that of the " +
        "program.\n" +
        helpTail([
          "lifeboat isolate exec helper -- codex",
          "lifeboat isolate exec helper --clear-env GITHUB_TOKEN -- codex exec 'Tidy up'",
          "lifeboat isolate exec --openclaw-agent main -- codex login",
        ], [2, 3, 10]),
    )
    .action(act(exec));
}

/** `isolate`. */
export function defineIsolate(program: Command, act: Act): void {
  const isolate = program.command("isolate")
    .description("Codex homes of their own, into which nothing of your personal one leaks")
    .addHelpText(
      "after",
      helpTail(["lifeboat isolate create helper", "lifeboat isolate exec helper -- codex"], [
        0,
        2,
        3,
        10,
        11,
      ]),
    );
  defineCreate(isolate, act);
  isolate.command("list").description("which there are, whose, and how large")
    .addHelpText("after", helpTail(["lifeboat isolate list"], [0, 2, 3]))
    .action(act(list));
  defineExec(isolate, act);
  isolate.command("remove").description("back a home up, then remove it")
    .argument("<id>", "the home's ID")
    .addOption(backupRootOption())
    .addHelpText("after", helpTail(["lifeboat isolate remove helper"], [0, 2, 3, 10, 11, 130]))
    .action(act(remove));
}
