import type { Command } from "commander";
import type { RollbackOptions } from "../restore/mod.ts";
import { type Act, type Answer, type Context, helpTail } from "./command.ts";
import { askForRollback } from "./confirm.ts";
import {
  fileOption,
  type LookFlags,
  momentOf,
  oneScope,
  placesOf,
  scopeOptions,
  usage,
  withStoreThere,
} from "./snapshot_scope.ts";
import { styleFor } from "./style.ts";
import { rollbackText } from "./text/rollback.ts";

interface RollbackFlags extends LookFlags {
  preview?: boolean;
  dryRun?: boolean;
  apply?: boolean;
  iUnderstandThisRestoresSensitiveState?: boolean;
  allowRunning?: boolean;
}

async function rollback(
  context: Context,
  flags: RollbackFlags,
  [id]: (string | undefined)[],
): Promise<Answer> {
  const { apply, preview, dryRun } = flags;
  if (apply && (preview || dryRun)) {
    throw usage("--apply and --preview do not go together", "Say one of them.");
  }
  const moment = momentOf(context, flags, id);
  return await withStoreThere(context, async (store) => {
    const scope = await oneScope(store, flags, id);
    const files = await placesOf(context, store, flags.file);
    const options = { store, scope, choice: { moment, files } };
    return apply ? await carryOut(context, flags, options) : await showPlan(context, options);
  });
}

async function showPlan({ host }: Context, options: RollbackOptions): Promise<Answer> {
  const { planRollback } = await import("../restore/mod.ts");
  const result = await planRollback(host, options);
  const next = "Nothing was changed. To roll back, run the same with --apply.\n";
  return { result, text: (style) => rollbackText(result, style) + next };
}

async function carryOut(
  context: Context,
  flags: RollbackFlags,
  options: RollbackOptions,
): Promise<Answer> {
  const { applyRollback } = await import("../restore/mod.ts");
  const confirmed = await isConfirmed(context, flags, options);
  const { allowRunning } = flags;
  const result = await applyRollback(context.host, { ...options, allowRunning, confirmed });
  return { result, text: (style) => rollbackText(result, style) };
}

/** Shows the plan and asks, where somebody is there who can answer. */
async function isConfirmed(
  context: Context,
  flags: RollbackFlags,
  options: RollbackOptions,
): Promise<boolean> {
  if (flags.iUnderstandThisRestoresSensitiveState) return true;
  const { host, terminal } = context;
  if (!terminal.interactive) return false; // the engine refuses, and names the flag
  const { planRollback } = await import("../restore/mod.ts");
  const planned = await planRollback(host, options);
  context.hideProgress();
  const style = styleFor(terminal.errIsTerminal, host.env, flags.color === false);
  terminal.err(rollbackText(planned, style));
  await askForRollback(context);
  return true;
}

/** `snapshot rollback`. */
export function defineRollback(snapshot: Command, act: Act): void {
  fileOption(scopeOptions(snapshot.command("rollback")))
    .description("bring back what was there; says what it would do unless --apply")
    .argument("[id]", "a snapshot, the beginning of its id, or latest")
    .option("--time <time>", "to this time: 10m, 8h, 2026-11-20T08:00")
    .option("--session <id>", "to before this session: its id, or a beginning of it")
    .option("--preview", "only say what it would do, as without --apply")
    .option("--dry-run", "the same")
    .option("--apply", "do it; a snapshot is taken first, and it can be undone")
    .option("--i-understand-this-restores-sensitive-state", "instead of typing ROLLBACK")
    .option("--allow-running", "although the agent, or another program, has files of the home open")
    .addHelpText(
      "after",
      helpTail([
        "lifeboat snapshot rollback --time 10m --workspace .",
        "lifeboat snapshot rollback --session 01890a5d --file src/main.ts --apply",
      ], [0, 1, 2, 3, 10, 11, 130]),
    )
    .action(act(rollback));
}
