import { type Platform, printable, shellWord } from "../../base/mod.ts";
import type { Home } from "../../profiles/mod.ts";
import { signedByText } from "../../seal/mod.ts";
import type { PlanItem, RestoreOptions, RestoreResult } from "../../restore/mod.ts";
import { formatBytes, formatCount, formatFields, formatTime } from "../format.ts";
import type { Style } from "../style.ts";
import type { UnlockFlags } from "../unlock.ts";
import { doctorVerdict } from "./doctor.ts";
import { indent, pairs, section, some, warningLines } from "./lists.ts";
import { pathName } from "./paths.ts";
import { remapLines } from "./remap.ts";
import { mergedLines, sessionLines } from "./restore_sessions.ts";

/** What the restorer says first when it was started by a double-click. */
export const GREETING = `Lifeboat: the restorer in this backup
It puts back what was backed up. First it shows what it will do, and asks.
Before it replaces anything, it makes a backup of what is there now.

Lifeboat：此备份自带的恢复程序
它会恢复备份的内容。程序会先说明将要做什么，并请你确认。
在替换任何文件之前，它会先备份当前的内容。

`;

function nameOf({ root, path }: { root: string; path: string }): string {
  return pathName({ root, relative_path: path });
}

function targetLines({ plan }: RestoreResult): string[] {
  return plan.targets.map(({ root, path }) =>
    root === "home" ? printable(path) : printable(`${path}  (${root})`)
  );
}

function itemLine({ root, path, kind, action, bytes }: PlanItem): string {
  const size = kind === "file" ? `  ${formatBytes(bytes)}` : "";
  return `${action.replace("_", " ").padEnd(10)} ${nameOf({ root, path })}${size}`;
}

/** The one agent of OpenClaw that comes back. */
function agentField({ plan: { agent } }: RestoreResult): [string, string][] {
  if (!agent) return [];
  const { id, as, entry } = agent;
  const told = { there: "", added: ", added to the configuration", by_hand: "" }[entry];
  return [["Agent", `${as === id ? id : `${id} as ${as}`}${told}`]];
}

function countLines({ plan }: RestoreResult): [string, string][] {
  const { create, overwrite, unchanged, kept, not_selected, set_aside, write_bytes } = plan;
  const counts: [string, string][] = [
    ["Create", formatCount(create, "file")],
    ["Overwrite", formatCount(overwrite, "file")],
    ["Unchanged", formatCount(unchanged, "file")],
  ];
  if (kept > 0) counts.push(["Left alone", `${formatCount(kept, "file")}, still there`]);
  if (not_selected > 0) counts.push(["Not chosen", formatCount(not_selected, "file")]);
  if (set_aside > 0) {
    const which = plan.mode === "mirror" ? "that the backup does not have" : "of old databases";
    counts.push(["Set aside", `${formatCount(set_aside, "file")} ${which}`]);
  }
  return [...counts, ["Write", formatBytes(write_bytes)]];
}

function sourceText({ source_manifest: { backup_name, created_at } }: RestoreResult): string {
  return `${printable(String(backup_name))}, made ${formatTime(String(created_at))}`;
}

function toldOf(items: { root: string; path: string; message: string }[]): string[] {
  return pairs(items.map((one) => [nameOf(one), printable(one.message)]));
}

function skippedLines({ plan }: RestoreResult): string[] {
  return toldOf(plan.skipped);
}

function activatesLines({ plan }: RestoreResult): string[] {
  return pairs(plan.activates.map(({ root, path, what, keys = [] }) => {
    const which = keys.length > 0 ? ` (${keys.join(", ")})` : "";
    return [nameOf({ root, path }), printable(what + which)];
  }));
}

function trustLines({ plan, signature }: RestoreResult): string[] {
  if (!plan.requires_trust) return [];
  const whose = signature ? "Its key is unknown here" : "It is not signed";
  const what = plan.activates.length > 0 ? "what becomes active" : "what lies at a backend";
  return [`${whose}: ${what} needs --trust, or is asked about separately.`];
}

/** What a restore would do. */
export function planText(result: RestoreResult, home: Home, style: Style): string {
  const { plan, warnings } = result;
  const conflicts = toldOf(plan.conflicts);
  const running = plan.running.map(({ message }) => printable(message));
  const steps = plan.items?.filter(({ action }) => action !== "unchanged" && action !== "kept")
    .map(itemLine) ?? [];
  return [
    style.bold(`Restore of ${printable(home.profile.name)}: ${sourceText(result)}`),
    ...indent(formatFields([
      ["From", printable(plan.backup_dir)],
      ["Signed by", printable(signedByText(result.signature) ?? "nobody")],
      ["To", targetLines(result)],
      ...agentField(result),
      ...countLines(result),
    ])),
    ...section(style.bold("Conversations"), sessionLines(result)),
    ...section(style.bold("Merged"), mergedLines(result)),
    ...section(style.bold("Files"), steps),
    ...section(style.bold("Paths that lie elsewhere now"), remapLines(plan.remap)),
    ...section(style.bold("Will be active again"), some(activatesLines(result))),
    ...section(style.yellow("Not known to be made on this machine"), trustLines(result)),
    ...section(style.bold("Not restored"), some(skippedLines(result))),
    ...section(style.red("In the way, and left as it is"), some(conflicts)),
    ...section(style.red("At work in this home: close it first"), some(running)),
    ...warningLines(warnings, style),
    "",
  ].join("\n");
}

