import { relativePathFault } from "../base/mod.ts";
import { PAYLOAD_PATH } from "./format.ts";
import { pathFault } from "./path_checks.ts";
import {
  type DirectoryEntry,
  type ErrorEntry,
  type FileEntry,
  HOME_ROOT,
  type ManifestHead,
  type ManifestOrigin,
  type ManifestProfile,
  type ManifestRoot,
  type PayloadFacts,
  type SkippedEntry,
  type SymlinkEntry,
} from "./manifest.ts";

/** What a value out of a manifest breaks; the caller names the place. */
export class ValueFault extends Error {}

/** An entry of a manifest; some that others wrote do not say how large their files are. */
export type ReadEntry = Omit<FileEntry, "bytes"> & { bytes?: number };

type Fields = Record<string, unknown>;

/** An object, and not an array. */
export function fieldsOf(value: unknown): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ValueFault("is not an object");
  }
  return value as Fields;
}

function check(is: boolean, key: string, what: string): void {
  if (!is) throw new ValueFault(`has no valid "${key}": ${what} is needed`);
}

function text(fields: Fields, key: string, missing?: string): string {
  const value = fields[key] ?? missing;
  check(typeof value === "string" && !value.includes("\0"), key, "text");
  return value as string;
}

function optionalText(fields: Fields, key: string): string | undefined {
  return (fields[key] ?? undefined) === undefined ? undefined : text(fields, key);
}

function count(fields: Fields, key: string, most = Number.MAX_SAFE_INTEGER): number {
  const value = Number.isInteger(fields[key]) ? fields[key] as number : -1;
  check(value >= 0 && value <= most, key, `a whole number from 0 to ${most}`);
  return value;
}

function optionalCount(fields: Fields, key: string, most?: number): number | undefined {
  return (fields[key] ?? undefined) === undefined ? undefined : count(fields, key, most);
}

/** The last millisecond that JavaScript can tell. */
const MAX_TIME = 8.64e15;

function time(fields: Fields, key: string): number {
  const value = fields[key];
  check(typeof value === "number" && Math.abs(value) <= MAX_TIME, key, "a time in ms");
  return value as number;
}

function oneOf<T extends string>(fields: Fields, key: string, allowed: readonly T[]): T {
  const value = fields[key];
  check(allowed.includes(value as T), key, `one of ${allowed.join(", ")}`);
  return value as T;
}

function sha256(fields: Fields, key: string): string {
  const value = fields[key];
  check(typeof value === "string" && /^[0-9A-Fa-f]{64}$/.test(value), key, "a SHA-256 in hex");
  return (value as string).toUpperCase();
}

/** Leaves out what is undefined, so that a manifest reads back as it was written. */
function present<T extends object>(object: T): T {
  return Object.fromEntries(
    Object.entries(object).filter(([, value]) => value !== undefined),
  ) as T;
}

const MODE = 0o7777;

/** A captured file. Manifests of others lack `kind`, `method` and even `bytes`. */
export function fileEntry(value: unknown): ReadEntry {
  const fields = fieldsOf(value);
  const kind = text(fields, "kind", "file");
  check(kind === "file", "kind", '"file"');
  // Not by `present`: of 300,000 files that is much garbage.
  const entry: ReadEntry = {
    relative_path: text(fields, "relative_path"),
    kind: "file",
    sha256: sha256(fields, "sha256"),
    method: fields.method === "sqlite_backup" ? "sqlite_backup" : "copy2",
  };
  const bytes = optionalCount(fields, "bytes");
  const mode = optionalCount(fields, "mode", MODE);
  if (bytes !== undefined) entry.bytes = bytes;
  if (mode !== undefined) entry.mode = mode;
  if ((fields.mtime_ms ?? undefined) !== undefined) entry.mtime_ms = time(fields, "mtime_ms");
  return entry;
}

/** A root outside the home, without its entries. */
export function rootHead(value: unknown): Omit<ManifestRoot, "entries"> {
  const fields = fieldsOf(value);
  const id = text(fields, "id");
  const isSafe = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(id) && id !== HOME_ROOT &&
    relativePathFault(id, "windows") === undefined;
  check(isSafe, "id", "a short plain name");
  return {
    id,
    kind: oneOf(fields, "kind", ["folder", "file"]),
    source: text(fields, "source", ""),
  };
}

/** A symbolic link. It may aim anywhere; whether it comes back, the restorer decides. */
export function symlinkEntry(value: unknown): SymlinkEntry {
  const fields = fieldsOf(value);
  const target = text(fields, "target");
  check(target !== "", "target", "text");
  return { root: text(fields, "root"), relative_path: text(fields, "relative_path"), target };
}

/** A folder. */
export function directoryEntry(value: unknown): DirectoryEntry {
  const fields = fieldsOf(value);
  return {
    root: text(fields, "root"),
    relative_path: text(fields, "relative_path"),
    mode: count(fields, "mode", MODE),
    mtime_ms: time(fields, "mtime_ms"),
  };
}

/** Something left out. Its path is only ever shown. */
export function skippedEntry(value: unknown): SkippedEntry {
  const fields = fieldsOf(value);
  return present({
    root: text(fields, "root", HOME_ROOT),
    relative_path: text(fields, "relative_path", ""),
    reason: text(fields, "reason") as SkippedEntry["reason"],
    rule: optionalText(fields, "rule"),
  });
}

