/**
 * What lets a machine that can only encrypt take unchanged parts over into its next backup: the key
 * of the newest one, sealed with the machine's own. It opens no other, and is gone with the next.
 */
import { createHmac } from "node:crypto";
import {
  ensureDir,
  type Host,
  LifeboatError,
  lstatIfThere,
  pathsOf,
  readText,
  removeIfThere,
  replaceFile,
  sha256Of,
} from "../base/mod.ts";
import type { AgeHeader, Readers } from "./age_header.ts";
import { homeMark } from "./home_mark.ts";
import { listIdentities } from "./identities.ts";
import { openSecret, sealSecret, type SecretKey } from "./secrets.ts";
import type { Signer } from "./signature.ts";

/** Whose key it is: of this machine, and of one home there. */
export interface KeyOwner {
  signer: Signer;
  home: string;
}

function placeOf(host: Host, { signer, home }: KeyOwner): string {
  const { join } = pathsOf(host.platform);
  return join(host.folders.state, "next-time", homeMark(signer, home));
}

function keyOf({ signer }: KeyOwner): SecretKey {
  const own = signer.privateKey.export({ type: "pkcs8", format: "der" });
  const text = createHmac("sha256", own).update("lifeboat next time").digest("hex");
  return { text, source: "the signing key" };
}

function labelOf(header: Uint8Array): string {
  return `next time ${sha256Of(header)}`;
}

/** Whether an identity here opens what is encrypted so, without being asked for a passphrase. */
function opensByItself(host: Host, readers: Readers): boolean {
  return readers.kind === "recipients" &&
    listIdentities(host).some(({ locked, recipient }) =>
      !locked && readers.recipients.includes(recipient)
    );
}

/** Keeps the key of a backup that was just made to recipients, if nothing else here opens it. */
export function keepForNextTime(
  host: Host,
  owner: KeyOwner,
  readers: Readers,
  { header, fileKey }: AgeHeader,
): void {
  const path = placeOf(host, owner);
  removeIfThere(host.fs, path);
  if (readers.kind === "passphrase" || opensByItself(host, readers)) return;
  ensureDir(host.fs, pathsOf(host.platform).dirname(path), host.platform);
  const sealed = sealSecret(keyOf(owner), fileKey.toHex(), labelOf(header));
  replaceFile(host.fs, path, `${sealed}\n`, host.platform);
}

/** The key that was kept for the backup with this header; undefined when there is none. */
export function keptFromLastTime(
  host: Host,
  owner: KeyOwner,
  header: Uint8Array,
): Uint8Array | undefined {
  const path = placeOf(host, owner);
  if (!lstatIfThere(host.fs, path)) return undefined;
  try {
    const sealed = readText(host.fs, path, 4096).trim();
    return Uint8Array.fromHex(openSecret(keyOf(owner), sealed, labelOf(header)));
  } catch (error) {
    if (error instanceof LifeboatError) return undefined; // of another backup
    throw error;
  }
}
