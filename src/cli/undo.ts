import type { Command } from "commander";
import { LifeboatError, printable } from "../base/mod.ts";
import type { Home } from "../profiles/mod.ts";
import {
  type Act,
  type Answer,
  type Context,
  type GlobalFlags,
  helpTail,
  homeOption,
  isolatedOption,
  joined,
} from "./command.ts";
import { askForUndo } from "./confirm.ts";
import { chooseHomes } from "./homes.ts";
import { styleFor } from "./style.ts";
import { forgottenText, undoListText, undonePlanText, undoneText } from "./text/undo.ts";

interface UndoFlags extends GlobalFlags {
  home?: string;
  withRoots?: boolean;
  isolated?: string;
  list?: boolean;
  forget?: string;
  apply?: boolean;
  iUnderstandThisRestoresSensitiveState?: boolean;
  allowRunning?: boolean;
}

function usage(message: string, hint: string): LifeboatError {
  return new LifeboatError("refused", "usage", message, { hint });
}

async function list({ host }: Context, flags: UndoFlags): Promise<Answer> {
  const { listUndo } = await import("../restore/mod.ts");
  const answers = (await chooseHomes(host, flags)).map((home): Answer => {
    const result = listUndo(host, home);
    return { result, text: (style) => undoListText(result, host.now(), style) };
  });
  return flags.profile === "all" ? joined(answers) : answers[0];
}

async function forget({ host }: Context, home: Home, id: string): Promise<Answer> {
  const { forgetUndo } = await import("../restore/mod.ts");
  const result = forgetUndo(host, home, id);
  return { result, text: () => forgottenText(result) };
}

/** Shows the plan and asks, where somebody is there who can answer. */
async function isConfirmed(context: Context, flags: UndoFlags, home: Home): Promise<boolean> {
  if (flags.iUnderstandThisRestoresSensitiveState) return true;
  const { host, terminal } = context;
  if (!terminal.interactive) return false; // the engine refuses, and names the flag
  const { planUndo } = await import("../restore/mod.ts");
  const planned = await planUndo(host, { home });
  context.hideProgress();
  const style = styleFor(terminal.errIsTerminal, host.env, flags.color === false);
  terminal.err(undonePlanText(planned, home, style));
  await askForUndo(context);
  return true;
}

async function apply(context: Context, flags: UndoFlags, home: Home): Promise<Answer> {
  const { applyUndo } = await import("../restore/mod.ts");
  const confirmed = await isConfirmed(context, flags, home);
  const { allowRunning } = flags;
  const result = await applyUndo(context.host, { home, allowRunning, confirmed });
  return { result, text: (style) => undoneText(result, home, style) };
}

async function plan({ host }: Context, home: Home): Promise<Answer> {
  const { planUndo } = await import("../restore/mod.ts");
  const result = await planUndo(host, { home });
  const name = printable(home.profile.name);
  const next = `Nothing was changed. To undo, close ${name}, then run the same with --apply.\n`;
  return { result, text: (style) => undonePlanText(result, home, style) + next };
}

async function undo(context: Context, flags: UndoFlags): Promise<Answer> {
  const { forget: id } = flags;
  if ([flags.list, id !== undefined, flags.apply].filter(Boolean).length > 1) {
    throw usage("--list, --forget and --apply do not go together", "Say one of them.");
  }
  if (flags.list) return await list(context, flags);
  if (flags.profile === "all") {
    throw usage("One restore is taken back at a time", "Name one profile.");
  }
  const [home] = await chooseHomes(context.host, flags);
  if (id !== undefined) return await forget(context, home, id);
  return flags.apply ? await apply(context, flags, home) : await plan(context, home);
}

/** `undo`. */
export function defineUndo(program: Command, act: Act): void {
  program.command("undo")
    .description("take back the last restore of a home; says what it would do unless --apply")
    .addOption(homeOption())
    .option("--with-roots", "with --home: also what lies outside the home, such as ~/.agents")
    .addOption(isolatedOption())
    .option("--apply", "do it; this can be undone as well")
    .option("--i-understand-this-restores-sensitive-state", "instead of typing UNDO")
    .option("--allow-running", "although the agent, or another program, has files of the home open")
    .option("--list", "what is kept to be undone")
    .option("--forget <id>", "remove what is kept under this id, for good")
    .addHelpText(
      "after",
      helpTail(["lifeboat undo", "lifeboat undo --apply", "lifeboat undo --list"], [
        0,
        1,
        2,
        3,
        10,
        11,
        130,
      ]),
    )
    .action(act(undo));
}
