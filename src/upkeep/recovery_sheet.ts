/** What has to be known to bring everything back when the machine is gone. */
import { type Host, isoWithOffset, LifeboatError, pathsOf, sha256OfFile } from "../base/mod.ts";
import { listBackups } from "../catalog/mod.ts";
import { defaultBackupRoot, homeExists, loadProfiles, resolveHome } from "../profiles/mod.ts";
import { type BackendItem, listBackends } from "../remote/mod.ts";
import { type IdentityInfo, listIdentities, listKeys } from "../seal/mod.ts";

/** A recovery sheet without its secrets, which `printableIdentity` gives. */
export interface RecoverySheet {
  ok: true;
  created_at: string;
  /** They open what was encrypted to them; those under a passphrase need that, too. */
  identities: IdentityInfo[];
  /** Base64; null before the first backup. */
  signing_key: string | null;
  /** Folders of this machine that backups lie in, or will. */
  folders: { path: string; backups: number }[];
  backends: BackendItem[];
  /** This program; null when it is not compiled. `sha256`: lower-case hex, as `sha256sum` has it. */
  executable: { path: string; version: string; sha256: string } | null;
  /** The file that it was written to. */
  output: string | null;
}

function chosen(host: Host, name: string | undefined): IdentityInfo[] {
  const all = listIdentities(host);
  const found = name === undefined ? all : all.filter((one) => one.name === name);
  if (name === undefined || found.length > 0) return found;
  throw new LifeboatError("missing", "no_such_key", `There is no identity ${name}`, {
    hint: "See those that there are with: lifeboat keys list",
  });
}

/** Where backups of the homes that are here go by themselves. */
function usualFolders(host: Host): string[] {
  return loadProfiles(host).map((profile) => resolveHome(host, profile))
    .filter((home) => homeExists(host, home))
    .map(({ profile }) => defaultBackupRoot(host, profile).path);
}

async function foldersOfBackups(host: Host): Promise<RecoverySheet["folders"]> {
  const { backups } = await listBackups(host, {});
  const { dirname } = pathsOf(host.platform);
  const counts = new Map(usualFolders(host).map((path) => [path, 0]));
  for (const { archives, backup_dir } of backups) {
    const path = dirname(archives[0] ?? backup_dir!);
    counts.set(path, (counts.get(path) ?? 0) + 1);
  }
  return [...counts].map(([path, backups]) => ({ path, backups }));
}

/** Gathers what the sheet says, of one identity or of all. Throws `no_such_key`. */
export async function recoverySheet(host: Host, name?: string): Promise<RecoverySheet> {
  const { executable: path, build: { version } } = host;
  return {
    ok: true,
    created_at: isoWithOffset(host.now()),
    identities: chosen(host, name),
    signing_key: listKeys(host).signing?.public_key ?? null,
    folders: await foldersOfBackups(host),
    backends: listBackends(host).backends.filter(({ type }) => type !== "local"),
    executable: path ? { path, version, sha256: sha256OfFile(host.fs, path).toLowerCase() } : null,
    output: null,
  };
}
