import type { Command } from "commander";
import { type Act, type Answer, type Context, helpTail } from "./command.ts";
import { initText } from "./text/init.ts";

async function runInit({ host }: Context): Promise<Answer> {
  const { init } = await import("../upkeep/mod.ts");
  const result = init(host);
  return { result, text: (style) => initText(result, style) };
}

/** `init`. */
export function defineInit(program: Command, act: Act): void {
  program.command("init")
    .description("write a commented configuration, and say what to do first")
    .addHelpText("after", helpTail(["lifeboat init"], [0, 2, 3]))
    .action(act(runInit));
}
