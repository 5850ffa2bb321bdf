import { printable } from "../../base/mod.ts";
import type { IdentityInfo, KeyList, KnownSigner } from "../../seal/mod.ts";
import { formatFields } from "../format.ts";
import type { Style } from "../style.ts";
import { indent, section } from "./lists.ts";

/** The public parts of all keys. */
export function keysText({ signing, known, identities }: KeyList, style: Style): string {
  const fields: [string, string][] = [
    ["Signs backups", signing?.public_key ?? "no key yet; the first backup makes one"],
  ];
  if (signing?.locked) fields.push(["", "under a passphrase"]);
  return [
    style.bold("This machine"),
    ...indent(formatFields(fields)),
    ...section(
      style.bold("Identities, which open what is encrypted to them"),
      identities.map(({ name, recipient, locked }) =>
        `${recipient}  ${printable(name)}${locked ? ", under a passphrase" : ""}`
      ),
    ),
    ...section(
      style.bold("Known signing keys"),
      known.map(({ name, public_key }) => `${public_key}  ${printable(name)}`),
    ),
    "",
  ].join("\n");
}

/** That a key was given a name. */
export function trustedText({ name, public_key }: KnownSigner): string {
  return `Backups signed with ${public_key} are now shown as signed by ${printable(name)},\n` +
    "and what they activate is restored without --trust.\n";
}

/** That an identity was made, and what to do with it. */
export function createdText({ name, recipient, path }: IdentityInfo): string {
  return [
    `Identity ${printable(name)}: ${recipient}`,
    `Its secret is in ${printable(path)}. Without a copy of it nothing that was encrypted to it`,
    "can be read when this machine is gone. Print one:",
    "  lifeboat keys sheet | lp",
    "Encrypt to it, here or on another machine:",
    `  lifeboat backup --recipient ${printable(name)}`,
    `  lifeboat backup --recipient ${recipient}`,
    "",
  ].join("\n");
}

/** What the key that signs is like now. */
export function signingText(signing: KeyList["signing"]): string {
  if (!signing) return "There is no signing key.\n";
  return [
    `Backups are signed with ${signing.public_key}.`,
    ...(signing.locked
      ? [
        "Its secret is under a passphrase: `backup` asks for it. Where nobody is there to answer it is",
        "taken from LIFEBOAT_SIGNING_PASSWORD, and without that the backup is not signed.",
      ]
      : []),
    "",
  ].join("\n");
}
