/** The homes and backups whose conversations are meant. */
import type { ReadOptions } from "../archive/mod.ts";
import { type Host, LifeboatError } from "../base/mod.ts";
import { backupScope, findBackup } from "../catalog/mod.ts";
import {
  findProfile,
  homeExists,
  loadProfiles,
  requireHome,
  resolveHome,
} from "../profiles/mod.ts";
import { openSessionsBackup } from "./backup_source.ts";
import { openHome, type SessionSource } from "./source.ts";

/** How a user says where conversations are looked for. */
export interface SourceChoice extends Pick<ReadOptions, "password" | "unlock"> {
  profile?: string;
  home?: string;
  /** A backup instead of homes: its name, the beginning of it, `latest`, or a path. */
  backup?: string;
  backupRoot?: string;
  /** As in a backup's scope. */
  onlyNames?: boolean;
}

/** A home that is named is held against every layout; those that find nothing there say nothing. */
function withFinds(sources: SessionSource[]): SessionSource[] {
  const found = sources.filter(({ transcripts }) => transcripts.length > 0);
  return found.length > 0 ? found : sources.slice(0, 1);
}

/** The homes that are there, or the one that is named. */
function openHomes(host: Host, { profile, home }: SourceChoice): SessionSource[] {
  const named = profile && profile !== "all" ? [findProfile(host, profile)] : undefined;
  const homes = (named ?? loadProfiles(host).filter(({ transcripts }) => transcripts))
    .map((one) => resolveHome(host, one, { home }));
  if (named || home) homes.forEach((one) => requireHome(host, one));
  const sources = homes.filter((one) => homeExists(host, one)).map((one) => openHome(host, one));
  if (sources.length > 0) return home ? withFinds(sources) : sources;
  throw new LifeboatError("missing", "no_such_home", "No home of any known agent was found", {
    hint: "See where they are looked for with: lifeboat profiles list",
  });
}

async function openBackupNamed(
  host: Host,
  id: string,
  choice: SourceChoice,
): Promise<SessionSource[]> {
  if (choice.home) {
    throw new LifeboatError("refused", "usage", "--home and --backup cannot be used together");
  }
  const { onlyNames, password, unlock } = choice;
  const path = await findBackup(host, id, { ...backupScope(host, choice), onlyNames });
  return [await openSessionsBackup(host, path, { password, unlock })];
}

/**
 * Runs with the homes or the backup that are meant, and closes them whatever happens. Throws
 * `no_such_home`, `no_such_backup`.
 */
export async function withSources<T>(
  host: Host,
  choice: SourceChoice,
  use: (sources: SessionSource[]) => Promise<T>,
): Promise<T> {
  const { backup } = choice;
  const sources = backup ? await openBackupNamed(host, backup, choice) : openHomes(host, choice);
  try {
    return await use(sources);
  } finally {
    for (const source of sources) source.close();
  }
}
