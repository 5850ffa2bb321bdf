import type { Command } from "commander";
import { type Act, type Answer, type Context, helpTail } from "./command.ts";
import { kitAddedText, kitListText, kitRemovedText } from "./text/kit.ts";

async function list({ host }: Context): Promise<Answer> {
  const { listKitExecutables } = await import("../backup/mod.ts");
  const result = { ok: true, executables: listKitExecutables(host) };
  return { result, text: (style) => kitListText(result.executables, host.build.target, style) };
}

async function add({ host }: Context, _: unknown, [file]: (string | undefined)[]) {
  const { addKitExecutable } = await import("../backup/mod.ts");
  const result = { ok: true, executable: addKitExecutable(host, file!) };
  return { result, text: () => kitAddedText(result.executable) };
}

async function remove({ host }: Context, _: unknown, [target]: (string | undefined)[]) {
  const { removeKitExecutable } = await import("../backup/mod.ts");
  const result = { ok: true, executable: removeKitExecutable(host, target!) };
  return { result, text: () => kitRemovedText(result.executable) };
}

/** `kit list|add|remove`. */
export function defineKit(program: Command, act: Act): void {
  const kit = program.command("kit")
    .description("executables for other systems, which `backup --kit all` takes along")
    .addHelpText("after", helpTail(["lifeboat kit add ~/Downloads/lifeboat.exe"], [0, 2, 10]));
  kit.command("list").description("what is stored")
    .addHelpText("after", helpTail(["lifeboat kit list"], [0, 2]))
    .action(act(list));
  kit.command("add").description("store the executable of a release for another system")
    .argument("<file>", "the executable; it need not run here")
    .addHelpText("after", helpTail(["lifeboat kit add ~/Downloads/lifeboat.exe"], [0, 2, 3]))
    .action(act(add));
  kit.command("remove").description("forget a stored executable")
    .argument("<target>", "its target, as `kit list` shows it")
    .addHelpText("after", helpTail(["lifeboat kit remove aarch64-apple-darwin"], [0, 2, 10]))
    .action(act(remove));
}
