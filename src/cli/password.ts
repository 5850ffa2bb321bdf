import { type Command, Option } from "commander";
import type { AskPassword } from "../archive/mod.ts";
import { describeError, type Host, LifeboatError, pathsOf, readText } from "../base/mod.ts";
import type { Context } from "./command.ts";

/** How the command line gives the password of an encrypted backup. */
export interface PasswordFlags {
  passwordFile?: string;
  passwordEnv?: string;
  password?: string;
}

const MAX_BYTES = 64 << 10;

function missing(where: string, cause?: unknown): LifeboatError {
  const why = cause === undefined ? "" : `: ${describeError(cause)}`;
  return new LifeboatError("refused", "no_password", `There is no password in ${where}${why}`, {
    hint: "Give it with --password-file FILE, or --password-env NAME.",
    cause,
  });
}

function readPassword(host: Host, path: string): string {
  let text: string;
  try {
    text = readText(host.fs, path, MAX_BYTES);
  } catch (error) {
    throw missing(path, error);
  }
  return text.replace(/\r?\n$/, "") || raise(missing(path));
}

function given(host: Host, flags: PasswordFlags): string | undefined {
  const { passwordFile, passwordEnv, password } = flags;
  if (passwordFile !== undefined) {
    return readPassword(host, pathsOf(host.platform).resolve(passwordFile));
  }
  if (passwordEnv !== undefined) {
    return host.env[passwordEnv] || raise(missing(`the variable ${passwordEnv}`));
  }
  return password;
}

function raise(error: LifeboatError): never {
  throw error;
}

/** The options themselves. */
export function withPasswordOptions(command: Command): Command {
  return command
    .option("--password-file <file>", "the password of an encrypted backup, in a file")
    .option("--password-env <name>", "the same, in an environment variable")
    .addOption(new Option("--password <password>").hideHelp());
}

/** Gets the password when it is needed: as the flags say, or by asking on the terminal. */
export function passwordAsker(context: Context, flags: PasswordFlags): AskPassword {
  return async () => {
    const { host, terminal } = context;
    if (flags.password !== undefined) {
      terminal.err("Warning: --password shows in process lists; use --password-file.\n");
    }
    const password = given(host, flags);
    if (password !== undefined || !terminal.interactive) return password;
    context.hideProgress();
    terminal.err("Password: ");
    const typed = await terminal.readSecret(host.signal);
    return typed || undefined;
  };
}
