/** Backends as ClawBackup keeps them: `<state>/clawbackups/backends.json`. */
import { Buffer } from "node:buffer";
import { createDecipheriv, pbkdf2Sync } from "node:crypto";
import { type Host, LifeboatError, lstatIfThere, pathsOf, readText } from "../base/mod.ts";
import { addBucket, addFolder, type BackendChange } from "./manage.ts";

const VARIABLE = "CLAWBACKUP_ENCRYPTION_KEY";
const SEALED = "enc:";
const [SALT, IV, TAG] = [64, 16, 16];
const ITERATIONS = 100_000;

/** What could not be imported, and why. */
export interface SkippedBackend {
  id: string;
  reason: string;
}

/** What the import gives back. */
export interface BackendImport {
  ok: true;
  imported: BackendChange["backend"][];
  skipped: SkippedBackend[];
  warnings: string[];
}

type Loose = Record<string, unknown>;

function badFile(path: string): LifeboatError {
  return new LifeboatError("refused", "bad_backends_file", `${path} is no list of ClawBackup`, {
    hint: "It lies at ~/.openclaw/clawbackups/backends.json",
  });
}

function readEntries(host: Host, path: string): Loose[] {
  if (!lstatIfThere(host.fs, path)) {
    throw new LifeboatError("missing", "no_such_file", `There is no file ${path}`);
  }
  try {
    const { schemaVersion, backends } = JSON.parse(readText(host.fs, path, 1 << 20));
    if (schemaVersion === 1 && Array.isArray(backends)) return backends;
  } catch {
    // not JSON; what stands there may be a secret, and is not repeated
  }
  throw badFile(path);
}

function wrongKey(): LifeboatError {
  const message = "The secrets of ClawBackup cannot be opened with this key";
  return new LifeboatError("untrusted", "wrong_secret_key", message, {
    hint: `Name the right key file with --key-file, or set ${VARIABLE}.`,
  });
}

/** Key text: the variable wins over the file, as in ClawBackup; a missing one is never made anew. */
function keyText(host: Host, path: string, keyFile?: string): string {
  const fromEnv = host.env[VARIABLE];
  if (!keyFile && fromEnv) return fromEnv;
  const { dirname, join } = pathsOf(host.platform);
  const file = keyFile ?? join(dirname(path), ".encryption_key");
  if (lstatIfThere(host.fs, file)) return readText(host.fs, file, 4096).trim();
  throw new LifeboatError("untrusted", "no_secret_key", `There is no key file ${file}`, {
    hint: `Name it with --key-file, or set ${VARIABLE}.`,
  });
}

/** base64 of salt 64, IV 16, tag 16, ciphertext; PBKDF2 with SHA-512; nothing else authenticated. */
function openSealed(text: string, key: () => string): string {
  if (!text.startsWith(SEALED)) return text;
  const bytes = Buffer.from(text.slice(SEALED.length), "base64");
  if (bytes.length < SALT + IV + TAG) throw wrongKey();
  const derived = pbkdf2Sync(key(), bytes.subarray(0, SALT), ITERATIONS, 32, "sha512");
  const iv = bytes.subarray(SALT, SALT + IV);
  const decipher = createDecipheriv("aes-256-gcm", derived, iv);
  decipher.setAuthTag(bytes.subarray(SALT + IV, SALT + IV + TAG));
  try {
    const rest = bytes.subarray(SALT + IV + TAG);
    return Buffer.concat([decipher.update(rest), decipher.final()]).toString("utf8");
  } catch {
    throw wrongKey();
  }
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** A name that is allowed: what the user called it, else its id. */
function nameOf(entry: Loose): string {
  const name = (text(entry.name) ?? "").trim().replaceAll(/[^A-Za-z0-9._-]+/g, "-");
  return /^[A-Za-z0-9]/.test(name) ? name.slice(0, 64) : String(entry.backendId ?? "clawbackup");
}

async function importOne(host: Host, entry: Loose, key: () => string): Promise<BackendChange> {
  const config = (entry.config ?? {}) as Loose;
  const name = nameOf(entry);
  const makeDefault = entry.isDefault === true;
  if (entry.backendType === "local") {
    const path = text(config.path) ?? text(config.basePath);
    if (path) return await addFolder(host, { name, path, makeDefault });
  }
  const [bucket, id, secret] = [config.bucket, config.accessKeyId, config.secretAccessKey].map(
    text,
  );
  if (entry.backendType !== "s3" || !bucket || !id || !secret) {
    throw new LifeboatError("refused", "bad_backend", "it lacks what is needed");
  }
  const keys = { accessKeyId: openSealed(id, key), secretAccessKey: openSealed(secret, key) };
  const [endpoint, region, prefix] = [config.endpoint, config.region, config.prefix].map(text);
  const place = { name, endpoint, region, bucket, prefix, makeDefault };
  return await addBucket(host, { ...place, keys });
}

/**
 * Takes over the backends of ClawBackup. Throws `wrong_secret_key` and `no_secret_key` (exit 12)
 * before anything is imported; a backend that cannot be used any more is skipped and named.
 */
export async function importClawbackupBackends(
  host: Host,
  path: string,
  keyFile?: string,
): Promise<BackendImport> {
  const entries = readEntries(host, path);
  let known: string | undefined;
  const key = () => known ??= keyText(host, path, keyFile);
  for (const { config } of entries) {
    for (const value of Object.values((config ?? {}) as Loose)) openSealed(text(value) ?? "", key);
  }
  const result: BackendImport = { ok: true, imported: [], skipped: [], warnings: [] };
  for (const entry of entries) {
    try {
      const { backend, warnings } = await importOne(host, entry, key);
      result.imported.push(backend);
      result.warnings.push(...warnings);
    } catch (error) {
      if (!(error instanceof LifeboatError) || error.kind === "untrusted") throw error;
      result.skipped.push({ id: String(entry.backendId ?? ""), reason: error.message });
    }
  }
  return result;
}
