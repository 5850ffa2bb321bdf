import { type Command, InvalidArgumentError } from "commander";
import { LifeboatError, parseMoment, parseSize, pathsOf } from "../base/mod.ts";
import type { RollbackOptions } from "../restore/mod.ts";
import type { MomentChoice, Place, SnapshotStore } from "../snapshots/mod.ts";
import {
  type Act,
  type Answer,
  type Context,
  helpTail,
  homeOption,
  several,
  wholeNumber,
} from "./command.ts";
import { askForRollback } from "./confirm.ts";
import {
  namedScopes,
  oneScope,
  type ScopeFlags,
  withStore,
  withStoreThere,
} from "./snapshot_scope.ts";
import { styleFor } from "./style.ts";
import { diffText } from "./text/diff.ts";
import { rollbackText } from "./text/rollback.ts";
import {
  cleanupText,
  historyText,
  listText,
  statusText,
  takenText,
  verifyText,
} from "./text/snapshot.ts";

interface TakeFlags extends ScopeFlags {
  agent?: string;
  note?: string;
}

interface LookFlags extends ScopeFlags {
  time?: string;
  limit?: number;
}

interface RollbackFlags extends LookFlags {
  preview?: boolean;
  dryRun?: boolean;
  apply?: boolean;
  iUnderstandThisRestoresSensitiveState?: boolean;
  allowRunning?: boolean;
}

async function take(context: Context, flags: TakeFlags, args: unknown[]): Promise<Answer> {
  const { takeSnapshot } = await import("../snapshots/mod.ts");
  const { session, note } = flags;
  return await withStore(context, async (store) => {
    const snapshots = [];
    for (const scope of await namedScopes(store, flags, args.flat() as string[])) {
      const by = { madeBy: "hand", cause: "other", session, note } as const;
      const { snapshot: id, ...taken } = await takeSnapshot(store, scope, by);
      const { path: root, kind, profile } = scope.main;
      snapshots.push({ id: id!, root, kind, profile, ...taken });
    }
    const result = { ok: snapshots.every(({ skipped }) => skipped.length === 0), snapshots };
    return { result, text: (style) => takenText(result, style) };
  });
}

function absolute({ host }: Context, path: string): string {
  return pathsOf(host.platform).resolve(path);
}

async function placesOf(context: Context, store: SnapshotStore, files: string[] | undefined) {
  const { findPlace } = await import("../snapshots/mod.ts");
  return files?.map((file): Place => findPlace(store, absolute(context, file)));
}

async function list(context: Context, flags: LookFlags): Promise<Answer> {
  const { listSnapshots } = await import("../snapshots/mod.ts");
  const { session, time, limit, file, workspace, home, profile } = flags;
  const { host } = context;
  return await withStoreThere(context, async (store) => {
    const isNamed = workspace || home || profile;
    const scope = isNamed ? await oneScope(store, flags, undefined) : undefined;
    const result = listSnapshots(store, {
      session,
      limit,
      root: scope?.main.id,
      places: await placesOf(context, store, file),
      sinceMs: time ? parseMoment(time, host.now()) : undefined,
    });
    return { result, text: (style) => listText(result, host.now(), style) };
  });
}

async function status(context: Context): Promise<Answer> {
  const { snapshotStatus } = await import("../snapshots/mod.ts");
  return await withStoreThere(context, (store) => {
    const result = snapshotStatus(store);
    return { result, text: (style) => statusText(result, context.host.now(), style) };
  });
}

async function verify(context: Context): Promise<Answer> {
  const { verifyStore } = await import("../snapshots/mod.ts");
  return await withStoreThere(context, async (store) => {
    const result = await verifyStore(store);
    return { result, text: (style) => verifyText(result, style) };
  });
}

/** A snapshot and another or now, a session's beginning and end, or a time and now. */
async function diff(context: Context, flags: LookFlags, [id, other]: (string | undefined)[]) {
  const { diffSnapshots } = await import("../snapshots/mod.ts");
  const isPlain = flags.session === undefined && flags.time === undefined;
  const first = id ?? (isPlain ? "latest" : undefined);
  const from = momentOf(context, flags, first);
  const to = other !== undefined
    ? { snapshot: other }
    : flags.session !== undefined
    ? { endOf: flags.session }
    : undefined;
  return await withStoreThere(context, async (store): Promise<Answer> => {
    const scope = await oneScope(store, flags, first);
    const files = await placesOf(context, store, flags.file);
    const result = await diffSnapshots(store, scope, { from, to, files });
    return { result, text: (style) => diffText(result, style) };
  });
}

interface CleanupFlags extends ScopeFlags {
  orphaned?: boolean;
  olderThan?: number;
  oldEvents?: number;
  maxSize?: number;
  apply?: boolean;
}

async function cleanup(context: Context, flags: CleanupFlags): Promise<Answer> {
  const { applyCleanup, planCleanup } = await import("../snapshots/mod.ts");
  const { orphaned: orphanedOnly, olderThan, oldEvents, maxSize: maxTotalSize, apply } = flags;
  const olderThanDays = olderThan ?? oldEvents;
  if ([orphanedOnly, olderThanDays, maxTotalSize].filter((one) => one !== undefined).length > 1) {
    throw usage("--orphaned, --older-than and --max-size do not go together", "Say one of them.");
  }
  return await withStoreThere(context, (store) => {
    const options = { orphanedOnly, olderThanDays, maxTotalSize };
    const result = apply ? applyCleanup(store, options) : planCleanup(store, options);
    return { result, text: (style) => cleanupText(result, style) };
  });
}

