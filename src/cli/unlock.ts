/** Opening encrypted backups, and choosing the passphrase of a new one (contract.md, "Passwords"). */
import type { Command } from "commander";
import { asLifeboatError, LifeboatError, printable } from "../base/mod.ts";
import type { Unlock } from "../seal/mod.ts";
import { type Context, several } from "./command.ts";
import { hasPassword, passwordAsker, type PasswordFlags } from "./password.ts";

/** Flags that open encrypted backups. */
export interface UnlockFlags extends PasswordFlags {
  identity?: string[];
}

/** Adds `--identity`. */
export function addUnlockOptions(command: Command): Command {
  return command
    .option("--identity <file>", "an age identity that opens the backup; repeatable", several);
}

/**
 * Opens encrypted backups with what the flags or the user give. What was typed for one is tried for
 * all that follow; it is asked for again where it does not fit.
 */
export function unlockFrom(context: Context, flags: UnlockFlags): Unlock {
  const ask = passwordAsker(context, flags);
  const asked = new Map<string | undefined, ReturnType<typeof ask>>();
  return async (header, path) => {
    const { unlockWith } = await import("../seal/mod.ts");
    const earlier = new Set(asked.keys());
    let doubtful: (string | undefined)[] = [];
    const passphrase = (keyFile?: string) => {
      if (!asked.has(keyFile)) asked.set(keyFile, ask(keyFile));
      else if (earlier.has(keyFile)) doubtful.push(keyFile);
      return asked.get(keyFile)!;
    };
    const unlock = unlockWith(context.host, { identityFiles: flags.identity, passphrase });
    try {
      return await unlock(header, path);
    } catch (thrown) {
      const error = asLifeboatError(thrown);
      const isTyped = context.terminal.interactive && !hasPassword(flags);
      if (!isTyped || doubtful.length === 0 || error.code !== "wrong_password") throw error;
      context.hideProgress();
      context.terminal.err(`${printable(error.message)}.\n`);
      for (const keyFile of doubtful) asked.delete(keyFile);
      doubtful = [];
      return await unlock(header, path);
    }
  };
}

async function ask({ host, terminal }: Context, question: string): Promise<string> {
  terminal.err(question);
  const answer = await terminal.readSecret(host.signal);
  if (answer) return answer;
  throw new LifeboatError("refused", "not_confirmed", "No passphrase was typed", {
    hint: "Nothing was changed.",
  });
}

/** A new passphrase: from flags, else asked twice. Throws `password_required` where nobody answers. */
export async function newPassword(context: Context, flags: PasswordFlags): Promise<string> {
  const { terminal } = context;
  if (hasPassword(flags)) {
    return (await passwordAsker(context, flags)())!;
  }
  if (!terminal.interactive) {
    throw new LifeboatError("refused", "password_required", "A passphrase is needed", {
      hint: "Give it with --password-file or --password-env.",
    });
  }
  terminal.err("Whoever has the passphrase can read it; without it, nobody can, you included.\n");
  const first = await ask(context, "New passphrase: ");
  terminal.err(`${strengthHint(first)}\n`);
  if (await ask(context, "Again: ") === first) return first;
  throw new LifeboatError("refused", "not_confirmed", "The two passphrases are not the same", {
    hint: "Nothing was changed; try again.",
  });
}

/** Characters of each kind, by which a guess has to be longer. */
const KINDS: [RegExp, number][] = [[/[a-z]/, 26], [/[A-Z]/, 26], [/[0-9]/, 10], [
  /[^a-zA-Z0-9]/,
  33,
]];
/** Bits that take years to guess at a second each, on many machines; and those that take days. */
const [STRONG_BITS, FAIR_BITS] = [64, 44];

/** How hard a passphrase is to guess, roughly: words and repeats make it easier than it looks. */
export function strengthHint(passphrase: string): string {
  const alphabet = KINDS.reduce((sum, [kind, size]) => sum + (kind.test(passphrase) ? size : 0), 0);
  const length = Math.min([...passphrase].length, new Set(passphrase).size * 2);
  const bits = length * Math.log2(Math.max(2, alphabet)) * 0.75;
  if (bits >= STRONG_BITS) return "Strength: good.";
  const better = "Four or more words that do not belong together make a good one.";
  return `Strength: ${bits >= FAIR_BITS ? "fair" : "weak"}. ${better}`;
}
