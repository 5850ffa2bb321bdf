/** Telling the homes of encrypted backups apart, without telling others where they lie. */
import { createHmac } from "node:crypto";
import type { Host } from "../base/mod.ts";
import type { Signer } from "./signature.ts";
import { existingSigner } from "./signing_key.ts";

/**
 * What stands for the path of a home in the open part of an encrypted backup: only whoever has the
 * machine's private key can tell which path it is, also by trying.
 */
export function homeMark({ privateKey }: Signer, path: string): string {
  const key = privateKey.export({ type: "pkcs8", format: "der" });
  return createHmac("sha256", key).update(`lifeboat home\0${path}`).digest("hex").slice(0, 32);
}

/** Finds the one among some homes that a mark stands for; none where the key is not at hand. */
export function homeFinder(
  host: Host,
  paths: () => string[],
): (mark: string) => string | undefined {
  let marks: Map<string, string> | undefined;
  return (mark) => {
    const signer = existingSigner(host);
    if (!signer) return undefined;
    marks ??= new Map(paths().map((path) => [homeMark(signer, path), path]));
    return marks.get(mark);
  };
}
