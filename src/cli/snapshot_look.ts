import type { Command } from "commander";
import { parseMoment } from "../base/mod.ts";
import { type Act, type Answer, type Context, helpTail, wholeNumber } from "./command.ts";
import {
  absolute,
  fileOption,
  type LookFlags,
  momentOf,
  oneScope,
  placesOf,
  scopeOptions,
  withStoreThere,
} from "./snapshot_scope.ts";
import { diffText } from "./text/diff.ts";
import { historyText, listText, statusText, verifyText } from "./text/snapshot.ts";

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

async function history(context: Context, flags: LookFlags, [file]: (string | undefined)[]) {
  const { fileHistory } = await import("../snapshots/mod.ts");
  const { limit, session } = flags;
  return await withStoreThere(context, (store): Answer => {
    const result = fileHistory(store, absolute(context, file!), { limit, session });
    return { result, text: (style) => historyText(result, context.host.now(), style) };
  });
}

function limitOption(command: Command): Command {
  return command.option("--limit <n>", "only the newest n (default 50)", wholeNumber(1));
}

const LOOKING = [0, 1, 2, 3, 10, 130];

/** `snapshot list|status|history|diff|verify`. */
export function defineLooks(snapshot: Command, act: Act): void {
  limitOption(fileOption(scopeOptions(snapshot.command("list"))))
    .description("the snapshots, newest first")
    .option("--session <id>", "only those of a session: its id, or a beginning of it")
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
    .option("--session <id>", "only changes of a session: its id, or a beginning of it")
    .addHelpText("after", helpTail(["lifeboat snapshot history src/main.ts"], LOOKING))
    .action(act(history));
  fileOption(scopeOptions(snapshot.command("diff")))
    .description("what differs between a snapshot and now, or another one")
    .argument("[id]", "a snapshot, the beginning of its id, or latest (the default)")
    .argument("[other]", "another one; default now")
    .option("--time <time>", "between this time and now: 10m, 8h, 2026-11-20T08:00")
    .option("--session <id>", "what changed during a session: its id, or a beginning of it")
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
