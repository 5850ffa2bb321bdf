/** Secrets of other services at rest: AES-256-GCM under a key of this machine. */
import { Buffer } from "node:buffer";
import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from "node:crypto";
import {
  ensureDir,
  type Host,
  LifeboatError,
  lstatIfThere,
  pathsOf,
  readText,
  replaceFile,
} from "../base/mod.ts";

const VARIABLE = "LIFEBOAT_ENCRYPTION_KEY";
const FORMAT = "v1:";
const [SALT, IV, TAG] = [16, 12, 16];

/** What secrets are sealed with: the text of a key, and where it came from. */
export interface SecretKey {
  text: string;
  /** For messages. */
  source: string;
}

function keyFile({ platform, folders }: Host): string {
  return pathsOf(platform).join(folders.config, "secrets.key");
}

function noKey(host: Host): LifeboatError {
  const message = `The key file ${keyFile(host)} is gone, so stored secrets cannot be read`;
  return new LifeboatError("untrusted", "no_secret_key", message, {
    hint: `Put it back, or set ${VARIABLE}; or remove the backends and add them again.`,
  });
}

/**
 * The key of this machine: `LIFEBOAT_ENCRYPTION_KEY`, else the key file in the configuration folder.
 * A new key file is only made where `mayCreate` says that nothing is sealed with an older one yet.
 * Throws `no_secret_key` (exit 12).
 */
export function loadSecretKey(host: Host, mayCreate: boolean): SecretKey {
  const text = host.env[VARIABLE];
  if (text) return { text, source: VARIABLE };
  const path = keyFile(host);
  if (!lstatIfThere(host.fs, path)) {
    if (!mayCreate) throw noKey(host);
    ensureDir(host.fs, host.folders.config, host.platform);
    replaceFile(host.fs, path, `${randomBytes(32).toString("hex")}\n`, host.platform);
  }
  const kept = readText(host.fs, path, 4096).trim();
  if (kept.length >= 32) return { text: kept, source: path };
  throw new LifeboatError("untrusted", "wrong_secret_key", `${path} holds no key`, {
    hint: `Put the right one back, or set ${VARIABLE}.`,
  });
}

function derive(key: SecretKey, salt: Uint8Array): Uint8Array {
  return scryptSync(key.text, salt, 32, { N: 1 << 14, r: 8, p: 1 });
}

/** A secret as it may lie on disk. It can only be opened under the same `label`. */
export function sealSecret(key: SecretKey, secret: string, label: string): string {
  const [salt, iv] = [randomBytes(SALT), randomBytes(IV)];
  const cipher = createCipheriv("aes-256-gcm", derive(key, salt), iv);
  cipher.setAAD(Buffer.from(label));
  const sealed = Buffer.concat([cipher.update(secret, "utf8"), cipher.final()]);
  return FORMAT + Buffer.concat([salt, iv, cipher.getAuthTag(), sealed]).toString("base64");
}

function wrongKey({ source }: SecretKey, label: string): LifeboatError {
  const message = `The stored secret of ${label} cannot be opened with the key in ${source}`;
  return new LifeboatError("untrusted", "wrong_secret_key", message, {
    hint: "Bring back the key that it was stored with, or remove it and add it again.",
  });
}

/** A secret that {@linkcode sealSecret} has sealed. Throws `wrong_secret_key` (exit 12). */
export function openSecret(key: SecretKey, sealed: string, label: string): string {
  const bytes = Buffer.from(sealed.slice(FORMAT.length), "base64");
  if (!sealed.startsWith(FORMAT) || bytes.length < SALT + IV + TAG) throw wrongKey(key, label);
  const [salt, rest] = [bytes.subarray(0, SALT), bytes.subarray(SALT)];
  const decipher = createDecipheriv("aes-256-gcm", derive(key, salt), rest.subarray(0, IV));
  decipher.setAAD(Buffer.from(label));
  decipher.setAuthTag(rest.subarray(IV, IV + TAG));
  try {
    const opened = [decipher.update(rest.subarray(IV + TAG)), decipher.final()];
    return Buffer.concat(opened).toString("utf8");
  } catch {
    throw wrongKey(key, label); // its cause would say nothing more
  }
}
