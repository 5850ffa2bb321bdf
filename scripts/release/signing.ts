/**
 * The release key: Ed25519. The list of hashes carries two signatures by it, since no one tool is on
 * every system: one for OpenSSL 3 (`openssl pkeyutl -verify -rawin`) and for Lifeboat itself, one
 * for `ssh-keygen -Y verify`, which comes with macOS and Windows.
 */
import { Buffer } from "node:buffer";
import { createHash, createPublicKey, generateKeyPairSync, sign } from "node:crypto";

/** What the signatures of `ssh-keygen` are made for; `-n` and `-I` there. */
export const SSH_NAMESPACE = "lifeboat-release";

export interface KeyPair {
  /** PKCS#8, PEM. */
  privateKey: string;
  /** SubjectPublicKeyInfo, PEM. */
  publicKey: string;
}

/** A new release key. */
export function createKey(): KeyPair {
  return generateKeyPairSync("ed25519", {
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
}

/** The public half of a private key, PEM. Throws when it is not an Ed25519 key. */
export function publicKeyOf(privateKey: string): string {
  const key = createPublicKey(privateKey);
  if (key.asymmetricKeyType !== "ed25519") throw new Error("The release key must be Ed25519");
  return key.export({ type: "spki", format: "pem" }).toString();
}

/** The plain signature: 64 bytes as base64, and a newline. */
export function plainSignature(data: Uint8Array, privateKey: string): string {
  return `${sign(null, data, privateKey).toString("base64")}\n`;
}

/** A public key as OpenSSH writes it. */
export function sshPublicKey(publicKey: string): string {
  return `ssh-ed25519 ${sshKeyBlob(publicKey).toString("base64")}`;
}

/** A signature as `ssh-keygen -Y sign` makes it (OpenSSH's PROTOCOL.sshsig). */
export function sshSignature(data: Uint8Array, privateKey: string): string {
  const about = [field(SSH_NAMESPACE), field(""), field("sha512")];
  const digest = createHash("sha512").update(data).digest();
  const signed = Buffer.concat([Buffer.from("SSHSIG"), ...about, field(digest)]);
  const signature = Buffer.concat([field("ssh-ed25519"), field(sign(null, signed, privateKey))]);
  const version = Buffer.from([0, 0, 0, 1]);
  const key = field(sshKeyBlob(publicKeyOf(privateKey)));
  const blob = Buffer.concat([Buffer.from("SSHSIG"), version, key, ...about, field(signature)]);
  const lines = blob.toString("base64").match(/.{1,70}/g)!;
  return ["-----BEGIN SSH SIGNATURE-----", ...lines, "-----END SSH SIGNATURE-----", ""].join("\n");
}

/** The 32 bytes of an Ed25519 key are the last of its SubjectPublicKeyInfo (RFC 8410). */
function sshKeyBlob(publicKey: string): Buffer {
  const spki = createPublicKey(publicKey).export({ type: "spki", format: "der" }) as Buffer;
  return Buffer.concat([field("ssh-ed25519"), field(spki.subarray(-32))]);
}

/** A string of the SSH protocol: its length in four bytes, then itself. */
function field(content: string | Uint8Array): Buffer {
  const bytes = Buffer.from(content as string);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
