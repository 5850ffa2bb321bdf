import { join } from "node:path";
import type { BackupResult } from "../../src/backup/mod.ts";
import { assert } from "../assert.ts";
import { withTempDir } from "./host.ts";
import { lifeboat, type Outcome, type RunSettings } from "./lifeboat.ts";
import { makeSampleCodexHome, type SampleCodexHome } from "./sample_home.ts";

/** A user of the compiled program, with a Codex home unless the test makes another. */
export interface Scene {
  /** Holds all of this. */
  folder: string;
  /** The user's home folder. */
  user: string;
  /** Where the agent's home lies. */
  home: string;
  /** The default place of backups. */
  backups: string;
  /** The folder for temporary files; empty after every run. */
  temp: string;
  /** Strings that no run may print; a test adds those of homes that it makes itself. */
  secrets: string[];
  /** Runs the program; fails when it prints a secret or leaves a temporary file. */
  run<Result = Record<string, unknown>>(
    args: string[],
    settings?: RunSettings,
  ): Promise<Outcome<Result>>;
  /** Backs up, with a light kit unless told otherwise; fails unless that exits with 0. */
  backUp(...args: string[]): Promise<BackupResult>;
  /** Names in the place of backups, hidden ones too, but for the lock. */
  published(): string[];
}

/** The flag without which no restore is applied. */
export const CONFIRM = "--i-understand-this-restores-sensitive-state";

/** Runs a test with a user; `makeHome` makes what is there, by default a small Codex home. */
export function withScene(
  use: (scene: Scene) => Promise<void>,
  makeHome: (path: string) => Promise<Pick<SampleCodexHome, "secrets">> = makeSmallHome,
): Promise<void> {
  return withTempDir(async (folder) => {
    const scene = sceneIn(folder);
    Deno.mkdirSync(scene.user, { mode: 0o700 });
    Deno.mkdirSync(scene.temp);
    scene.secrets.push(...(await makeHome(scene.home)).secrets);
    await use(scene);
  });
}

/** Two conversations. */
export function makeSmallHome(path: string): Promise<SampleCodexHome> {
  return makeSampleCodexHome(path, { conversations: 2, turns: 2 });
}

function sceneIn(folder: string): Scene {
  const user = join(folder, "user");
  const temp = join(folder, "temp");
  const backups = join(user, "Documents", "CodexBackups");
  const secrets: string[] = [];

  async function run<Result>(args: string[], settings: RunSettings = {}) {
    const env = { TMPDIR: temp, ...settings.env };
    const outcome = await lifeboat<Result>(user, args, { ...settings, env });
    const printed = outcome.stdout + outcome.stderr;
    for (const secret of secrets) {
      assert.ok(!printed.includes(secret), `lifeboat ${args.join(" ")} printed a secret`);
    }
    assert.deepEqual(namesIn(temp), [], `lifeboat ${args.join(" ")} left temporary files`);
    return outcome;
  }

  return {
    folder,
    user,
    home: join(user, ".codex"),
    backups,
    temp,
    secrets,
    run,
    async backUp(...args) {
      const kit = args.includes("--kit") ? [] : ["--kit", "light"];
      const { code, json, stderr } = await run<BackupResult>(["backup", ...kit, ...args, "--json"]);
      assert.equal(code, 0, JSON.stringify(json.error ?? json.errors) + stderr);
      return json;
    },
    published: () => namesIn(backups).filter((name) => name !== ".lifeboat.lock"),
  };
}

/** Names in a folder, sorted; none when it is not there. */
export function namesIn(folder: string): string[] {
  try {
    return Array.from(Deno.readDirSync(folder), ({ name }) => name).sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** Names of a backup's files in a folder, hidden ones too; another of its second is its id and a number. */
export function namesOf(id: string, folder: string): string[] {
  return namesIn(folder).filter((name) => `${name}.`.replace(/^\./, "").startsWith(`${id}.`));
}
