/** Finding the key that opens an encrypted backup. */
import { checkInterrupt, type Host, LifeboatError } from "../base/mod.ts";
import { headerKind, openHeader, type Readers, recipientOf } from "./age_header.ts";
import {
  type IdentityFile,
  ownIdentityFiles,
  readIdentityFile,
  secretsIn,
  unlockIdentityFile,
} from "./identities.ts";
import { withPassphrase } from "./passphrase_job.ts";

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
  /** Gives or asks for a passphrase: the backup's, or that of a key file; undefined for none. */
  passphrase?: (keyFile?: string) => Promise<string | undefined>;
}

/** Opens with what the user has; without secrets, with the identities of this machine. */
export function unlockWith(host: Host, secrets: Secrets = {}): Unlock {
  return async (header, path) => {
    return headerKind(header) === "passphrase"
      ? await openWithPassphrase(host, header, path, secrets)
      : await openWithIdentity(host, header, path, secrets);
  };
}

function passwordRequired(what: string): LifeboatError {
  return new LifeboatError("refused", "password_required", `${what} needs its passphrase`, {
    hint: "Give it with --password-file or --password-env, or run this on a terminal.",
  });
}

async function openWithPassphrase(
  host: Host,
  header: Uint8Array,
  path: string,
  secrets: Secrets,
): Promise<Unlocked> {
  const passphrase = await secrets.passphrase?.();
  if (passphrase === undefined) throw passwordRequired(path);
  const keys = { passphrases: [passphrase], identities: [] };
  const fileKey = await withPassphrase(host, "openHeader", header, keys);
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
  const named = secrets.identityFiles?.map((file) => readIdentityFile(host, file));
  const files = named ?? ownIdentityFiles(host);
  const open = files.filter(({ locked }) => !locked);
  const identities = open.flatMap(({ content }) => secretsIn(new TextDecoder().decode(content)));
  const locked = files.filter((file) => file.locked);
  const found = await firstThatOpens(header, identities) ??
    await openWithLocked(host, header, locked, secrets);
  if (found) return found;
  throw new LifeboatError("untrusted", "wrong_key", `None of the keys here opens ${path}`, {
    hint: "Name the file of the identity that it was encrypted to with --identity.",
  });
}

/** Tries identities that are under a passphrase. That one is refused does not keep from the next. */
async function openWithLocked(
  host: Host,
  header: Uint8Array,
  files: IdentityFile[],
  { passphrase: ask }: Secrets,
): Promise<Unlocked | undefined> {
  let refused: unknown;
  for (const file of files) {
    const passphrase = await ask?.(file.path);
    if (passphrase === undefined) throw passwordRequired(file.path);
    try {
      const secrets = await unlockIdentityFile(host, file, passphrase);
      const unlocked = await firstThatOpens(header, secrets);
      if (unlocked) return unlocked;
    } catch (error) {
      checkInterrupt(host);
      refused ??= error;
    }
  }
  if (refused) throw refused;
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
