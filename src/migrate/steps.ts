/** From what an agent has to what is done with it: one item each, with all that it writes. */
import { type Host, lstatIfThere, pathsOf, statIfThere } from "../base/mod.ts";
import { redact } from "../seal/mod.ts";
import { hasContent, withAddition } from "./append.ts";
import type {
  ArchiveAsset,
  Asset,
  AuthAsset,
  EnvAsset,
  InstructionsAsset,
  ManualAsset,
  McpAsset,
  MemoryAsset,
  ShownAsset,
} from "./asset.ts";
import { isDatabase } from "../capture/mod.ts";
import {
  copyFile,
  copyTree,
  type Effect,
  faultOf,
  PRIVATE,
  readStrictText,
  textIfThere,
} from "./effects.ts";
import { parseEnvFile } from "./hermes_source.ts";
import { idle, type MigrationItem, type ProviderId, REASONS, type Step } from "./item.ts";
import { withoutSecrets } from "./mcp.ts";
import { faultOfTarget } from "./place.ts";
import type { Target } from "./target.ts";

/** What steps are made of. */
export interface Planning {
  host: Host;
  provider: ProviderId;
  target: Target;
  /** The folder of the report, with its archive. */
  reportDir: string;
  overwrite: boolean;
  includeSecrets: boolean;
  followLinks: boolean;
  /** Names of the archive that are taken. */
  archived: Set<string>;
}

/** The step of a thing that is neither a skill nor a command. */
export function stepFor(planning: Planning, asset: Asset): Step {
  switch (asset.kind) {
    case "instructions":
      return guarded(instructionsItem(planning, asset), () => instructions(planning, asset));
    case "memory":
      return guarded(memoryItem(planning, asset), (item) => memory(planning, asset, item));
    case "mcp":
      return guarded(mcpItem(planning, asset), (item) => mcp(planning, asset, item));
    case "archive":
      return guarded(archiveItem(planning, asset), (item) => archive(planning, asset, item));
    case "auth":
      return guarded(authItem(planning, asset), (item) => auth(planning, asset, item));
    case "env":
      return guarded(envItem(planning, asset), (item) => env(planning, asset, item));
    case "manual":
      return manual(asset);
    case "shown":
      return shown(asset);
    default:
      throw new Error(`${asset.kind} is planned with its name`);
  }
}

/** What cannot be read is an error of one item, and does not stop the others. */
export function guarded(item: MigrationItem, plan: (item: MigrationItem) => Step): Step {
  try {
    return plan(item);
  } catch (error) {
    return idle({ ...item, status: "error", reason: faultOf(error) });
  }
}

/** A step that is not done, and why. */
export function stopped(
  item: MigrationItem,
  status: "skipped" | "conflict" | "error",
  reason: string,
): Step {
  return idle({ ...item, status, reason });
}

/** Why a file or folder cannot be made, or nothing. Files that are there may be replaced. */
export function conflictAt(
  { host, target, overwrite }: Planning,
  path: string,
): string | undefined {
  const fault = faultOfTarget(host, target.home, path);
  if (fault) return fault;
  return lstatIfThere(host.fs, path) && !overwrite ? REASONS.targetExists : undefined;
}

function manual({ id, source, message, recommendation, details }: ManualAsset): Step {
  return idle({
    id,
    kind: "manual",
    action: "manual",
    status: "skipped",
    source,
    message,
    reason: "to be done by hand",
    details: { recommendation, ...details },
  });
}

function shown({ id, what, source, message, details }: ShownAsset): Step {
  const status = what === "fault" ? "error" : "skipped";
  const reason = what === "symlink" ? REASONS.symlink : message;
  const kind = id.startsWith("memory:") ? "memory" : "skill";
  return idle({ id, kind, action: "skip", status, source, message, reason, details });
}

// Instructions and memories

/** Hermes' own files of a workspace are copied, as OpenClaw does; all else is added to what is there. */
function isCopied({ provider, target }: Planning, { place }: InstructionsAsset): boolean {
  return provider === "hermes" && target.id === "openclaw" && ["soul", "agents"].includes(place);
}

function instructionsItem(planning: Planning, asset: InstructionsAsset): MigrationItem {
  const { basename } = pathsOf(planning.host.platform);
  const target = planning.target.instructions(asset.place);
  const copied = isCopied(planning, asset);
  return {
    id: `workspace:${basename(target)}:${
      asset.label.toLowerCase().replaceAll(/[^a-z0-9.]+/g, "-")
    }`,
    kind: "workspace",
    action: copied ? "copy" : "append",
    status: "planned",
    source: asset.source,
    target,
    message: copied
      ? `Copy ${asset.label} into ${planning.target.place}.`
      : `Add ${asset.label} to ${basename(target)} in ${planning.target.place}.`,
  };
}

