import { type Command, Option } from "commander";
import {
  type Act,
  type Answer,
  backupRootOption,
  type Context,
  type GlobalFlags,
  helpTail,
  wholeNumber,
} from "./command.ts";
import { backupScope } from "./homes.ts";
import { listText } from "./text/list.ts";
import { remoteListText } from "./text/remote.ts";

interface ListFlags extends GlobalFlags {
  backupRoot?: string;
  type?: string;
  limit?: number;
  remote?: string;
  allMachines?: boolean;
}

const TYPES = [
  "all",
  "lifeboat",
  "native",
  "codex-environment-backup",
  "clawbackup",
  "openclaw",
];

async function listAtBackend({ host }: Context, flags: ListFlags): Promise<Answer> {
  const { listRemote } = await import("../remote/mod.ts");
  const { profile } = await backupScope(host, flags);
  const { remote: backend, allMachines, type, limit } = flags;
  const scope = { backend, profile: profile?.id, allMachines, type, limit };
  const result = await listRemote(host, scope);
  return { result, text: (style) => remoteListText(result, host.now(), style) };
}

async function list(context: Context, flags: ListFlags): Promise<Answer> {
  if (flags.remote !== undefined) return await listAtBackend(context, flags);
  const { host } = context;
  const { listBackups } = await import("../catalog/mod.ts");
  const { type, limit } = flags;
  const result = await listBackups(host, { ...await backupScope(host, flags), type, limit });
  return { result, text: (style) => listText(result, host.now(), style) };
}

/** `list`. */
export function defineList(program: Command, act: Act): void {
  program.command("list").alias("list-backups").description("the backups there are, newest first")
    .addOption(backupRootOption())
    .addOption(
      new Option(
        "--type <type>",
        "only backups of this kind; with --remote also archives that were put there by other means",
      ).choices(TYPES),
    )
    .option("--limit <n>", "only the newest n", wholeNumber(1))
    .option("--remote <id>", "those at this backend")
    .option("--all-machines", "with --remote: also those of other machines")
    .addHelpText(
      "after",
      helpTail(["lifeboat list", "lifeboat list --profile codex", "lifeboat list --remote nas"], [
        0,
        2,
        10,
        12,
        20,
      ]),
    )
    .action(act(list));
}
