import { type Command, Option } from "commander";
import type { AskPassword } from "../archive/mod.ts";
import { type Host, printable } from "../base/mod.ts";
import type { Context } from "./command.ts";

/** How the command line gives the passphrase of an encrypted backup. */
export interface PasswordFlags {
  passwordFile?: string;
  passwordEnv?: string;
  password?: string;
}

/** Whether the command line gives one. */
export function hasPassword({ passwordFile, passwordEnv, password }: PasswordFlags): boolean {
  return [passwordFile, passwordEnv, password].some((flag) => flag !== undefined);
}

async function given(host: Host, flags: PasswordFlags): Promise<string | undefined> {
  const { passwordFile, passwordEnv, password } = flags;
  if (passwordFile === undefined && passwordEnv === undefined) return password;
  const { noPassword, readPasswordFile } = await import("../seal/mod.ts");
  if (passwordFile !== undefined) return readPasswordFile(host, passwordFile);
  const value = host.env[passwordEnv!];
  if (value) return value;
  throw noPassword(`the variable ${passwordEnv}`);
}

/** The options themselves. */
export function withPasswordOptions(command: Command): Command {
  return command
    .option("--password-file <file>", "the passphrase of an encrypted backup, in a file")
    .option("--password-env <name>", "the same, in an environment variable")
    .addOption(new Option("--password <password>").hideHelp());
}

/**
 * Gets the passphrase when it is needed: as the flags say, or by asking on the terminal, where the file
 * is named that it opens when that is not the backup itself.
 */
export function passwordAsker(
  context: Context,
  flags: PasswordFlags,
): (keyFile?: string) => ReturnType<AskPassword> {
  return async (keyFile) => {
    const { host, terminal } = context;
    if (flags.password !== undefined) {
      terminal.err("Warning: --password shows in process lists; use --password-file.\n");
    }
    const password = await given(host, flags);
    if (password !== undefined || !terminal.interactive) return password;
    context.hideProgress();
    terminal.err(keyFile === undefined ? "Passphrase: " : `Passphrase of ${printable(keyFile)}: `);
    const typed = await terminal.readSecret(host.signal);
    return typed || undefined;
  };
}
