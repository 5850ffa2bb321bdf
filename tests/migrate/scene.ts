/** A user with homes of agents, for migrations. */
import { join } from "node:path";
import type { Host } from "../../src/base/mod.ts";
import {
  applyMigration,
  type ApplyMigrationOptions,
  type MigrateOptions,
  type MigrationItem,
  planMigration,
} from "../../src/migrate/mod.ts";
import { findProfile, resolveHome } from "../../src/profiles/mod.ts";
import { applyUndo } from "../../src/restore/mod.ts";
import { testHost, withTempDir } from "../support/host.ts";
import { put } from "../support/migration_home.ts";

/** A user of the engine. */
export interface MigrateScene {
  host: Host;
  /** The user's home folder. */
  user: string;
  /** A path below it. */
  at(path: string): string;
  /** Writes files below it. */
  has(files: Record<string, string>): void;
  plan(options: MigrateOptions): ReturnType<typeof planMigration>;
  /** Without a backup before, unless one is asked for. */
  apply(
    options: Partial<ApplyMigrationOptions> & MigrateOptions,
  ): ReturnType<typeof applyMigration>;
}

/** Runs a test with a user who has nothing yet. */
export function withUser(use: (scene: MigrateScene) => void | Promise<void>): Promise<void> {
  return withTempDir((user) => {
    const host = testHost(user);
    return use({
      host,
      user,
      at: (path) => join(user, path),
      has: (files) => Object.entries(files).forEach(([path, text]) => put(join(user, path), text)),
      plan: (options) => planMigration(host, options),
      apply: (options) =>
        applyMigration(host, { confirmed: true, backup: false, force: true, ...options }),
    });
  });
}

/** Takes back what was done last to the home of an agent. */
export async function undo({ host }: MigrateScene, profile: string) {
  const home = resolveHome(host, findProfile(host, profile));
  return await applyUndo(host, { home, confirmed: true });
}

/** Items as `id status`, with the reason where there is one. */
export function told(items: MigrationItem[]): string[] {
  return items.map(({ id, status, reason }) => [id, status, reason].filter(Boolean).join(" | "));
}
