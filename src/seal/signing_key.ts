/** The key with which this machine signs its backups. */
import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import { describeError, errnoOf, type Host, LifeboatError, replaceFile } from "../base/mod.ts";
import { hasKeyFile, keyPath, readKeyFile, writeKeyFile } from "./key_folder.ts";
import { withPassphrase } from "./passphrase_job.ts";
import { isPublicKey, publicKeyOf, type Signer } from "./signature.ts";

/** The private key, PKCS #8 in PEM; with `.age` behind it, that under a passphrase. */
const SIGNING_KEY = "signing.key";
/** The public key, base64. */
const SIGNING_PUB = "signing.pub";

/** The public key of this machine, base64; undefined when it has none yet. */
export function machinePublicKey(host: Host): string | undefined {
  if (!hasKeyFile(host, SIGNING_PUB)) return undefined;
  const text = new TextDecoder().decode(readKeyFile(host, SIGNING_PUB)).trim();
  if (isPublicKey(text)) return text;
  throw badKey(host, SIGNING_PUB);
}

function badKey(host: Host, name: string, cause?: unknown): LifeboatError {
  return new LifeboatError("untrusted", "bad_key", `${keyPath(host, name)} is no signing key`, {
    hint: "Put it back from a copy, or move it away: the next backup makes another key.",
    cause,
  });
}

/** Whether the private key needs a passphrase. */
export function isSigningKeyLocked(host: Host): boolean {
  return !hasKeyFile(host, SIGNING_KEY) && hasKeyFile(host, `${SIGNING_KEY}.age`);
}

/** A key in PEM. */
function signerFromPem(host: Host, pem: string): Signer {
  try {
    const privateKey = createPrivateKey(pem);
    if (privateKey.asymmetricKeyType !== "ed25519") throw badKey(host, SIGNING_KEY);
    return { privateKey, publicKey: publicKeyOf(privateKey) };
  } catch (cause) {
    if (cause instanceof LifeboatError) throw cause;
    throw badKey(host, SIGNING_KEY, cause);
  }
}

/** A new key, in PEM; it is nowhere stored yet. */
function newSigningKey(): { pem: string; signer: Signer } {
  const { privateKey } = generateKeyPairSync("ed25519");
  const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  return { pem, signer: { privateKey, publicKey: publicKeyOf(privateKey) } };
}

/** Stores the public half beside the private one, where it can be read without a passphrase. */
function storePublicKey(host: Host, signer: Signer): void {
  writeKeyFile(host, SIGNING_PUB, `${signer.publicKey}\n`);
}

/** Gives the passphrase of the signing key where nobody can be asked for it. */
const PASSWORD_VARIABLE = "LIFEBOAT_SIGNING_PASSWORD";

/** Puts the signing key of this machine under a passphrase; a new one where there is none yet. */
export async function lockSigningKey(host: Host, passphrase: string): Promise<string> {
  const found = machineSigner(host);
  if ("reason" in found) {
    throw new LifeboatError("untrusted", "bad_key", `It cannot be locked: ${found.reason}`, {
      hint: "See the keys with: lifeboat keys list",
    });
  }
  const pem = readKeyFile(host, SIGNING_KEY);
  const sealed = await withPassphrase(host, "sealBytes", pem, passphrase);
  replaceFile(host.fs, keyPath(host, `${SIGNING_KEY}.age`), sealed, host.platform);
  host.fs.remove(keyPath(host, SIGNING_KEY));
  return found.signer.publicKey;
}

async function unlockSigner(host: Host, passphrase: string): Promise<Signer> {
  const name = `${SIGNING_KEY}.age`;
  const pem = await withPassphrase(host, "openBytes", readKeyFile(host, name), passphrase);
  if (pem) return signerFromPem(host, new TextDecoder().decode(pem));
  const message = `The passphrase does not open ${keyPath(host, name)}`;
  throw new LifeboatError("untrusted", "wrong_password", message, {
    hint: "Try again; upper and lower case matter.",
  });
}

/**
 * The key of this machine; one under a passphrase with that of `LIFEBOAT_SIGNING_PASSWORD`, or where
 * somebody can be asked (`ask`, with the path of the key). Throws `wrong_password`.
 */
export async function openSigner(
  host: Host,
  ask?: (keyFile: string) => Promise<string | undefined>,
): Promise<SignerOrReason> {
  if (!isSigningKeyLocked(host)) return machineSigner(host);
  const passphrase = host.env[PASSWORD_VARIABLE] ??
    await ask?.(keyPath(host, `${SIGNING_KEY}.age`));
  return passphrase === undefined
    ? machineSigner(host)
    : { signer: await unlockSigner(host, passphrase) };
}

/** What there is to sign with: the key, or why there is none. */
export type SignerOrReason = { signer: Signer } | { reason: string };

/**
 * The key of this machine, made at first use. A backup is worth more than its signature: where the
 * key cannot be made or used, it is made all the same, and the reason is told.
 */
export function machineSigner(host: Host): SignerOrReason {
  try {
    if (isSigningKeyLocked(host)) {
      return {
        reason: `the signing key is under a passphrase, and ${PASSWORD_VARIABLE} is not set`,
      };
    }
    if (!hasKeyFile(host, SIGNING_KEY)) makeKey(host);
    return { signer: readSigner(host) };
  } catch (error) {
    if (!(error instanceof LifeboatError) && errnoOf(error) === undefined) throw error;
    return { reason: describeError(error) };
  }
}

function readSigner(host: Host): Signer {
  const pem = new TextDecoder().decode(readKeyFile(host, SIGNING_KEY));
  return signerFromPem(host, pem);
}

/** The key of this machine; undefined where there is none, or none that can be used as it lies there. */
export function existingSigner(host: Host): Signer | undefined {
  try {
    return hasKeyFile(host, SIGNING_KEY) ? readSigner(host) : undefined;
  } catch (error) {
    if (!(error instanceof LifeboatError) && errnoOf(error) === undefined) throw error;
    return undefined; // whoever needs it for more than a look says why it cannot be used
  }
}

function makeKey(host: Host): void {
  const { pem, signer } = newSigningKey();
  try {
    writeKeyFile(host, SIGNING_KEY, pem);
  } catch (error) {
    if (errnoOf(error) === "EEXIST") return; // another lifeboat was quicker
    throw error;
  }
  storePublicKey(host, signer);
}
