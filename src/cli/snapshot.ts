import type { Command } from "commander";
import { type Act, type Answer, type Context, helpTail } from "./command.ts";
import { defineCleanup } from "./snapshot_cleanup.ts";
import { defineLooks } from "./snapshot_look.ts";
import { defineRollback } from "./snapshot_rollback.ts";
import { namedScopes, type ScopeFlags, scopeOptions, withStore } from "./snapshot_scope.ts";
import { takenText } from "./text/snapshot.ts";

interface TakeFlags extends ScopeFlags {
  agent?: string;
  note?: string;
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
