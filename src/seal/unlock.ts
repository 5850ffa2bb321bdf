/** Finding the key that opens an encrypted backup. */
import { type Host, LifeboatError } from "../base/mod.ts";
import { headerKind, openHeader, type Readers, recipientOf } from "./age_header.ts";
import {
  listIdentities,
  openIdentities,
  readIdentityFile,
  unlockIdentityFile,
} from "./identities.ts";

/** What opens a backup. */
export interface Unlocked {
  fileKey: Uint8Array;
  /** How to seal another backup so that the same person can open it. */
  readers: Readers;
}

/** Opens the header of an encrypted backup; `path` names it. Throws `wrong_key`, `wrong_password`, … */
export type Unlock = (header: Uint8Array, path: string) => Promise<Unlocked>;

/** What the user has to open backups with. */
export interface Secrets {
  /** `--identity F`: then those of this machine are left alone. */
  identityFiles?: string[];
  /** Gives or asks for a passphrase, for what is named; undefined when there is none to be had. */
  passphrase?: (what: string) => Promise<string | undefined>;
}

/** Opens with what the user has; without secrets, with the identities of this machine. */
export function unlockWith(host: Host, secrets: Secrets = {}): Unlock {
  return async (header, path) => {
    return headerKind(header) === "passphrase"
      ? await openWithPassphrase(header, path, secrets)
      : await openWithIdentity(host, header, path, secrets);
  };
}

async function openWithPassphrase(
  header: Uint8Array,
  path: string,
  secrets: Secrets,
): Promise<Unlocked> {
  const passphrase = await secrets.passphrase?.(path);
  if (passphrase === undefined) {
    throw new LifeboatError("refused", "password_required", `${path} needs a passphrase`, {
      hint: "Give it with --password-file or --password-env, or run this on a terminal.",
    });
  }
  const fileKey = await openHeader(header, { passphrases: [passphrase], identities: [] });
  if (fileKey) return { fileKey, readers: { kind: "passphrase", passphrase } };
  throw new LifeboatError("untrusted", "wrong_password", `The passphrase does not open ${path}`, {
    hint: "Try again; upper and lower case matter.",
  });
}

async function openWithIdentity(
  host: Host,
  header: Uint8Array,
  path: string,
  secrets: Secrets,
): Promise<Unlocked> {
  const files = (secrets.identityFiles ?? []).map((file) => readIdentityFile(host, file));
  const plain = files.length > 0 ? files.filter((file) => !file.locked) : [];
  const open = [
    ...(files.length > 0 ? [] : openIdentities(host)),
    ...(await Promise.all(plain.map((file) => unlockIdentityFile(file, "")))).flat(),
  ];
  const found = await firstThatOpens(header, open);
  if (found) return found;
  const locked = files.length > 0
    ? files.filter((file) => file.locked)
    : listIdentities(host).filter((one) => one.locked).map((one) =>
      readIdentityFile(host, one.path)
    );
  for (const file of locked) {
    const passphrase = await secrets.passphrase?.(file.path);
    if (passphrase === undefined) continue;
    const unlocked = await firstThatOpens(header, await unlockIdentityFile(file, passphrase));
    if (unlocked) return unlocked;
  }
  throw new LifeboatError("untrusted", "wrong_key", `None of the keys here opens ${path}`, {
    hint: "Name the file of the identity that it was encrypted to with --identity.",
  });
}

async function firstThatOpens(
  header: Uint8Array,
  identities: string[],
): Promise<Unlocked | undefined> {
  for (const identity of identities) {
    const fileKey = await openHeader(header, { passphrases: [], identities: [identity] });
    if (!fileKey) continue;
    return { fileKey, readers: { kind: "recipients", recipients: [await recipientOf(identity)] } };
  }
}
