/**
 * Who made a backup (design.md section 3): an Ed25519 signature over the hash of its manifest, which
 * itself holds the hash of every file. A hash beside the data, or an age recipient, says nothing
 * about that: anybody can make both.
 */
import { Buffer } from "node:buffer";
import { createPublicKey, type KeyObject, sign, verify } from "node:crypto";

/** A private key that signs, and what others know of it. */
export interface Signer {
  /** Base64 of the 32 bytes of the public key. */
  publicKey: string;
  privateKey: KeyObject;
}

/** What `signature.json` holds; key names are those of the file (FORMAT.md section 9). */
export interface SignatureFile {
  format: "lifeboat-signature";
  version: 1;
  algorithm: "ed25519";
  /** Base64 of 32 bytes. */
  public_key: string;
  /** Upper-case hex. */
  manifest_sha256: string;
  /** Base64 of 64 bytes. */
  signature: string;
}

/** More than such a file has. */
export const MAX_SIGNATURE_BYTES = 4096;

/** What stands before a raw Ed25519 key in a SubjectPublicKeyInfo (RFC 8410). */
const SPKI_PREFIX = Buffer.from("302a300506032b6570032100", "hex");
const BASE64_32 = /^[A-Za-z0-9+/]{43}=$/;
const BASE64_64 = /^[A-Za-z0-9+/]{86}==$/;
const HEX_SHA256 = /^[0-9A-F]{64}$/;

/** Base64 of the raw public half of a key. */
export function publicKeyOf(key: KeyObject): string {
  const spki = createPublicKey(key).export({ type: "spki", format: "der" });
  return Buffer.from(spki.subarray(SPKI_PREFIX.length)).toString("base64");
}

/** Whether a text has the form of a public signing key. */
export function isPublicKey(text: string): boolean {
  return BASE64_32.test(text);
}

/** The words that are signed, so that a signature cannot be taken for one over something else. */
function signedText(manifestSha256: string): Buffer {
  return Buffer.from(`lifeboat backup signature v1\nmanifest.json SHA-256 ${manifestSha256}\n`);
}

/** The content of `signature.json` for the manifest with this SHA-256, upper-case hex. */
export function signManifest(signer: Signer, manifestSha256: string): Uint8Array {
  const signature = sign(null, signedText(manifestSha256), signer.privateKey);
  const file: SignatureFile = {
    format: "lifeboat-signature",
    version: 1,
    algorithm: "ed25519",
    public_key: signer.publicKey,
    manifest_sha256: manifestSha256,
    signature: Buffer.from(signature).toString("base64"),
  };
  return new TextEncoder().encode(JSON.stringify(file, null, 2) + "\n");
}

/** Reads `signature.json`; undefined where it is not one, or one of a later version. */
export function parseSignature(content: Uint8Array): SignatureFile | undefined {
  let file: Partial<SignatureFile> | null;
  try {
    file = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(content));
  } catch {
    return undefined; // said by whoever expected one
  }
  const isOne = file?.format === "lifeboat-signature" && file.version === 1 &&
    file.algorithm === "ed25519" && BASE64_32.test(file.public_key ?? "") &&
    HEX_SHA256.test(file.manifest_sha256 ?? "") && BASE64_64.test(file.signature ?? "");
  return isOne ? file as SignatureFile : undefined;
}

/** Whether the signature is one of its key over its hash. Whose key it is, it cannot tell. */
export function isGenuine(file: SignatureFile): boolean {
  const der = Buffer.concat([SPKI_PREFIX, Buffer.from(file.public_key, "base64")]);
  const key = createPublicKey({ key: der, format: "der", type: "spki" });
  const signature = Buffer.from(file.signature, "base64");
  return verify(null, signedText(file.manifest_sha256), key, signature);
}
