/** The first steps: a configuration to be changed, and a look at what lies around. */
import { fileURLToPath } from "node:url";
import {
  configPath,
  ensureDir,
  findCommand,
  type Host,
  lstatIfThere,
  pathsOf,
  readText,
  writeNewFile,
} from "../base/mod.ts";
import { defaultBackupRoot, homeExists, loadProfiles, resolveHome } from "../profiles/mod.ts";
import { readSchedule } from "./schedule.ts";

const MAX_BYTES = 1 << 16;

/** What `init` gives back. */
export interface InitResult {
  ok: true;
  /** The configuration; one that is there stays as it is. */
  config: { path: string; action: "created" | "kept" };
  /** The homes that are here, and where their backups go. */
  homes: { profile: string; home: string; backup_root: string; warnings: string[] }[];
  /** Whether `lifeboat` is found by its name. */
  on_path: boolean;
  scheduled: boolean;
  /** For a person: what to do next, in this order. */
  next_steps: string[];
}

function writeConfig(host: Host): InitResult["config"] {
  const path = configPath(host);
  if (lstatIfThere(host.fs, path)) return { path, action: "kept" };
  const template = fileURLToPath(new URL("config.toml", host.kit));
  ensureDir(host.fs, pathsOf(host.platform).dirname(path), host.platform);
  writeNewFile(host.fs, path, readText(host.fs, template, MAX_BYTES));
  return { path, action: "created" };
}

function homesOf(host: Host): InitResult["homes"] {
  return loadProfiles(host).map((profile) => resolveHome(host, profile))
    .filter((home) => homeExists(host, home))
    .map(({ profile, path }) => {
      const { path: backup_root, warnings } = defaultBackupRoot(host, profile);
      return { profile: profile.id, home: path, backup_root, warnings };
    });
}

/** Writes a commented configuration unless there is one, and looks around. Changes nothing else. */
export function init(host: Host): InitResult {
  const config = writeConfig(host);
  const homes = homesOf(host);
  const on_path = findCommand(host.fs, "lifeboat", host.env, host.platform) !== undefined;
  const scheduled = readSchedule(host) !== undefined;
  const steps: [boolean, string][] = [
    [!on_path, "Put the program on your PATH, and skills into your agents: lifeboat install"],
    [homes.length === 0, "No home of any agent was found. See: lifeboat profiles list"],
    [homes.length > 0, "Make the first backup: lifeboat backup --profile all"],
    [!scheduled, "Let it be made regularly: lifeboat schedule install --every 1d"],
  ];
  const next_steps = steps.filter(([needed]) => needed).map(([, step]) => step);
  return { ok: true, config, homes, on_path, scheduled, next_steps };
}
