import { type Command, InvalidArgumentError } from "commander";
import { parseSize } from "../base/mod.ts";
import { type Act, type Answer, type Context, helpTail, wholeNumber } from "./command.ts";
import { type ScopeFlags, usage, withStoreThere } from "./snapshot_scope.ts";
import { cleanupText } from "./text/snapshot.ts";

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

function sizeOption(text: string): number {
  const size = parseSize(text);
  if (size !== undefined) return size;
  throw new InvalidArgumentError("Expected a size, such as 5GB.");
}

/** `snapshot cleanup`. */
export function defineCleanup(snapshot: Command, act: Act): void {
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
      helpTail(["lifeboat snapshot cleanup --older-than 30 --apply"], [0, 1, 2, 3, 10, 130]),
    )
    .action(act(cleanup));
}
