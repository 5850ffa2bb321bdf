import { compilePatterns, HOME_ROOT } from "../profiles/mod.ts";
import type { Place, Scope } from "./roots.ts";

/** Files of a workspace that hold keys by custom; the profile of a home names its own. */
const BY_CUSTOM = [
  ".env",
  ".env.*",
  "*.pem",
  "*.key",
  "*.p12",
  "*.pfx",
  "id_rsa*",
  "id_ed25519*",
  "id_ecdsa*",
  ".npmrc",
  ".netrc",
  ".pgpass",
  ".pypirc",
  "credentials*",
  "secrets.*",
].map((name) => `**/${name}`);

/**
 * Says of which files no text is shown: secrets, and in a home conversations, which no command prints
 * (design.md 1.9).
 */
export function untoldFiles(
  { home }: Scope,
): (place: Place) => "secret" | "conversation" | undefined {
  const byCustom = compilePatterns(BY_CUSTOM);
  const byProfile = compilePatterns(home?.profile.secrets ?? []);
  return ({ root, path }) => {
    const isSecret = byCustom(path, false) !== undefined ||
      (home && (root.part !== HOME_ROOT || byProfile(path, false) !== undefined));
    if (isSecret) return "secret";
    return home && /\.jsonl(\.zst)?$/.test(path) ? "conversation" : undefined;
  };
}