async function history(context: Context, flags: LookFlags, [file]: (string | undefined)[]) {
  const { fileHistory } = await import("../snapshots/mod.ts");
  const { limit, session } = flags;
  return await withStoreThere(context, (store): Answer => {
    const result = fileHistory(store, absolute(context, file!), { limit, session });
    return { result, text: (style) => historyText(result, context.host.now(), style) };
  });
}

function usage(message: string, hint: string): LifeboatError {
  return new LifeboatError("refused", "usage", message, { hint });
}

/** Which moment is meant: exactly one way to say it. */
function momentOf({ host }: Context, flags: LookFlags, id: string | undefined): MomentChoice {
  const { session, time } = flags;
  if ([id, session, time].filter((one) => one !== undefined).length !== 1) {
    throw usage(
      "Say to when: a snapshot's ID, --time or --session",
      "See the snapshots with: lifeboat snapshot list",
    );
  }
  if (id !== undefined) return { snapshot: id };
  if (session !== undefined) return { session };
  return { timeMs: parseMoment(time!, host.now()) };
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

function scopeOptions(command: Command): Command {
  return command.addOption(homeOption())
    .option("--with-roots", "with --home: also what lies outside the home, such as ~/.agents")
    .option("--workspace <path>", "a folder that an agent works in, instead of a home");
}

function fileOption(command: Command): Command {
  return command.option("--file <path>", "only this file, or folder; may be repeated", several);
}

function limitOption(command: Command): Command {
  return command.option("--limit <n>", "only the newest n (default 50)", wholeNumber(1));
}

const LOOKING = [0, 1, 2, 3, 10, 130];

/** `snapshot take|list|status|history|diff|verify|rollback|cleanup`. */
export function defineSnapshot(program: Command, act: Act): void {
  const snapshot = program.command("snapshot")
    .description("small captures between backups: what changed, when, by which tool, and back")
    .addHelpText("after", helpTail(["lifeboat snapshot take"], [0, 1, 2, 10, 11]));
  defineTake(snapshot, act);
  defineLooks(snapshot, act);
  defineRollback(snapshot, act);
  defineCleanup(snapshot, act);
}

function defineTake(snapshot: Command, act: Act): void {
  scopeOptions(snapshot.command("take"))
    .description("record what has changed in the agent's home, or in folders")
    .argument("[paths...]", "folders that an agent works in; without one the agent's home")
    .option("--session <id>", "note it as part of a session")
    .option("--note <text>", "a word on why, shown in the list")
    .addHelpText(
      "after",
      helpTail(["lifeboat snapshot take", "lifeboat snapshot take ."], [0, 1, 2, 3, 10, 11, 130]),
    )
    .action(act(take));
}

function defineLooks(snapshot: Command, act: Act): void {
  limitOption(fileOption(scopeOptions(snapshot.command("list"))))
    .description("the snapshots, newest first")
    .option("--session <id>", "only those of a session")
    .option("--time <time>", "only those since: 10m, 8h, 2026-11-20")
    .addHelpText(
      "after",
      helpTail(["lifeboat snapshot list --file src/main.ts --time 8h"], LOOKING),
    )
    .action(act(list));
  snapshot.command("status")
    .description("what is tracked, and how much the store holds")
    .addHelpText("after", helpTail(["lifeboat snapshot status"], LOOKING))
    .action(act(status));
  limitOption(snapshot.command("history"))
    .description("every recorded change of a file")
    .argument("<file>", "it need not be there any more")
    .option("--session <id>", "only changes of a session")
    .addHelpText("after", helpTail(["lifeboat snapshot history src/main.ts"], LOOKING))
    .action(act(history));
  fileOption(scopeOptions(snapshot.command("diff")))
    .description("what differs between a snapshot and now, or another one")
    .argument("[id]", "a snapshot, the beginning of its id, or latest (the default)")
    .argument("[other]", "another one; default now")
    .option("--time <time>", "between this time and now: 10m, 8h, 2026-11-20T08:00")
    .option("--session <id>", "what changed during a session")
    .addHelpText(
      "after",
      helpTail(["lifeboat snapshot diff --time 10m --file src/main.ts"], LOOKING),
    )
    .action(act(diff));
  snapshot.command("verify")
    .description("check that all recorded content is there and is what it was")
    .addHelpText("after", helpTail(["lifeboat snapshot verify"], LOOKING))
    .action(act(verify));
}

function sizeOption(text: string): number {
  const size = parseSize(text);
  if (size !== undefined) return size;
  throw new InvalidArgumentError("Expected a size, such as 5GB.");
}

function defineCleanup(snapshot: Command, act: Act): void {
  snapshot.command("cleanup")
    .description("make the store smaller, oldest versions first; says what would go unless --apply")
    .option(
      "--older-than <days>",
      "versions that were replaced before so many days",
      wholeNumber(0),
    )
    .option("--old-events <days>", "the same", wholeNumber(0))
    .option("--max-size <size>", "until the store has this size; default 5 GB", sizeOption)
    .option("--orphaned", "only what nothing needs any more")
    .option("--apply", "do it; the newest version of a file never goes")
    .addHelpText(
      "after",
      helpTail(["lifeboat snapshot cleanup --older-than 30 --apply"], LOOKING),
    )
    .action(act(cleanup));
}

function defineRollback(snapshot: Command, act: Act): void {
  fileOption(scopeOptions(snapshot.command("rollback")))
    .description("bring back what was there; says what it would do unless --apply")
    .argument("[id]", "a snapshot, the beginning of its id, or latest")
    .option("--time <time>", "to this time: 10m, 8h, 2026-11-20T08:00")
    .option("--session <id>", "to before this session")
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
