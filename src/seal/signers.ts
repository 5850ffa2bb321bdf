/** Whose a signature is, as this machine knows it. */
import { type Host, LifeboatError, replaceFile } from "../base/mod.ts";
import { hasKeyFile, keyPath, readKeyFile, writeKeyFile } from "./key_folder.ts";
import { isPublicKey } from "./signature.ts";
import { machinePublicKey } from "./signing_key.ts";

/** One `NAME KEY` per line; `#` begins a comment. */
const KNOWN_SIGNERS = "known_signers";

/** Who signed a backup; key names are those of JSON. */
export interface SignedBy {
  /** `known`: its key was given a name with `keys trust`. */
  by: "this_machine" | "known" | "unknown";
  name: string | null;
  /** Base64. */
  public_key: string;
}

/** A key that the user trusts. */
export interface KnownSigner {
  name: string;
  public_key: string;
}

/** The keys that were given a name. */
export function knownSigners(host: Host): KnownSigner[] {
  if (!hasKeyFile(host, KNOWN_SIGNERS)) return [];
  const text = new TextDecoder().decode(readKeyFile(host, KNOWN_SIGNERS));
  return text.split("\n").map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => {
      const [, name, public_key] = /^(.+?)\s+(\S+)$/.exec(line) ?? [];
      if (name && isPublicKey(public_key)) return { name, public_key };
      throw new LifeboatError(
        "untrusted",
        "bad_key",
        `${keyPath(host, KNOWN_SIGNERS)} has a line that is no name and key`,
        { hint: "Write each line as: NAME KEY" },
      );
    });
}

/** Trusts a key under a name. Throws `usage`, `name_taken`. */
export function trustSigner(host: Host, { name, public_key }: KnownSigner): KnownSigner {
  if (!isPublicKey(public_key)) {
    throw new LifeboatError("refused", "usage", "That is no public signing key", {
      hint: "It has 44 characters; `lifeboat keys show` prints that of a machine.",
    });
  }
  if (!/^[\w.@-][\w.@ -]{0,63}$/.test(name)) {
    throw new LifeboatError("refused", "usage", "That is no name for a key", {
      hint: "Use letters, digits and . _ @ - only.",
    });
  }
  const known = knownSigners(host);
  if (known.some((one) => one.name === name && one.public_key !== public_key)) {
    throw new LifeboatError("refused", "name_taken", `Another key has the name ${name}`, {
      hint: "Choose another name.",
    });
  }
  const lines = [...known.filter((one) => one.public_key !== public_key), { name, public_key }]
    .map((one) => `${one.name} ${one.public_key}\n`).join("");
  if (!hasKeyFile(host, KNOWN_SIGNERS)) writeKeyFile(host, KNOWN_SIGNERS, lines);
  else replaceFile(host.fs, keyPath(host, KNOWN_SIGNERS), lines, host.platform);
  return { name, public_key };
}

/** Whose key it is. */
export function signedBy(host: Host, public_key: string): SignedBy {
  if (machinePublicKey(host) === public_key) return { by: "this_machine", name: null, public_key };
  const known = knownSigners(host).find((one) => one.public_key === public_key);
  return known
    ? { by: "known", name: known.name, public_key }
    : { by: "unknown", name: null, public_key };
}

/** The same in a few words: `this machine`, a name, `unknown key …`; null without a signature. */
export function signedByText(signed: SignedBy | null): string | null {
  if (!signed) return null;
  if (signed.by === "this_machine") return "this machine";
  return signed.name ?? `unknown key ${signed.public_key}`;
}
