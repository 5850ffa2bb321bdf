import type { Define } from "./command.ts";

/** What defines a command, by its names: without `completions`, which completes all the others. */
const ALONE = new Map<string, () => Promise<Define>>([
  ["backup", async () => (await import("./backup.ts")).defineBackup],
  ["create", async () => (await import("./backup.ts")).defineBackup],
  ["list", async () => (await import("./list.ts")).defineList],
  ["list-backups", async () => (await import("./list.ts")).defineList],
  ["show", async () => (await import("./show.ts")).defineShow],
  ["verify", async () => (await import("./verify.ts")).defineVerify],
  ["restore", async () => (await import("./restore.ts")).defineRestore],
  ["undo", async () => (await import("./undo.ts")).defineUndo],
  ["doctor", async () => (await import("./doctor.ts")).defineDoctor],
  ["status", async () => (await import("./status.ts")).defineStatus],
  ["drill", async () => (await import("./drill.ts")).defineDrill],
  ["schedule", async () => (await import("./schedule.ts")).defineSchedule],
  ["prune", async () => (await import("./prune.ts")).definePrune],
  ["delete", async () => (await import("./delete.ts")).defineDelete],
  ["import", async () => (await import("./import.ts")).defineImport],
  ["sessions", async () => (await import("./sessions.ts")).defineSessions],
  ["snapshot", async () => (await import("./snapshot.ts")).defineSnapshot],
  ["watch", async () => (await import("./watch.ts")).defineWatch],
  ["migrate", async () => (await import("./migrate.ts")).defineMigrate],
  ["isolate", async () => (await import("./isolate.ts")).defineIsolate],
  ["profiles", async () => (await import("./profiles.ts")).defineProfiles],
  ["keys", async () => (await import("./keys.ts")).defineKeys],
  ["sync", async () => (await import("./sync.ts")).defineSync],
  ["backends", async () => (await import("./backends.ts")).defineBackends],
  ["kit", async () => (await import("./kit.ts")).defineKit],
  ["init", async () => (await import("./init.ts")).defineInit],
  ["install", async () => (await import("./install.ts")).defineInstall],
  ["uninstall", async () => (await import("./install.ts")).defineUninstall],
  ["mcp", async () => (await import("./mcp.ts")).defineMcp],
  ["update", async () => (await import("./update.ts")).defineUpdate],
  ["hook", async () => (await import("./hook.ts")).defineHook],
]);

/**
 * What defines the command that a command line begins with; for any other line, such as one that asks for
 * help, what defines all. To load and define all takes longer than to list snapshots.
 */
export async function commandDefinitions(args: string[]): Promise<Define[]> {
  const alone = ALONE.get(args[0]);
  return alone ? [await alone()] : (await import("./all_commands.ts")).ALL_COMMANDS;
}
