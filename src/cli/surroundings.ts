import { type Host, lstatIfThere, pathsOf } from "../base/mod.ts";
import type { Invocation } from "./invocation.ts";

function isExtractedBackup(host: Host, folder: string): boolean {
  const { join } = pathsOf(host.platform);
  return lstatIfThere(host.fs, join(folder, "manifest.json"))?.kind === "file" &&
    (lstatIfThere(host.fs, join(folder, "files"))?.kind === "directory" ||
      lstatIfThere(host.fs, join(folder, "payload.tar.gz.age"))?.kind === "file");
}

/** Whether this program is the restorer of a backup, by its name or by what lies beside it. */
export function isRestorer(host: Host): boolean {
  const { basename, dirname } = pathsOf(host.platform);
  if (!host.executable) return false;
  return basename(host.executable).startsWith("restore-standalone") ||
    isExtractedBackup(host, dirname(host.executable));
}

/** The extracted backup that this program lies in, or else the one that it was started in. */
export function surroundingBackup(host: Host): string | undefined {
  const { dirname, resolve } = pathsOf(host.platform);
  const folders = [...(host.executable ? [dirname(host.executable)] : []), resolve(".")];
  return folders.find((folder) => isExtractedBackup(host, folder));
}

const GUIDED = "--guided";

/** Whether the user is to be guided, and the window may close at the end. */
export function isGuided(args: string[]): boolean {
  return args.includes(GUIDED);
}

/**
 * What a command line means. Without a command it asks how things are, but under an old name, whose
 * scripts expect a refusal. A restorer that is given no command restores; started with nothing at
 * all, as by a double-click, it also explains itself, and waits before its window closes.
 */
export function meantArgs({ args, oldName }: Invocation, restorer: boolean): string[] {
  const asksHelp = args.some((arg) => arg === "--help" || arg === "-h");
  if (!restorer) {
    const names = args.some((arg) => !arg.startsWith("-"));
    return names || asksHelp || oldName ? args : ["status", ...args];
  }
  if (args.length === 0) return ["restore", "--apply", GUIDED];
  return args[0].startsWith("-") && !asksHelp ? ["restore", ...args] : args;
}

/** How the user starts this program again: its name, or from the backup's folder its path. */
export function programName(host: Host): string {
  const { basename } = pathsOf(host.platform);
  if (!host.executable || !isRestorer(host)) return "lifeboat";
  return `.${pathsOf(host.platform).sep}${basename(host.executable)}`;
}