/** Something that failed. Manifests of others have no `root` and no `code`. */
export function errorEntry(value: unknown): ErrorEntry {
  const fields = fieldsOf(value);
  return {
    root: text(fields, "root", HOME_ROOT),
    relative_path: text(fields, "relative_path", ""),
    method: text(fields, "method", "copy2") as ErrorEntry["method"],
    code: text(fields, "code", "unreadable"),
    error: text(fields, "error", ""),
  };
}

function platform(value: unknown): ManifestHead["platform"] {
  const fields = fieldsOf(value ?? {});
  const known = { system: "", release: "", machine: "" };
  for (const key of Object.keys(fields)) text(fields, key);
  return { ...known, ...fields as Record<string, string> };
}

function counts(value: unknown): ManifestHead["counts"] {
  const fields = fieldsOf(value);
  return {
    files: count(fields, "files"),
    sqlite_databases: count(fields, "sqlite_databases"),
    errors: count(fields, "errors"),
  };
}

function program(value: unknown): { name: string; version: string } {
  const fields = fieldsOf(value);
  return { name: text(fields, "name"), version: text(fields, "version") };
}

function kit(value: unknown): Record<string, string> {
  const fields = fieldsOf(value);
  for (const file of Object.keys(fields)) {
    check(pathFault(file, "windows") === undefined, file.slice(0, 200), "a plain file name");
    sha256(fields, file);
  }
  return Object.fromEntries(Object.keys(fields).map((file) => [file, sha256(fields, file)]));
}

function profileData(value: unknown): ManifestProfile {
  const fields = fieldsOf(value);
  const skip = fields.restore_skip;
  const isList = Array.isArray(skip) && skip.every((pattern) => typeof pattern === "string");
  check(isList, "restore_skip", "a list of patterns");
  return {
    id: text(fields, "id"),
    name: text(fields, "name"),
    restore_skip: skip as string[],
  };
}

function origin(value: unknown): ManifestOrigin {
  const fields = fieldsOf(value);
  return present({
    format: text(fields, "format"),
    version: text(fields, "version", ""),
    encrypted: fields.encrypted === true,
    name: optionalText(fields, "name"),
    sha256: optionalText(fields, "sha256"),
  });
}

function encryption(value: unknown): ManifestHead["encryption"] {
  const fields = fieldsOf(value);
  return {
    format: text(fields, "format"),
    kind: oneOf(fields, "kind", ["passphrase", "recipients"]),
  };
}

function payload(value: unknown): PayloadFacts {
  const fields = fieldsOf(value);
  check(fields.file === PAYLOAD_PATH, "file", PAYLOAD_PATH);
  return {
    file: PAYLOAD_PATH,
    bytes: count(fields, "bytes"),
    sha256: sha256(fields, "sha256"),
    header_sha256: sha256(fields, "header_sha256"),
  };
}

function recipients(value: unknown): string[] {
  const isList = Array.isArray(value) && value.length <= 1000 &&
    value.every((one) => typeof one === "string" && /^age1[a-z0-9]{1,4000}$/.test(one));
  check(isList, "recipients", "a list of age recipients");
  return value as string[];
}

function inner<T>(fields: Fields, key: string, read: (value: unknown) => T): T | undefined {
  if ((fields[key] ?? undefined) === undefined) return undefined;
  try {
    return read(fields[key]);
  } catch (error) {
    throw error instanceof ValueFault ? new ValueFault(`"${key}" ${error.message}`) : error;
  }
}

const ARCHIVE_FORMATS = ["tar.gz", "tar.zst", "zip", "tar"] as const;

/** The head of a manifest of schema 1; `fileCount` where it does not count its files itself. */
export function manifestHead(fields: Fields, fileCount: number): ManifestHead {
  const optional = <T extends string>(key: string, allowed: readonly T[]) =>
    (fields[key] ?? undefined) === undefined ? undefined : oneOf(fields, key, allowed);
  return present({
    schema_version: 1,
    created_at: text(fields, "created_at", ""),
    profile: text(fields, "profile", "codex"),
    home: text(fields, "home", optionalText(fields, "codex_home") ?? ""),
    backup_name: text(fields, "backup_name", ""),
    archive_format: optional("archive_format", ARCHIVE_FORMATS) ?? null,
    sensitive_note: text(fields, "sensitive_note", ""),
    platform: inner(fields, "platform", platform) ?? platform({}),
    exclusions: inner(fields, "exclusions", fieldsOf) ?? {},
    counts: inner(fields, "counts", counts) ??
      { files: fileCount, sqlite_databases: 0, errors: 0 },
    mode: optional<"compact" | "full">("mode", ["compact", "full"]),
    status: optional<"ok" | "partial">("status", ["ok", "partial"]),
    malformed_configs: optionalCount(fields, "malformed_configs"),
    label: optionalText(fields, "label"),
    part: optionalText(fields, "part"),
    isolated: optionalText(fields, "isolated"),
    tool: inner(fields, "tool", program),
    agent: inner(fields, "agent", program),
    kit: inner(fields, "kit", kit),
    profile_data: inner(fields, "profile_data", profileData),
    origin: inner(fields, "origin", origin),
    encryption: inner(fields, "encryption", encryption),
    payload: inner(fields, "payload", payload),
    home_mark: optionalText(fields, "home_mark"),
    recipients: inner(fields, "recipients", recipients),
  });
}
