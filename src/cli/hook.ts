import { type Command, Option } from "commander";
import { type Act, helpTail } from "./command.ts";
import { SCAN } from "./run_hook.ts";

/** `hook`, for its help alone: run_hook.ts carries it out. */
export function defineHook(program: Command, act: Act): void {
  program.command("hook").description(
    "record what an agent's tool touches; an agent's hook calls it",
  )
    .argument("<agent>", "claude-code, codex or openclaw")
    .addOption(new Option(`${SCAN} <scan>`).hideHelp())
    .addHelpText(
      "after",
      "\nReads one event on stdin, prints nothing, and always exits with 0. What went wrong stands in" +
        "\nhooks.log in the state folder. To let an agent call it: lifeboat install hooks\n" +
        helpTail(["lifeboat hook claude-code < event.json"], [0]),
    )
    .action(act(() => Promise.resolve({ result: { ok: true }, text: () => "" })));
}
