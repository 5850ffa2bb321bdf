/** Getting from the outside of an encrypted backup to what is in it. */
import type { Readers, Unlock } from "../seal/mod.ts";
import type { Container } from "./container.ts";
import { damaged } from "./faults.ts";
import type { ManifestSource } from "./manifest_reader.ts";
import { readHead } from "./read_head.ts";
import { readSignature, signedManifest } from "./signature.ts";

/** What is in an encrypted backup. */
export interface Inside {
  container: Container;
  fileKey: Uint8Array;
  /** How to seal another backup so that the same person can open it. */
  readers: Readers;
}

/**
 * Opens what is in an encrypted backup, after its outside was found to be whole. Throws what `unlock`
 * throws, and `damaged_archive`, `bad_signature`, `forged_signature`.
 */
export async function openInside(
  outside: Container,
  source: ManifestSource,
  unlock: Unlock,
): Promise<Inside> {
  const { header, headerSha256, open } = outside.sealed!;
  const signature = await readSignature(outside);
  const { payload } = await readHead(signedManifest(outside, signature), source);
  if (payload && payload.header_sha256 !== headerSha256) {
    throw damaged(source.path, "its payload is not the one that its manifest names");
  }
  const { fileKey, readers } = await unlock(header, source.path);
  return { container: open(fileKey), fileKey, readers };
}
