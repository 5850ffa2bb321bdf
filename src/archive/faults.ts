import { LifeboatError } from "../base/mod.ts";

/** The backup itself is broken: its bytes are not those that were written. */
export function damaged(path: string, what: string, cause?: unknown): LifeboatError {
  return new LifeboatError("failed", "damaged_archive", `${path} is damaged: ${what}`, {
    hint: "Use another copy of this backup; `lifeboat verify` says what is still good in this one.",
    cause,
  });
}

/** The backup may be whole, but reading or restoring it could do harm. */
export function unsafe(path: string, what: string): LifeboatError {
  return new LifeboatError("refused", "unsafe_archive", `${path} is not accepted: ${what}`, {
    hint: "Nothing was written. Unpack it by hand into an empty folder if you trust its origin.",
  });
}

/** Something is there, but it is no backup. */
export function notABackup(path: string, what: string): LifeboatError {
  return new LifeboatError("refused", "not_a_backup", `${path} is not a backup: ${what}`, {
    hint: "Name a backup's folder, or its .tar.gz, .tgz, .tar.zst, .tar or .zip file.",
  });
}

/** The manifest is there, but is not what a manifest must be. */
export function badManifest(path: string, what: string, cause?: unknown): LifeboatError {
  return new LifeboatError("refused", "bad_manifest", `manifest.json of ${path}: ${what}`, {
    hint: "The backup was changed or made by something else; use another copy of it.",
    cause,
  });
}

/** What a piece of an archive breaks, thrown where the archive's path is not known. */
export class FormatFault extends Error {}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Strict UTF-8: a name that is not would silently become another. */
export function decodeName(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new FormatFault("a name in it is not UTF-8");
  }
}
