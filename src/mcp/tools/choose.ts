/** What several tools choose: a home, a backup, a password. */
import { type Host, LifeboatError } from "../../base/mod.ts";
import type { BackupScope } from "../../catalog/mod.ts";
import type { Home } from "../../profiles/mod.ts";
import type { Unlock } from "../../seal/mod.ts";
import type { Arguments } from "../parameter.ts";
import type { Call } from "../tool.ts";

/** An argument that is a text. */
export function text(args: Arguments, name: string): string | undefined {
  return args[name] as string | undefined;
}

/** An argument that is a number. */
export function number(args: Arguments, name: string): number | undefined {
  return args[name] as number | undefined;
}

/** An argument that is a list of texts. */
export function texts(args: Arguments, name: string): string[] | undefined {
  return args[name] as string[] | undefined;
}

/** The one home that is meant; it need not exist. */
export async function homeOf(call: Call, args: Arguments): Promise<Home> {
  const { chooseHomes } = await import("../../profiles/mod.ts");
  const profile = text(args, "profile") ?? call.profile;
  if (profile !== "all") return chooseHomes(call.host, { profile })[0];
  throw new LifeboatError("refused", "usage", "This is about one agent's home", {
    hint: "Name one profile.",
  });
}

/** Among which backups an ID is looked for; a path is none, whatever lies there. */
export async function scopeOf(call: Call, args: Arguments, id: string): Promise<BackupScope> {
  const { backupScope } = await import("../../catalog/mod.ts");
  const profile = text(args, "profile") ?? (id === "latest" ? call.profile : undefined);
  return { ...backupScope(call.host, { profile }), onlyNames: true };
}

/** How encrypted backups are opened. */
export interface Opening {
  password: () => Promise<string | undefined>;
  unlock: Unlock;
}

/** Opens encrypted backups with the password in a file, or with the keys of this machine. */
export async function openingOf(host: Host, args: Arguments): Promise<Opening> {
  const { readPasswordFile, unlockWith } = await import("../../seal/mod.ts");
  const file = text(args, "password_file");
  const password = () => Promise.resolve(file === undefined ? file : readPasswordFile(host, file));
  return { password, unlock: unlockWith(host, { passphrase: password }) };
}