/** What was said of how a backup is reached and opened, which has to be said again. */
interface Reached extends UnlockFlags {
  /** The backend that it is at. */
  fromRemote?: string;
  /** Where the backup before goes. */
  backupRoot?: string;
}

function reachedParts(
  { fromRemote, backupRoot, identity = [], passwordFile, passwordEnv }: Reached,
  word: (text: string) => string,
): string[] {
  return [
    ...(fromRemote === undefined ? [] : ["--from-remote", word(fromRemote)]),
    ...(backupRoot === undefined ? [] : ["--backup-root", word(backupRoot)]),
    ...identity.flatMap((file) => ["--identity", word(file)]),
    ...(passwordFile === undefined ? [] : ["--password-file", word(passwordFile)]),
    ...(passwordEnv === undefined ? [] : ["--password-env", word(passwordEnv)]),
  ];
}

/** The command line that carries out what a dry run has shown. */
export function nextCommand(
  platform: Platform,
  program: string,
  options: RestoreOptions,
  reached: Reached = {},
): string {
  const { backup, home, targetDir, roots = {}, allowOutsideLinks, allowRunning, trust } = options;
  const word = (text: string) => shellWord(text, platform);
  const named = reached.fromRemote === undefined ? backup.source : backup.head.backup_name;
  const parts = [program, "restore", word(named), ...reachedParts(reached, word)];
  if (targetDir) parts.push("--target", word(targetDir));
  else if (home.isolated !== undefined) parts.push("--isolated", home.isolated);
  else if (!home.isOwn) parts.push("--home", word(home.path));
  if (!home.isOwn && home.roots.length > 0) parts.push("--with-roots");
  for (const [id, path] of Object.entries(roots)) parts.push("--root", word(`${id}=${path}`));
  parts.push(...selectionParts(options, word));
  if (allowOutsideLinks) parts.push("--allow-outside-links");
  if (allowRunning) parts.push("--allow-running");
  if (trust) parts.push("--trust");
  return [...parts, "--apply"].join(" ");
}

function selectionParts(
  {
    only = [],
    sessions = [],
    agent,
    missingOnly,
    mirror,
    mapPaths = [],
    offerMappings = true,
  }: RestoreOptions,
  word: (text: string) => string,
): string[] {
  return [
    ...only.flatMap((glob) => ["--only", word(glob)]),
    ...sessions.flatMap((id) => ["--session", word(id)]),
    ...(agent ? ["--openclaw-agent", word(agent.id)] : []),
    ...(agent?.as ? ["--as", word(agent.as)] : []),
    ...(missingOnly ? ["--missing-only"] : []),
    ...(mirror ? ["--mirror"] : []),
    ...(offerMappings ? [] : ["--map-path", "none"]),
    ...mapPaths.flatMap(({ from, to }) => ["--map-path", word(`${from}=${to}`)]),
  ];
}

/** What to do after a dry run. */
export function nextText(home: Home, command: string): string {
  return `Nothing was changed. To restore, close ${printable(home.profile.name)}, then run:\n` +
    `  ${command}\n`;
}

/** A restore that was carried out. */
export function restoredText(result: RestoreResult, home: Home, style: Style): string {
  const { restore, pre_restore_backup: before, post_restore_doctor: doctor, ok } = result;
  const { restored_files = 0, skipped = [], errors = [] } = restore ?? {};
  const name = `${printable(home.profile.name)}: ${sourceText(result)}`;
  const fields: [string, string | string[]][] = [
    ["To", targetLines(result)],
    ...agentField(result),
    ["Restored", `${formatCount(restored_files, "file")}, ${result.plan.unchanged} were the same`],
    ["Backup before", before ? printable(before) : "none: there was no home"],
  ];
  if (doctor) fields.push(["Afterwards", doctorVerdict(doctor, style)]);
  return [
    ok
      ? `${style.green("Restored")} ${style.bold(name)}`
      : `${style.yellow("Partly restored")} ${style.bold(name)}`,
    ...indent(formatFields(fields)),
    ...section(style.bold("Conversations"), sessionLines(result)),
    ...section(
      style.red("In the way, and left as it is"),
      some(toldOf(errors)),
    ),
    ...section(
      style.bold("Not restored"),
      some(toldOf(skipped)),
    ),
    ...warningLines(result.warnings, style),
    ...result.post_restore_next_steps.map(printable),
    "",
  ].join("\n");
}
