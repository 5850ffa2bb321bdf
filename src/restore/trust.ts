/** Whose word a restore takes for what will act by itself afterwards (design.md 1.8). */
import { type Host, LifeboatError } from "../base/mod.ts";
import { type SignedBy, signedBy } from "../seal/mod.ts";
import type { RestoreOptions } from "./options.ts";
import type { Plan } from "./planner.ts";

/** Who signed the backup that is to be restored; null where nobody did. */
export function signerOf(host: Host, { backup }: RestoreOptions): SignedBy | null {
  return backup.signature && signedBy(host, backup.signature.public_key);
}

/**
 * Whether a restore needs a word of its own: when the backup is not known to be of this machine, or
 * of one whose key the user has given a name, and would activate something or comes from a backend.
 * Else files that do nothing by themselves come back as the plan shows them, from wherever.
 */
export function needsTrust(host: Host, options: RestoreOptions, plan: Plan): boolean {
  const isHarmless = plan.activates.length === 0 && !options.backup.isRemote;
  if (options.trust || isHarmless) return false;
  const signed = signerOf(host, options);
  return signed === null || signed.by === "unknown";
}

/** Throws `trust_required` when it does. */
export function requireTrust(host: Host, options: RestoreOptions, plan: Plan): void {
  if (!needsTrust(host, options, plan)) return;
  const whose = options.backup.signature
    ? "signed with a key that this machine does not know"
    : "not signed";
  const why = plan.activates.length > 0
    ? "would activate hooks, servers or other programs"
    : "whoever can write to that backend can have put it there";
  throw new LifeboatError(
    "untrusted",
    "trust_required",
    `${options.backup.source} is ${whose}, and ${why}`,
    { hint: "See what it has with a dry run. If you know where it comes from, add --trust." },
  );
}
