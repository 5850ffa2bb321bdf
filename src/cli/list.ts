import { type Command, Option } from "commander";
import type { Host } from "../base/mod.ts";
import {
  type Act,
  type Answer,
  backupRootOption,
  type Context,
  type GlobalFlags,
  helpTail,
  wholeNumber,
} from "./command.ts";
import { listText } from "./text/list.ts";

interface ListFlags extends GlobalFlags {
  backupRoot?: string;
  type?: string;
  limit?: number;
}

const TYPES = ["all", "lifeboat", "codex-environment-backup"];

/** The profile that `--profile` names; `all`, or nothing, means every one. */
export async function profileScope(host: Host, id: string | undefined) {
  if (!id || id === "all") return undefined;
  const { findProfile } = await import("../profiles/mod.ts");
  return findProfile(host, id);
}

async function list({ host }: Context, flags: ListFlags): Promise<Answer> {
  const { listBackups } = await import("../catalog/mod.ts");
  const { backupRoot, type, limit } = flags;
  const profile = await profileScope(host, flags.profile);
  const result = await listBackups(host, { profile, backupRoot, type, limit });
  return { result, text: (style) => listText(result, host.now(), style) };
}

/** `list`. */
export function defineList(program: Command, act: Act): void {
  program.command("list").alias("list-backups").description("the backups there are, newest first")
    .addOption(backupRootOption())
    .addOption(new Option("--type <type>", "only backups of this kind").choices(TYPES))
    .option("--limit <n>", "only the newest n", wholeNumber(1))
    .addHelpText("after", helpTail(["lifeboat list", "lifeboat list --profile codex"], [0, 2]))
    .action(act(list));
}