function instructions(planning: Planning, asset: InstructionsAsset): Step {
  const { host, target: { home } } = planning;
  const item = instructionsItem(planning, asset);
  const target = item.target!;
  if (host.fs.lstat(asset.source).kind === "symlink" && !planning.followLinks) {
    return stopped(item, "skipped", REASONS.symlink);
  }
  const addition = { label: asset.label, content: readStrictText(host, asset.source) };
  const fault = item.action === "copy"
    ? conflictAt(planning, target)
    : faultOfTarget(host, home, target);
  if (fault) return stopped(item, "conflict", fault);
  if (item.action === "copy") return { item, effects: [copyFile(host, asset.source, target)] };
  if (hasContent(textIfThere(host, target), addition)) {
    return stopped(item, "skipped", REASONS.alreadyThere);
  }
  const edit = (text: string | undefined) => withAddition(text, addition);
  return { item, effects: [{ do: "edit", target, edit }] };
}

function memoryItem(
  { host, provider, target }: Planning,
  { source, path }: MemoryAsset,
): MigrationItem {
  return {
    id: `memory:${path}`,
    kind: "memory",
    action: "copy",
    status: "planned",
    source,
    target: pathsOf(host.platform).join(target.memories, provider, ...path.split("/")),
    message: `Copy a memory file into ${target.place}.`,
  };
}

function memory(planning: Planning, { source }: MemoryAsset, item: MigrationItem): Step {
  const { host } = planning;
  if (host.fs.lstat(source).kind !== "file") {
    return stopped(item, "error", "source is no plain file");
  }
  const conflict = conflictAt(planning, item.target!);
  if (conflict) return stopped(item, "conflict", conflict);
  const effect = copyFile(host, source, item.target!);
  return { item, effects: [{ ...effect, mode: PRIVATE } as Effect] };
}

// MCP servers

function mcpItem({ target: { servers, place } }: Planning, asset: McpAsset): MigrationItem {
  const { source, from, name, server: { command, url } } = asset;
  return {
    id: `config:mcp-server:${from}:${name}`,
    kind: "config",
    action: "merge",
    status: "planned",
    source,
    target: `${servers.file}#${servers.key}.${servers.nameOf(name)}`,
    message: servers.canSwitchOff
      ? `Add the MCP server to ${place}, switched off.`
      : `Add the MCP server to ${place}, where it runs at the next start.`,
    details: { name, transport: url === undefined ? "stdio" : "http", runs: command ?? "" },
  };
}

function mcp(planning: Planning, asset: McpAsset, item: MigrationItem): Step {
  const { host, target: { home, servers }, includeSecrets, overwrite } = planning;
  const { server } = asset;
  const name = servers.nameOf(asset.name);
  if (name === "") return stopped(item, "error", "its name cannot be used there");
  const { file, text, convert, canSwitchOff } = servers;
  const open = withoutSecrets(server);
  const planned: MigrationItem = {
    ...item,
    ...(open.left.length > 0 ? { sensitive: true } : {}),
    details: {
      ...item.details,
      ...(open.left.length > 0 && !includeSecrets ? { secretsLeftOut: open.left } : {}),
    },
  };
  const fault = faultOfTarget(host, home, file);
  if (fault) return stopped(planned, "conflict", fault);
  if (text.has(textIfThere(host, file), name) && !(overwrite && text.canReplace)) {
    return stopped(planned, "conflict", REASONS.targetExists);
  }
  const value = convert(includeSecrets ? server : open.server);
  const edit = (before: string | undefined) => text.put(before, name, value);
  edit(textIfThere(host, file)); // what cannot be written is known now
  const effects: Effect[] = [{ do: "edit", target: file, edit }];
  if (canSwitchOff) return { item: planned, effects };
  // It is done only where the user names it: nothing that runs is activated by the way.
  return { item: { ...planned, status: "skipped", reason: NEEDS_NAME }, effects };
}

/** Why a server that would run at once is not added. */
export const NEEDS_NAME = "it would run at once; name it with --item to add it";

// What is kept to be looked at

