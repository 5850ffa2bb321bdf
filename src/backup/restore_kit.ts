import { fileURLToPath } from "node:url";
import { type Host, LifeboatError, pathsOf, readFile, readText } from "../base/mod.ts";
import { listKitExecutables } from "./kit.ts";
import { findUnchanged } from "./earlier.ts";
import { openCached } from "./kit_cache.ts";
import { type BackupOptions, segmentForm } from "./options.ts";
import type { Outlet } from "./outlet.ts";
import type { Run } from "./run.ts";

const TEXTS = ["RESTORE.md", "RESTORE_INSTRUCTIONS.txt"];
const SCRIPTS = [
  "restore-environment.cmd",
  "restore-environment.ps1",
  "restore-environment.command",
  "restore-environment.sh",
];
const MAX_TEXT_BYTES = 1 << 20;

/** What the original tool calls each file of the kit in its JSON. */
const JSON_KEYS: Record<string, string> = {
  "RESTORE.md": "restore_md",
  "RESTORE_INSTRUCTIONS.txt": "instructions",
  "restore-environment.cmd": "restore_cmd",
  "restore-environment.ps1": "restore_ps1",
  "restore-environment.command": "restore_command",
  "restore-environment.sh": "restore_sh",
};

/** The key under which `restore_kit` in JSON names a file of the kit. */
export function kitJsonKey(file: string): string {
  return JSON_KEYS[file] ?? file.replace(/\.exe$/, "").replaceAll("-", "_");
}

/** The restorer's name in an archive made on this platform. */
function restorerName(host: Host): string {
  return host.platform === "windows" ? "restore-standalone.exe" : "restore-standalone";
}

/** What the texts call the home; in the open part of an encrypted backup not where it lies. */
function shownHome({ home, seal }: BackupOptions): string {
  return seal ? home.profile.home.default : home.path;
}

function fillIn(text: string, options: BackupOptions): string {
  const shown = shownHome(options);
  const quoted = /^~\/[\w./-]+$/.test(shown) ? shown : `'${shown.replaceAll("'", "'\\''")}'`;
  return text.replaceAll("{{PROFILE_NAME}}", options.home.profile.name)
    .replaceAll("{{HOME}}", shown)
    .replaceAll("{{HOME_QUOTED}}", quoted);
}

function ownExecutable(host: Host): string {
  if (host.executable) return host.executable;
  throw new LifeboatError("refused", "no_executable", "Only a compiled lifeboat can add itself", {
    hint: "Build it first, or leave the restorer out with --kit light.",
  });
}

/** The executables that a kind of kit takes along, by the name they get in the backup. */
function executables(
  host: Host,
  kind: NonNullable<BackupOptions["kit"]>,
): { name: string; path: string }[] {
  if (kind === "light") return [];
  const own = { name: restorerName(host), path: ownExecutable(host) };
  return kind === "all" ? [own, ...listKitExecutables(host)] : [own];
}

/** Where the kit goes; the plain part of an encrypted backup takes no compressed bytes. */
export type KitOutlet = Pick<Outlet, "bytes" | "copy"> & Partial<Pick<Outlet, "known" | "cached">>;

/** Puts the restore kit into a backup; gives back each file's SHA-256, upper-case hex. */
export async function writeRestoreKit(
  run: Run,
  outlet: KitOutlet,
): Promise<Record<string, string>> {
  const { host, options } = run;
  const source = (name: string) =>
    pathsOf(host.platform).join(fileURLToPath(new URL("restore/", host.kit)), name);
  const hashes: Record<string, string> = {};
  for (const name of TEXTS) {
    const text = fillIn(readText(host.fs, source(name), MAX_TEXT_BYTES), options);
    hashes[name] = await outlet.bytes(name, new TextEncoder().encode(text), 0o600);
  }
  for (const name of SCRIPTS) {
    hashes[name] = await outlet.bytes(name, readFile(host.fs, source(name), MAX_TEXT_BYTES), 0o700);
  }
  for (const { name, path } of executables(host, options.kit ?? "full")) {
    hashes[name] = await addExecutable(run, outlet, name, path);
  }
  return hashes;
}

const EXECUTABLE_MODE = 0o700;

/** A smaller one shares a segment with its neighbours, and is compressed with them. */
const WORTH_CACHING_BYTES = 2 << 20;

/** An executable is most of a small backup, and seldom another than the last time. */
async function addExecutable(
  run: Run,
  outlet: KitOutlet,
  name: string,
  path: string,
): Promise<string> {
  const { host, options } = run;
  const info = { ...host.fs.stat(path), mode: EXECUTABLE_MODE };
  const known = await findUnchanged(host, run.earlier, name, { path, info });
  if (known && await outlet.known?.(known)) return known.entry[4]!;
  const takesSegments = options.archive !== false && options.format !== "zip";
  if (!outlet.cached || !takesSegments || info.size < WORTH_CACHING_BYTES) {
    return (await outlet.copy(name, path, EXECUTABLE_MODE)).sha256;
  }
  const top = options.home.profile.backups.prefix;
  const settings = { top, level: run.level, form: segmentForm(options) };
  const cached = await openCached(host, run.pool, settings, { name, path, info });
  try {
    await outlet.cached(cached, path);
    return cached.entry[4]!;
  } finally {
    cached.archive.close();
  }
}
