import { type Command, Option } from "commander";
import { LifeboatError } from "../base/mod.ts";
import { type Act, type Answer, type Context, type GlobalFlags, helpTail } from "./command.ts";
import { updateText } from "./text/update.ts";

interface UpdateFlags extends GlobalFlags {
  from?: string;
  sha256?: string;
  rollback?: boolean;
}

async function runUpdate({ host }: Context, flags: UpdateFlags): Promise<Answer> {
  const { from, sha256, rollback } = flags;
  if (!rollback && from === undefined) {
    throw new LifeboatError("refused", "usage", "It was not said where the new version is", {
      hint: "Say it with --from FILE or --from URL.",
    });
  }
  if (sha256 !== undefined && !/^[0-9a-f]{64}$/i.test(sha256)) {
    throw new LifeboatError("refused", "usage", "--sha256 is 64 characters of hex", {
      hint: "Take it whole from where the program was published.",
    });
  }
  const { rollBackUpdate, update } = await import("../agents/mod.ts");
  const result = from === undefined
    ? await rollBackUpdate(host)
    : await update(host, { from, sha256 });
  return { result, text: () => updateText(result) };
}

/** `update`. */
export function defineUpdate(program: Command, act: Act): void {
  program.command("update")
    .description("replace this program by another version, once that is checked and has started")
    .option("--from <place>", "a program, a folder with a release, or the URL of either")
    .option("--sha256 <hex>", "what it must hash to, instead of the signature of a release")
    .addOption(
      new Option("--rollback", "put the version before this one back")
        .conflicts(["from", "sha256"]),
    )
    .addHelpText(
      "after",
      helpTail(
        ["lifeboat update --from ~/Downloads/release", "lifeboat update --rollback"],
        [0, 2, 3, 10, 12, 20, 130],
      ),
    )
    .action(act(runUpdate));
}
