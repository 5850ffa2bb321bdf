import type { Command } from "commander";
import type { Scope, Taken, WatchReport } from "../snapshots/mod.ts";
import { type Act, type Answer, type Context, helpTail, homeOption } from "./command.ts";
import { namedScopes, type ScopeFlags, withStore } from "./snapshot_scope.ts";
import { watchStartText, watchTakenText } from "./text/watch.ts";

/** Says at once what a watch does. */
function reporter({ say }: Context): WatchReport {
  const where = ({ main: { path, kind, profile } }: Scope) => ({ root: path, kind, profile });
  return {
    taken(scope, { snapshot: id, ...taken }: Taken) {
      const result = { ok: true, id, ...where(scope), ...taken };
      say({ result, text: (style) => watchTakenText(result, style) });
    },
    problem(scope, code, message) {
      const result = { ok: false, ...where(scope), error: { code, message } };
      say({
        result,
        text: (style) => `${style.yellow("warning:")} ${scope.main.path}: ${message}\n`,
      });
    },
  };
}

async function watch(context: Context, flags: ScopeFlags, args: unknown[]): Promise<Answer> {
  const { watchScopes } = await import("../snapshots/mod.ts");
  return await withStore(context, async (store) => {
    const named = { ...flags, profile: flags.profile ?? "all" };
    const scopes = await namedScopes(store, named, args.flat() as string[]);
    const roots = scopes.map(({ main: { path } }) => path);
    const result = { ok: true, watching: roots };
    context.say({ result, text: (style) => watchStartText(roots, style) });
    return await watchScopes(store, scopes, reporter(context));
  });
}

/** `watch`. */
export function defineWatch(program: Command, act: Act): void {
  program.command("watch")
    .description("take a snapshot whenever something changes, until it is stopped with Ctrl-C")
    .argument("[folder...]", "folders that agents work in; without them, the homes of all agents")
    .addOption(homeOption())
    .addHelpText(
      "after",
      "\nWith --json it prints one document a line.\n" +
        helpTail(["lifeboat watch", "lifeboat watch ~/project --json"], [2, 3, 10, 130]),
    )
    .action(act(watch));
}
