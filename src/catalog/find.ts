import { type Host, LifeboatError, pathsOf, statIfThere } from "../base/mod.ts";
import { defaultBackupRoot, loadProfiles, type Profile } from "../profiles/mod.ts";
import { listElsewhere, listIndexed } from "./foreign.ts";
import { type BackupItem, listRoot, newestFirst } from "./list.ts";
import { isUsual } from "./usual.ts";

/** Which backups are meant. */
export interface BackupScope {
  /** Only this profile's. Without it, those of all profiles. */
  profile?: Profile;
  /** Where they lie. Without it, the default place of each profile. */
  backupRoot?: string;
  /** False: not the archives of other tools that lie outside the backup roots. */
  elsewhere?: boolean;
  /** True: an ID is only a name. An agent must not take a file of its project for a backup. */
  onlyNames?: boolean;
  /** Only those of the isolated home with this id. */
  isolated?: string;
  /** The home whose backups `latest` means first; without it, the usual one of the agent. */
  home?: string;
}

/** What `list` gives back; key names are those of contract.md. */
export interface ListResult {
  ok: true;
  backup_root: string;
  /** All folders looked into; more than one when no profile was named. */
  backup_roots: string[];
  backups: BackupItem[];
}

function rootsOf(host: Host, scope: BackupScope): string[] {
  if (scope.backupRoot) return [pathsOf(host.platform).resolve(scope.backupRoot)];
  const profiles = scope.profile ? [scope.profile] : loadProfiles(host);
  // First that of a backup for which no profile is named: it is the `backup_root` of old scripts.
  const ordered = [...profiles].sort((a, b) => Number(b.id === "codex") - Number(a.id === "codex"));
  return [...new Set(ordered.map((profile) => defaultBackupRoot(host, profile).path))];
}

/** Where was looked, for a hint: of many folders only those that they lie in. */
export function lookedIn({ platform }: Host, roots: string[]): string {
  const { dirname } = pathsOf(platform);
  if (roots.length <= 3) return `Looked in ${roots.join(", ")}.`;
  return `Looked below ${[...new Set(roots.map((root) => dirname(root)))].join(", ")}.`;
}

/** What `--type` means; `native` is ClawBackup's word for the archives of OpenClaw itself. */
const TYPES: Record<string, string> = {
  lifeboat: "lifeboat",
  "codex-environment-backup": "codex-environment-backup",
  clawbackup: "clawbackup",
  openclaw: "openclaw",
  native: "openclaw",
};

/** Whether `--type` means a backup; without it all are meant. */
export function isOfType({ type }: Pick<BackupItem, "type">, wanted = "all"): boolean {
  return wanted === "all" || type === TYPES[wanted];
}

/** Archives of other tools that lie elsewhere; where a place is named, only what its index names. */
async function listForeign(
  host: Host,
  { profile, backupRoot, elsewhere }: BackupScope,
  roots: string[],
): Promise<BackupItem[]> {
  if (backupRoot) return await listIndexed(host, roots[0]);
  const isWanted = elsewhere !== false && (!profile || profile.id === "openclaw");
  return isWanted ? await listElsewhere(host) : [];
}

/** The backups there are, newest first. */
export async function listBackups(
  host: Host,
  scope: BackupScope & { type?: string; limit?: number },
): Promise<ListResult> {
  const roots = rootsOf(host, scope);
  const lists = await Promise.all(roots.map((root) => listRoot(host, root)));
  const foreign = await listForeign(host, scope, roots);
  const known = new Set(foreign.map(placeOf)); // under the id of the other tool
  const own = lists.flat().filter((item) => !known.has(placeOf(item)));
  const backups = [...foreign, ...own].sort(newestFirst).filter((item) =>
    (!scope.profile || !item.profile || item.profile === scope.profile.id) &&
    (!scope.isolated || item.isolated === scope.isolated) &&
    isOfType(item, scope.type)
  );
  return {
    ok: true,
    backup_root: roots[0],
    backup_roots: roots,
    backups: backups.slice(0, scope.limit ?? backups.length),
  };
}

function placeOf(item: BackupItem): string {
  return item.archives[0] ?? item.backup_dir!;
}

/** Whether it is of the kind that this program writes; another tool's is only meant when named. */
export function isOwn({ type }: BackupItem): boolean {
  return type === "lifeboat" || type === "codex-environment-backup";
}

/** Whether a backup was made before a restore, of a home as it was then. */
export function isPreRestore(item: Pick<BackupItem, "id">): boolean {
  return item.id.startsWith("pre-restore-");
}

/**
 * The path of the backup that an ID means: a path, a name, a unique beginning of one, or `latest`
 * (which never means one made before a restore, and one of an isolated home only where that is
 * named). Throws `no_such_backup` (missing) or
 * `ambiguous_id` (refused).
 */
export async function findBackup(host: Host, id: string, scope: BackupScope): Promise<string> {
  const { resolve } = pathsOf(host.platform);
  // A file of the current folder named `latest` is only meant as ./latest.
  const isFile = () => id !== "latest" && statIfThere(host.fs, resolve(id)) !== undefined;
  const isPath = !scope.onlyNames && (/[\\/]/.test(id) || isFile());
  if (isPath) return resolve(id);
  const { backups, backup_roots } = await listBackups(host, scope);
  if (id === "latest") {
    const usable = backups.filter((item) =>
      !isPreRestore(item) && isOwn(item) && item.status !== "unreadable" &&
      (scope.isolated !== undefined || item.isolated === null)
    );
    const newest = latestOf(host, usable, scope.home);
    if (newest) return placeOf(newest);
  }
  const exact = backups.find((item) => item.id === id);
  if (exact) return placeOf(exact);
  const matches = backups.filter((item) => item.id.startsWith(id));
  if (matches.length === 1) return placeOf(matches[0]);
  if (matches.length > 1) throw ambiguous(id, matches);
  throw new LifeboatError("missing", "no_such_backup", `There is no backup ${id}`, {
    hint: `${lookedIn(host, backup_roots)} ${
      backups.length > 0 ? "See them with: lifeboat list" : "Make one with: lifeboat backup"
    }`,
  });
}

/**
 * The newest one of the home that is meant, else of any: one that was backed up with `--home` is not
 * to come back over the usual one. A whole one says more of a home than a newer one of a part of it.
 */
export function latestOf<Item extends Pick<BackupItem, "profile" | "part" | "home">>(
  host: Host,
  usable: Item[],
  home?: string,
): Item | undefined {
  const whole = usable.filter(({ part }) => part === null);
  const candidates = whole.length > 0 ? whole : usable;
  return candidates.find((item) => home !== undefined && item.home === home) ??
    candidates.find((item) => isUsual(host, item)) ?? candidates[0];
}

function ambiguous(id: string, matches: BackupItem[]): LifeboatError {
  const names = matches.slice(0, 5).map((item) => item.id).join(", ");
  return new LifeboatError(
    "refused",
    "ambiguous_id",
    `${matches.length} backups begin with ${id}`,
    {
      hint: `Write more of the name: ${names}`,
    },
  );
}
