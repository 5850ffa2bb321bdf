import { describeError, type Host, LifeboatError, pathsOf, readText } from "../base/mod.ts";

const MAX_BYTES = 64 << 10;

/** The error where there is no passphrase. @param where what was looked into */
export function noPassword(where: string, cause?: unknown): LifeboatError {
  const why = cause === undefined ? "" : `: ${describeError(cause)}`;
  return new LifeboatError("refused", "no_password", `There is no passphrase in ${where}${why}`, {
    hint: "Give it with --password-file FILE, or --password-env NAME.",
    cause,
  });
}

/** The passphrase in a file, without its line end. Throws `no_password`. */
export function readPasswordFile(host: Host, file: string): string {
  const path = pathsOf(host.platform).resolve(file);
  let text: string;
  try {
    text = readText(host.fs, path, MAX_BYTES);
  } catch (error) {
    throw noPassword(path, error);
  }
  const password = text.replace(/\r?\n$/, "");
  if (password) return password;
  throw noPassword(path);
}
