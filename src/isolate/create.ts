/** Making an isolated home. */
import { ensureDir, type Host, LifeboatError, pathsOf, removeIfThere } from "../base/mod.ts";
import { applyMigration, type MigrateOptions, type MigrationResult } from "../migrate/mod.ts";
import {
  asHome,
  isMade,
  type IsolatedChoice,
  type IsolatedHome,
  isolatedPlace,
  USER_HOME,
} from "../profiles/mod.ts";

/** What home is made. */
export interface CreateOptions extends IsolatedChoice {
  /** `HOME` stays that of the user, so that `~/.agents/skills` is seen. */
  shareHome?: boolean;
  /** What is moved into it at once. */
  seed?: Omit<MigrateOptions, "to" | "home">;
}

/** What `isolate create` gives back. */
export interface CreateResult extends IsolatedHome {
  ok: boolean;
  /** What was moved into it. */
  seeded?: MigrationResult;
}

/**
 * Makes a Codex home that only its owner can enter: empty, or with what is moved into it. Throws
 * `isolated_home_exists`, `usage`, `no_such_agent`, and what a migration throws; nothing is there then.
 */
export async function createIsolated(host: Host, options: CreateOptions): Promise<CreateResult> {
  const home = isolatedPlace(host, options);
  if (isMade(host, home)) {
    const message = `${home.id} has an isolated home already: ${home.path}`;
    throw new LifeboatError("refused", "isolated_home_exists", message, {
      hint: home.owner === "openclaw"
        ? "It is used as it is: lifeboat isolate exec --openclaw-agent ..."
        : "Use it, or choose another name.",
    });
  }
  ensureDir(host.fs, home.path, host.platform);
  const user = pathsOf(host.platform).join(home.path, USER_HOME);
  if (!options.shareHome) ensureDir(host.fs, user, host.platform);
  const made = isolatedPlace(host, options);
  if (!options.seed) return { ok: true, ...made };
  const seeded = await seed(host, made, options.seed);
  return { ok: seeded.ok, ...made, seeded };
}

/** There is nothing yet that could be backed up. */
async function seed(
  host: Host,
  made: IsolatedHome,
  options: Omit<MigrateOptions, "to" | "home">,
): Promise<MigrationResult> {
  const how = { confirmed: true, backup: false, force: true };
  try {
    return await applyMigration(host, {
      ...options,
      ...how,
      to: "codex",
      home: asHome(host, made),
    });
  } catch (error) {
    removeIfThere(host.fs, made.path);
    throw error;
  }
}
