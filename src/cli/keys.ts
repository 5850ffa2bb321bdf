import type { Command } from "commander";
import { type Act, type Answer, type Context, type GlobalFlags, helpTail } from "./command.ts";
import { keysText, trustedText } from "./text/keys.ts";

interface TrustFlags extends GlobalFlags {
  name: string;
}

async function list({ host }: Context): Promise<Answer> {
  const { listKeys } = await import("../seal/mod.ts");
  const result = { ok: true, ...listKeys(host) };
  return { result, text: (style) => keysText(result, style) };
}

async function trust({ host }: Context, { name }: TrustFlags, [key]: (string | undefined)[]) {
  const { trustSigner } = await import("../seal/mod.ts");
  const result = { ok: true, trusted: trustSigner(host, { name, public_key: key! }) };
  return { result, text: () => trustedText(result.trusted) };
}

/** `keys list|trust`. */
export function defineKeys(program: Command, act: Act): void {
  const keys = program.command("keys")
    .description("the key that signs backups, and those that open encrypted ones")
    .addHelpText("after", helpTail(["lifeboat keys list"], [0, 2, 12]));
  keys.command("list").alias("show").description("the public parts of all keys")
    .addHelpText("after", helpTail(["lifeboat keys list"], [0, 2, 12]))
    .action(act(list));
  keys.command("trust").description("give the signing key of another machine a name")
    .argument("<key>", "its public signing key, as `keys list` shows it there")
    .requiredOption("--name <name>", "whose it is")
    .addHelpText("after", helpTail(["lifeboat keys trust KEY --name laptop"], [0, 2, 12]))
    .action(act(trust));
}
