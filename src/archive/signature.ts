/** Whether what a backup's signature says of it holds. Whose key it is, `seal` knows. */
import { LifeboatError, sha256 } from "../base/mod.ts";
import { isGenuine, parseSignature, type SignatureFile } from "../seal/mod.ts";
import type { Container } from "./container.ts";

const HINT = "It was changed after it was made, or made by somebody else. Use another copy of it.";

function forged(path: string): LifeboatError {
  const message = `${path} is not accepted: its signature is forged or damaged`;
  return new LifeboatError("untrusted", "forged_signature", message, { hint: HINT });
}

function notSigned(path: string): LifeboatError {
  const message = `${path} is not accepted: its manifest is not the one that was signed`;
  return new LifeboatError("untrusted", "bad_signature", message, { hint: HINT });
}

/**
 * The signature of a backup; null where it has none. Throws `forged_signature` when it is not one of
 * its own key. Whether it is about this manifest, {@linkcode signedManifest} finds out.
 */
export async function readSignature(container: Container): Promise<SignatureFile | null> {
  const content = await container.signature();
  if (!content) return null;
  const file = parseSignature(content);
  if (!file || !isGenuine(file)) throw forged(container.source);
  return file;
}

/** The container, with a manifest that throws `bad_signature` at its end when it is not the signed one. */
export function signedManifest(container: Container, signature: SignatureFile | null): Container {
  if (!signature) return container;
  return {
    ...container,
    async *manifest() {
      const hash = sha256();
      for await (const chunk of container.manifest()) {
        hash.update(chunk);
        yield chunk;
      }
      if (hash.hex() === signature.manifest_sha256) return;
      throw notSigned(container.source);
    },
  };
}
