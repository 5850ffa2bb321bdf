import { Buffer } from "node:buffer";
import { createDecipheriv, pbkdf2Sync } from "node:crypto";
import { LifeboatError } from "../../base/mod.ts";
import { damaged } from "../faults.ts";
import type { SourceFile } from "../source_file.ts";

/** Layout of an encrypted ClawBackup archive (facts E3): salt, IV, then AES-256-CBC. */
const SALT = 16;
const HEADER = 32;
const CIPHER_BLOCK = 16;
const ITERATIONS = 100_000;

/** Whether a file can be such an archive: it has no mark of its own, but a length in whole blocks. */
export function canBeEncrypted(bytes: number): boolean {
  return bytes > HEADER && (bytes - HEADER) % CIPHER_BLOCK === 0;
}

/** Says that a passphrase is needed. */
export function needsPassword(path: string): LifeboatError {
  return new LifeboatError("untrusted", "password_needed", `${path} is encrypted`, {
    hint: "Give its passphrase with --password-file FILE, or --password-env NAME.",
  });
}

function wrongPassword(path: string): LifeboatError {
  return new LifeboatError("untrusted", "wrong_password", `The passphrase does not open ${path}`, {
    hint: "Nothing was written. It is the one that ClawBackup was given.",
  });
}

function attemptEnd(path: string, end: () => Uint8Array): Uint8Array {
  try {
    return end();
  } catch (cause) {
    throw damaged(path, "its encrypted end is broken", cause);
  }
}

function attempt(act: () => unknown): void {
  try {
    act();
  } catch {
    // Nobody wants the rest.
  }
}

/** A key that opens an archive, if it is the right one. */
export interface OpenedKey {
  /** The tar.gz, as often as it is asked for. Nothing decrypted is ever stored. */
  chunks(): Generator<Uint8Array>;
}

/**
 * Derives the key and tries it on the first block: a gzip header must come out. What is not
 * authenticated is not believed: the caller reads all of it once before it uses any of it.
 * Throws `wrong_password`.
 */
export function openEncrypted(source: SourceFile, password: string): OpenedKey {
  const header = source.read(0, HEADER);
  const salt = header.subarray(0, SALT);
  const key = pbkdf2Sync(Buffer.from(password, "utf8"), salt, ITERATIONS, 32, "sha256");
  const decipher = () => createDecipheriv("aes-256-cbc", key, header.subarray(SALT));

  function* chunks(): Generator<Uint8Array> {
    const running = decipher();
    let isOver = false;
    const end = () => {
      isOver = true;
      return new Uint8Array(running.final());
    };
    try {
      for (const chunk of source.range(HEADER, source.size - HEADER)) {
        yield new Uint8Array(running.update(chunk));
      }
      yield attemptEnd(source.path, end);
    } finally {
      if (!isOver) attempt(end); // it holds memory until then
    }
  }

  const probe = decipher().setAutoPadding(false);
  const first = probe.update(source.read(HEADER, CIPHER_BLOCK));
  probe.final();
  const isGzip = first[0] === 0x1f && first[1] === 0x8b && first[2] === 8 && first[3] < 0x20;
  if (!isGzip) throw wrongPassword(source.path);
  return { chunks };
}
