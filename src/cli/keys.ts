import type { Command } from "commander";
import { type Host, LifeboatError, lstatIfThere, pathsOf, writeNewFile } from "../base/mod.ts";
import { type Act, type Answer, type Context, type GlobalFlags, helpTail } from "./command.ts";
import { type PasswordFlags, withPasswordOptions } from "./password.ts";
import { createdText, keysText, signingText, trustedText } from "./text/keys.ts";
import { warningLines } from "./text/lists.ts";
import { sheetText, sheetWrittenText } from "./text/sheet.ts";
import { newPassword } from "./unlock.ts";

interface CreateFlags extends GlobalFlags, PasswordFlags {
  encrypt?: boolean;
  signing?: boolean;
}

interface SheetFlags extends GlobalFlags {
  output?: string;
}

interface TrustFlags extends GlobalFlags {
  name: string;
}

async function list({ host }: Context): Promise<Answer> {
  const { listKeys } = await import("../seal/mod.ts");
  const result = { ok: true, ...listKeys(host) };
  return { result, text: (style) => keysText(result, style) };
}

const FIRST_NAME = "main";

async function create(
  context: Context,
  flags: CreateFlags,
  [name]: (string | undefined)[],
): Promise<Answer> {
  if (flags.signing) return await createSigning(context, flags);
  const { createIdentity, machineSigner } = await import("../seal/mod.ts");
  const { host } = context;
  const passphrase = flags.encrypt ? await newPassword(context, flags) : undefined;
  const identity = await createIdentity(host, name ?? FIRST_NAME, passphrase);
  const signer = machineSigner(host);
  const warnings = "reason" in signer ? [`There is no signing key: ${signer.reason}`] : [];
  const result = { ok: true, identity, warnings };
  return {
    result,
    text: (style) => createdText(identity) + warningLines(warnings, style).join("\n"),
  };
}

/** Makes the key that signs, or puts the one that is there under a passphrase. */
async function createSigning(context: Context, flags: CreateFlags): Promise<Answer> {
  const { listKeys, lockSigningKey, machineSigner } = await import("../seal/mod.ts");
  const { host } = context;
  if (flags.encrypt) await lockSigningKey(host, await newPassword(context, flags));
  else machineSigner(host);
  const result = { ok: true, signing: listKeys(host).signing };
  return { result, text: () => signingText(result.signing) };
}

function newOutput(host: Host, given: string): string {
  const path = pathsOf(host.platform).resolve(given);
  if (!lstatIfThere(host.fs, path)) return path;
  throw new LifeboatError("refused", "output_exists", `${path} is already there`, {
    hint: "Choose another --output; nothing is ever overwritten.",
  });
}

/** The one command that prints a secret: that is what it is for. Its JSON has none. */
async function sheet({ host }: Context, flags: SheetFlags, [name]: (string | undefined)[]) {
  const { printableIdentity } = await import("../seal/mod.ts");
  const { recoverySheet } = await import("../upkeep/mod.ts");
  const output = flags.output === undefined ? null : newOutput(host, flags.output);
  const result = { ...await recoverySheet(host, name), output };
  const secrets = await Promise.all(result.identities.map((one) => printableIdentity(host, one)));
  const text = sheetText(result, secrets, host.platform);
  if (output === null) return { result, text: () => text };
  writeNewFile(host.fs, output, text);
  return { result, text: () => sheetWrittenText(result) };
}

async function trust({ host }: Context, { name }: TrustFlags, [key]: (string | undefined)[]) {
  const { trustSigner } = await import("../seal/mod.ts");
  const result = { ok: true, trusted: trustSigner(host, { name, public_key: key! }) };
  return { result, text: () => trustedText(result.trusted) };
}

function defineCreate(keys: Command, act: Act): void {
  const command = keys.command("create")
    .description("an age identity: what is encrypted to it, it opens")
    .argument("[name]", `to tell it from others, for --recipient NAME; else ${FIRST_NAME}`)
    .option(
      "--signing",
      "the key that signs backups instead; with --encrypt also one that is there",
    )
    .option(
      "--encrypt",
      "put it under a passphrase, which is then asked for when it opens a backup",
    );
  withPasswordOptions(command)
    .addHelpText(
      "after",
      helpTail(["lifeboat keys create", "lifeboat keys create work --encrypt"], [0, 2, 3, 12]),
    )
    .action(act(create));
}

/** `keys create|list|sheet|trust`. */
export function defineKeys(program: Command, act: Act): void {
  const keys = program.command("keys")
    .description("the key that signs backups, and those that open encrypted ones")
    .addHelpText("after", helpTail(["lifeboat keys list"], [0, 2, 12]));
  keys.command("list").alias("show").description("the public parts of all keys")
    .addHelpText("after", helpTail(["lifeboat keys list"], [0, 2, 12]))
    .action(act(list));
  defineCreate(keys, act);
  keys.command("sheet")
    .description("a recovery sheet to print: identities (secret), where the backups are, and how")
    .argument("[name]", "only this identity; else all of them")
    .option("--output <file>", "write it to this new file, private to you, and not to the screen")
    .addHelpText(
      "after",
      helpTail(["lifeboat keys sheet | lp", "lifeboat keys sheet --output sheet.txt"], [
        0,
        2,
        3,
        10,
        12,
      ]),
    )
    .action(act(sheet));
  keys.command("trust").description("give the signing key of another machine a name")
    .argument("<key>", "its public signing key, as `keys list` shows it there")
    .requiredOption("--name <name>", "whose it is")
    .addHelpText("after", helpTail(["lifeboat keys trust KEY --name laptop"], [0, 2, 12]))
    .action(act(trust));
}
