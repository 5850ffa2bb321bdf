/** The header of an age file: for whom its key is wrapped. The package is loaded at first use. */
import { randomBytes } from "node:crypto";
import { describeError, LifeboatError } from "../base/mod.ts";
import { sealWith } from "./chacha.ts";

/** Who shall be able to read. */
export type Readers =
  | { kind: "passphrase"; passphrase: string }
  | { kind: "recipients"; recipients: string[] };

/** What may open a header. */
export interface Keys {
  passphrases: string[];
  /** `AGE-SECRET-KEY-1…`. */
  identities: string[];
}

/** A header, and the key that is wrapped in it. */
export interface AgeHeader {
  header: Uint8Array;
  fileKey: Uint8Array;
}

/** No header of ours, with a hundred recipients, is as long. */
export const MAX_HEADER_BYTES = 64 << 10;

const INTRO = "age-encryption.org/v1\n";
/** The base-2 logarithm of scrypt's work, as age itself has it: a second, and 256 MB. */
const SCRYPT_LOG_N = 18;

function unpadded(bytes: Uint8Array): string {
  return bytes.toBase64().replaceAll("=", "");
}

type Age = typeof import("age-encryption");

/**
 * Wraps the file key with a passphrase (C2SP age v1, "The scrypt recipient type"). age-encryption has
 * this too, but would not tell the file key without running scrypt once more. Its own dependency for
 * that takes half the time of Deno's `scryptSync`, and can be stopped.
 */
async function wrapWithPassphrase(age: Age, passphrase: string, fileKey: Uint8Array) {
  const { scrypt } = await import("@noble/hashes/scrypt.js");
  const salt = randomBytes(16);
  const label = new TextEncoder().encode("age-encryption.org/v1/scrypt");
  const work = { N: 2 ** SCRYPT_LOG_N, r: 8, p: 1, dkLen: 32 };
  const key = scrypt(passphrase, new Uint8Array([...label, ...salt]), work);
  const body = sealWith(key, new Uint8Array(12), fileKey);
  return new age.Stanza(["scrypt", unpadded(salt), String(SCRYPT_LOG_N)], body);
}

/** Makes the header of a new file. Throws `bad_recipient`, `weak_passphrase` for an empty one. */
export async function makeHeader(readers: Readers): Promise<AgeHeader> {
  const age = await import("age-encryption");
  const encrypter = new age.Encrypter();
  let fileKey = new Uint8Array();
  if (readers.kind === "recipients") {
    for (const recipient of readers.recipients) addRecipient(encrypter, recipient);
  } else if (readers.passphrase === "") {
    throw new LifeboatError("refused", "weak_passphrase", "The passphrase is empty", {
      hint: "Use four or more words that nobody would guess together.",
    });
  }
  encrypter.addRecipient({
    async wrapFileKey(key: Uint8Array) {
      fileKey = Uint8Array.from(key);
      return readers.kind === "passphrase"
        ? [await wrapWithPassphrase(age, readers.passphrase, key)]
        : [];
    },
  });
  const empty = await encrypter.encrypt(new Uint8Array());
  return { header: empty.slice(0, headerLength(empty)), fileKey };
}

function addRecipient(encrypter: InstanceType<Age["Encrypter"]>, recipient: string): void {
  try {
    encrypter.addRecipient(recipient);
  } catch (cause) {
    const message = `"${recipient.slice(0, 80)}" is no age recipient: ${describeError(cause)}`;
    throw new LifeboatError("refused", "bad_recipient", message, {
      hint: "A recipient begins with age1; `lifeboat keys list` shows your own.",
    });
  }
}

/** Length of the header that a file begins with, the line of its MAC included; undefined if none. */
export function headerLength(start: Uint8Array): number | undefined {
  const text = new TextDecoder("latin1").decode(start.subarray(0, MAX_HEADER_BYTES));
  const mac = text.startsWith(INTRO) ? text.indexOf("\n--- ") : -1;
  const end = mac < 0 ? -1 : text.indexOf("\n", mac + 1);
  return end < 0 ? undefined : end + 1;
}

/** Whether a header is for a passphrase or for recipients. */
export function headerKind(header: Uint8Array): Readers["kind"] {
  const text = new TextDecoder("latin1").decode(header);
  return /^-> scrypt /m.test(text) ? "passphrase" : "recipients";
}

/** The file key in a header; undefined when none of the keys is for it. Throws `bad_age_header`. */
export async function openHeader(
  header: Uint8Array,
  { passphrases, identities }: Keys,
): Promise<Uint8Array | undefined> {
  const age = await import("age-encryption");
  const decrypter = new age.Decrypter();
  try {
    for (const passphrase of passphrases) decrypter.addPassphrase(passphrase);
    for (const identity of identities) decrypter.addIdentity(identity);
    return await decrypter.decryptHeader(header);
  } catch (cause) {
    const reason = describeError(cause);
    if (/no identity matched/.test(reason)) return undefined;
    throw new LifeboatError("untrusted", "bad_age_header", `Its header cannot be read: ${reason}`, {
      hint: "It was changed after it was made; use another copy of it.",
      cause,
    });
  }
}

/** Seals a small piece of data, such as a key, into an age file. */
export async function sealBytes(plain: Uint8Array, passphrase: string): Promise<Uint8Array> {
  const { Encrypter } = await import("age-encryption");
  const encrypter = new Encrypter();
  encrypter.setPassphrase(passphrase);
  return await encrypter.encrypt(plain);
}

/** The same as text that can be printed and typed. */
export async function armored(sealed: Uint8Array): Promise<string> {
  const { armor } = await import("age-encryption");
  return armor.encode(sealed);
}

/** Opens such a file, armored or not; undefined when the passphrase is another. */
export async function openBytes(
  sealed: Uint8Array,
  passphrase: string,
): Promise<Uint8Array | undefined> {
  const { armor, Decrypter } = await import("age-encryption");
  const text = new TextDecoder("latin1").decode(sealed);
  const bytes = text.startsWith("-----BEGIN AGE") ? armor.decode(text) : sealed;
  const decrypter = new Decrypter();
  decrypter.addPassphrase(passphrase);
  try {
    return await decrypter.decrypt(bytes);
  } catch {
    return undefined; // another passphrase, or no age file at all: nobody can tell
  }
}

/** A new identity, and the recipient that belongs to it. */
export async function newIdentity(): Promise<{ identity: string; recipient: string }> {
  const { generateX25519Identity, identityToRecipient } = await import("age-encryption");
  const identity = await generateX25519Identity();
  return { identity, recipient: await identityToRecipient(identity) };
}

/** The recipient of an identity. */
export async function recipientOf(identity: string): Promise<string> {
  const { identityToRecipient } = await import("age-encryption");
  return await identityToRecipient(identity);
}
