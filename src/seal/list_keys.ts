import type { Host } from "../base/mod.ts";
import { type IdentityInfo, listIdentities } from "./identities.ts";
import { type KnownSigner, knownSigners } from "./signers.ts";
import { isSigningKeyLocked, machinePublicKey } from "./signing_key.ts";

/** The public parts of all keys; key names are those of `keys list --json`. */
export interface KeyList {
  /** Null before the first backup. */
  signing: {
    /** Base64. */
    public_key: string;
    /** Whether it is under a passphrase. */
    locked: boolean;
  } | null;
  known: KnownSigner[];
  /** They open what is encrypted to them. */
  identities: IdentityInfo[];
}

/** Lists all keys that this user has or knows. */
export function listKeys(host: Host): KeyList {
  const public_key = machinePublicKey(host);
  return {
    signing: public_key === undefined ? null : { public_key, locked: isSigningKeyLocked(host) },
    known: knownSigners(host),
    identities: listIdentities(host),
  };
}
