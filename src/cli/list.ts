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

interface ListFlags extends GlobalFlags {
  backupRoot?: string;
  type?: string;
  limit?: number;
}

const TYPES = [
  "all",
  "lifeboat",
  "native",
  "codex-environment-backup",
  "clawbackup",
  "openclaw",
];

async function list({ host }: Context, flags: ListFlags): Promise<Answer> {
  const { listBackups } = await import("../catalog/mod.ts");
  const { type, limit } = flags;
  const result = await listBackups(host, { ...await backupScope(host, flags), type, limit });
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