function archiveItem({ host, reportDir, archived }: Planning, asset: ArchiveAsset): MigrationItem {
  const { join } = pathsOf(host.platform);
  const { id, source, message, sensitive } = asset;
  return {
    id,
    kind: "archive",
    action: "archive",
    status: "planned",
    source,
    target: join(reportDir, "archive", ...freeName(archived, asset.path).split("/")),
    message,
    ...(sensitive ? { sensitive } : {}),
  };
}

/** A name of the archive that is not taken: `name-2.ext` where it is. */
function freeName(taken: Set<string>, path: string): string {
  const [, stem, extension] = /^(.*?)(\.[^./]*)?$/.exec(path)!;
  let name = path;
  for (let n = 2; taken.has(name.toLowerCase()); n++) name = `${stem}-${n}${extension ?? ""}`;
  taken.add(name.toLowerCase());
  return name;
}

function archive(planning: Planning, asset: ArchiveAsset, item: MigrationItem): Step {
  const { host, includeSecrets } = planning;
  const { source, isConfig, sensitive } = asset;
  const { kind, mtimeMs } = host.fs.lstat(source);
  if (kind === "symlink") return stopped(item, "skipped", REASONS.symlink);
  if (sensitive && !includeSecrets) return stopped(item, "skipped", REASONS.secretsLeftOut);
  const target = item.target!;
  if (kind === "directory") {
    const { tree, effects } = copyTree(host, source, target, "verbatim");
    const details = { files: tree.files.length, bytes: tree.bytes };
    return { item: { ...item, details }, effects };
  }
  if (isConfig && !includeSecrets) {
    const text = redact(readStrictText(host, source));
    return { item, effects: [{ do: "put", target, content: { text }, mode: PRIVATE, mtimeMs }] };
  }
  if (isDatabase(host.fs, source)) return { item, effects: [{ do: "database", target, source }] };
  return { item, effects: [{ ...copyFile(host, source, target), mode: PRIVATE } as Effect] };
}

// Logins and keys

function authItem({ provider, target }: Planning, { id, source }: AuthAsset): MigrationItem {
  return {
    id,
    kind: "auth",
    action: "copy",
    status: "planned",
    source,
    target: target.login(provider),
    message: target.id === "openclaw"
      ? "Copy the login into the agent's Codex home; newer OpenClaw asks to sign in all the same."
      : "Copy the login.",
    sensitive: true,
  };
}

function auth(planning: Planning, { source }: AuthAsset, item: MigrationItem): Step {
  const { host, includeSecrets, target: { place } } = planning;
  if (item.target === undefined) return stopped(item, "skipped", `it is of no use in ${place}`);
  if (!includeSecrets) return stopped(item, "skipped", REASONS.secretsLeftOut);
  const conflict = conflictAt(planning, item.target);
  if (conflict) return stopped(item, "conflict", conflict);
  return { item, effects: [{ ...copyFile(host, source, item.target), mode: PRIVATE } as Effect] };
}

function envItem({ target }: Planning, { source, name }: EnvAsset): MigrationItem {
  return {
    id: `env:${name}`,
    kind: "secret",
    action: "merge",
    status: "planned",
    source,
    ...(target.env === undefined ? {} : { target: `${target.env}#${name}` }),
    message: `Add ${name} to the environment file.`,
    sensitive: true,
    details: { envVar: name },
  };
}

function env(planning: Planning, { name, value }: EnvAsset, item: MigrationItem): Step {
  const { host, target, includeSecrets } = planning;
  if (target.env === undefined) {
    return stopped(item, "skipped", `it is of no use in ${target.place}`);
  }
  if (!includeSecrets) return stopped(item, "skipped", REASONS.secretsLeftOut);
  const fault = faultOfTarget(host, target.home, target.env);
  if (fault) return stopped(item, "conflict", fault);
  const there = parseEnvFile(textIfThere(host, target.env) ?? "").get(name);
  if (there === value) return stopped(item, "skipped", REASONS.alreadyThere);
  if (there !== undefined) return stopped(item, "conflict", REASONS.targetExists);
  if (/[\r\n"]/.test(value)) return stopped(item, "error", "its value cannot be written");
  const line = `${name}="${value}"\n`;
  const edit = (text = "") => `${text}${text === "" || text.endsWith("\n") ? "" : "\n"}${line}`;
  return { item, effects: [{ do: "edit", target: target.env, edit }] };
}

/** Whether a source is there, links followed. */
export function isThere(host: Host, path: string): boolean {
  return statIfThere(host.fs, path) !== undefined;
}
