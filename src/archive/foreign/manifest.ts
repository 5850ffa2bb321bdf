import { AGENT_ID } from "../../profiles/mod.ts";
import { badManifest } from "../faults.ts";
import { fieldsOf, ValueFault } from "../manifest_checks.ts";

/** Tools whose archives are read beside our own kind. */
export type ForeignFormat = "openclaw" | "clawbackup";

/** Something that a foreign archive says it has taken: a folder, or one file. */
export interface Asset {
  /** `state`, `config`, `credentials`, `workspace`, `agent`, … */
  kind: string;
  /** Where it lay, absolute, with forward slashes. Never a target (design.md 1.8). */
  source: string;
  /** Where its members lie in the archive, without a slash at its end. */
  member: string;
  /** Of an agent's folder: whose it is. */
  agent?: string;
}

/** The manifest of a foreign archive, as far as we use it. */
export interface ForeignManifest {
  format: ForeignFormat;
  /** The one folder at the top of an OpenClaw archive. */
  archiveRoot?: string;
  /** What the backup is called there. */
  name: string;
  label?: string;
  createdAt: string;
  /** Of the tool. */
  version: string;
  /** As node names it: `linux`, `darwin`, `win32`. */
  platform: string;
  stateDir: string;
  assets: Asset[];
  /** Links that leave the state folder, by member; absent before OpenClaw told of them. */
  externalLinks?: Map<string, string>;
}

/** OpenClaw refuses a larger one (facts B5). */
export const MAX_FOREIGN_MANIFEST = 1 << 20;

type Fields = Record<string, unknown>;

function text(fields: Fields, key: string): string {
  const value = fields[key];
  if (typeof value === "string" && value !== "" && !value.includes("\0")) return value;
  throw new ValueFault(`it has no valid "${key}"`);
}

function optionalText(fields: Fields, key: string, missing = ""): string {
  return fields[key] === undefined ? missing : text(fields, key);
}

function list(fields: Fields, key: string): unknown[] {
  const value = fields[key] ?? [];
  if (Array.isArray(value)) return value;
  throw new ValueFault(`its "${key}" is no list`);
}

/** An absolute path of any system with forward slashes. Throws for one that is not normal. */
function absolutePath(path: string): string {
  const slashed = /^[A-Za-z]:[\\/]/.test(path) ? path.replaceAll("\\", "/") : path;
  const plain = slashed.length > 1 ? slashed.replace(/\/$/, "") : slashed;
  const names = plain.split("/").slice(1);
  const isNormal = /^([A-Za-z]:)?\//.test(plain) &&
    names.every((name) => name !== "" && name !== "." && name !== "..");
  if (isNormal) return plain;
  throw new ValueFault(`${path.slice(0, 200)} is no absolute path`);
}

function parseAssets(fields: Fields): Asset[] {
  return list(fields, "assets").map((value) => {
    const asset = fieldsOf(value);
    const member = text(asset, "archivePath").replace(/\/$/, "");
    return { kind: text(asset, "kind"), source: absolutePath(text(asset, "sourcePath")), member };
  });
}

/** Agents by their folders: each has one, and each folder is one agent's. */
function agentsOf(paths: Fields): Map<string, string> {
  const agents = new Map<string, string>();
  for (const value of list(paths, "agentRoots")) {
    const fields = fieldsOf(value);
    const id = text(fields, "agentId");
    const path = absolutePath(text(fields, "sourcePath"));
    if (!AGENT_ID.test(id)) throw new ValueFault(`"${id.slice(0, 64)}" is no id of an agent`);
    if (agents.has(path) || [...agents.values()].includes(id)) {
      throw new ValueFault('its "agentRoots" name one twice');
    }
    agents.set(path, id);
  }
  return agents;
}

function externalLinks(fields: Fields): Map<string, string> | undefined {
  if (fields.externalSymbolicLinks === undefined) return undefined;
  return new Map(
    list(fields, "externalSymbolicLinks").map((value) => {
      const link = fieldsOf(value);
      return [text(link, "entryPath"), text(link, "linkpath")];
    }),
  );
}

/** What both tools write alike. */
function common(fields: Fields) {
  const paths = fieldsOf(fields.paths);
  const agents = agentsOf(paths);
  const assets = parseAssets(fields)
    .map((asset) => ({ ...asset, agent: agents.get(asset.source) }));
  if (assets.length === 0) throw new ValueFault("it has no assets");
  const createdAt = text(fields, "createdAt");
  if (Number.isNaN(Date.parse(createdAt))) throw new ValueFault('its "createdAt" is no time');
  return {
    createdAt,
    version: optionalText(fields, "runtimeVersion", "unknown"),
    platform: optionalText(fields, "platform"),
    stateDir: absolutePath(text(paths, "stateDir")),
    assets,
  };
}

function openClawManifest(fields: Fields): ForeignManifest {
  const archiveRoot = text(fields, "archiveRoot").replace(/\/$/, "");
  if (/[\\/]/.test(archiveRoot) || [".", ".."].includes(archiveRoot)) {
    throw new ValueFault('its "archiveRoot" is no plain name');
  }
  const links = externalLinks(fields);
  return {
    format: "openclaw",
    ...common(fields),
    archiveRoot,
    name: archiveRoot,
    externalLinks: links,
  };
}

function clawBackupManifest(fields: Fields): ForeignManifest {
  const label = optionalText(fields, "name") || undefined;
  return { format: "clawbackup", ...common(fields), name: text(fields, "backupId"), label };
}

/**
 * Reads the manifest of an OpenClaw archive of any generation (facts B3), or that of a ClawBackup
 * archive (facts E1). Throws `bad_manifest`.
 */
export function parseForeignManifest(bytes: Uint8Array, source: string): ForeignManifest {
  try {
    const fields = fieldsOf(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)));
    if (fields.schemaVersion !== 1) {
      throw new ValueFault(`its "schemaVersion" is ${JSON.stringify(fields.schemaVersion)}, not 1`);
    }
    return fields.backupId === undefined ? openClawManifest(fields) : clawBackupManifest(fields);
  } catch (error) {
    if (error instanceof ValueFault) throw badManifest(source, error.message, error);
    // The parser's own words quote the file.
    if (error instanceof SyntaxError || error instanceof TypeError) {
      throw badManifest(source, "it is not JSON", error);
    }
    throw error;
  }
}
