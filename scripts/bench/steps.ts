/** What is measured in every round, in the order in which it is done. */
import { basename, dirname, join } from "node:path";
import type { Command } from "./measure.ts";

/** Where one round works. Nothing in these folders is there when the round begins. */
export interface Round {
  folder: string;
  /** The home that is backed up. */
  home: string;
  /** The compiled program. */
  lifeboat: string;
  /** For `--jobs`; default: what Lifeboat chooses. */
  jobs?: number;
}

/** One run that is measured. */
export interface Step {
  id: string;
  title: string;
  /** Programs besides Lifeboat; the step is left out where one is missing. */
  needs: string[];
  /** Runs before it whose cost does not count. */
  before?: (round: Round) => Command[];
  command: (round: Round) => Command;
  /** What puts the round into order again; its cost does not count. */
  after?: (round: Round) => void;
  /** What it has written, file or folder; its size is told. */
  stored?: (round: Round) => string;
}

/** Steps that belong together, and whether the home changes before them. */
export interface Stage {
  changes: boolean;
  steps: Step[];
}

const CONFIRM = "--i-understand-this-restores-sensitive-state";

/** `tar | COMPRESSOR > FILE`. The shell is given paths as arguments, never as part of its text. */
function pipeline(compressor: string[], suffix: string): Step {
  const script = `set -o pipefail; tar -C "$1" -cf - "$2" | ${compressor.join(" ")} > "$3"`;
  const output = (round: Round) => join(round.folder, `solid.tar.${suffix}`);
  return {
    id: `tar-${compressor[0]}`,
    title: `tar | ${compressor.join(" ")}`,
    needs: ["bash", "tar", compressor[0]],
    command: (round) => {
      const { home } = round;
      const args = [dirname(home), basename(home), output(round)];
      return { args: ["bash", "-c", script, "bash", ...args] };
    },
    stored: output,
  };
}

function restic(round: Round, ...args: string[]): Command {
  const cache = join(round.folder, "restic-cache");
  return {
    args: ["restic", "-r", resticRepository(round), "--cache-dir", cache, "-q", ...args],
    env: { RESTIC_PASSWORD: "bench", HOME: round.folder },
  };
}

const resticRepository = (round: Round) => join(round.folder, "restic");

function borg(round: Round, ...args: string[]): Command {
  const env = {
    BORG_BASE_DIR: join(round.folder, "borg-base"),
    BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK: "yes",
  };
  return { args: ["borg", ...args], env };
}

const borgRepository = (round: Round) => join(round.folder, "borg");

function rivals(occasion: string, title: string): Step[] {
  const isFirst = occasion === "first";
  return [
    {
      id: `restic-${occasion}`,
      title: `restic, ${title}`,
      needs: ["restic"],
      before: (round) => isFirst ? [restic(round, "init")] : [],
      command: (round) => restic(round, "backup", round.home),
      stored: isFirst ? resticRepository : undefined,
    },
    {
      id: `borg-${occasion}`,
      title: `borg, ${title}`,
      needs: ["borg"],
      before: (round) => isFirst ? [borg(round, "init", "-e", "none", borgRepository(round))] : [],
      command: (round) =>
        borg(round, "create", `${borgRepository(round)}::${occasion}`, round.home),
      stored: isFirst ? borgRepository : undefined,
    },
  ];
}

/** Users of Lifeboat, each with a home folder and a backup root of their own. */
type User = "new" | "usual" | "unverified" | "light" | "zstd";

function userFolder(round: Round, user: User): string {
  return join(round.folder, `lifeboat-${user}`);
}

/** Where a user's backups lie. */
function backupsOf(round: Round, user: User): string {
  return join(userFolder(round, user), "backups");
}

function lifeboat(round: Round, user: User, args: string[]): Command {
  const jobs = round.jobs === undefined ? [] : ["--jobs", String(round.jobs)];
  const env = { HOME: userFolder(round, user) };
  return { args: [round.lifeboat, ...args, ...jobs, "--json"], env };
}

function backup(round: Round, user: User, home: string, root: string): Command {
  const options: Record<User, string[]> = {
    new: [],
    usual: [],
    unverified: ["--no-verify"],
    light: ["--kit", "light"],
    zstd: ["--format", "tar.zst"],
  };
  const args = ["backup", "--home", home, "--backup-root", root, "--no-doctor-commands"];
  return lifeboat(round, user, [...args, ...options[user]]);
}

/** A backup of something else, so that the program has been used on this machine. */
function warmUp(round: Round, user: User): Command {
  const other = join(userFolder(round, user), "other");
  Deno.mkdirSync(other, { recursive: true });
  Deno.writeTextFileSync(join(other, "config.toml"), "");
  return backup(round, user, other, join(userFolder(round, user), "other-backups"));
}

function ours(user: User, occasion: string, title: string): Step {
  const isUsed = occasion === "first" && user !== "new";
  return {
    id: `lifeboat-${user}-${occasion}`,
    title: `lifeboat, ${title}`,
    needs: [],
    before: (round) => isUsed ? [warmUp(round, user)] : [],
    command: (round) => backup(round, user, round.home, backupsOf(round, user)),
    stored: (round) => newestArchive(round, user),
  };
}

/** The path of a user's newest archive. */
export function newestArchive(round: Round, user: User): string {
  const root = backupsOf(round, user);
  const names = [...Deno.readDirSync(root)].map((entry) => entry.name);
  const archives = names.filter((name) => /\.tar\.(gz|zst)$/.test(name));
  const newest = archives.sort((a, b) => ageOf(`${root}/${a}`) - ageOf(`${root}/${b}`))[0];
  return join(root, newest);
}

function ageOf(path: string): number {
  return -Deno.statSync(path).mtime!.getTime();
}

function extract(round: Round): Command {
  const folder = join(round.folder, "extracted");
  Deno.mkdirSync(folder);
  return { args: ["tar", "xzf", newestArchive(round, "usual"), "-C", folder] };
}

function restore(round: Round): Command {
  const archive = newestArchive(round, "usual");
  return lifeboat(round, "usual", ["restore", archive, "--home", round.home, "--apply", CONFIRM]);
}

const awayFrom = (round: Round) => `${round.home}-away`;

/** Restored where it was, since elsewhere what names the home in it would have to be changed too. */
function loseHome(round: Round): Command[] {
  Deno.renameSync(round.home, awayFrom(round));
  return [];
}

function findHomeAgain(round: Round): void {
  Deno.renameSync(round.home, join(round.folder, "restored"));
  Deno.renameSync(awayFrom(round), round.home);
}

/** A first backup and one with nothing changed, alone: to see how they grow with the home. */
export const GROWTH_STAGES: Stage[] = [{
  changes: false,
  steps: [ours("usual", "first", "first"), ours("usual", "second", "again")],
}];

/** All stages of a round of the contest. */
export const STAGES: Stage[] = [
  {
    changes: false,
    steps: [
      pipeline(["gzip", "-6"], "gz"),
      pipeline(["pigz", "-6"], "pigz"),
      pipeline(["zstd", "-3"], "zst"),
      ...rivals("first", "first"),
      ours("new", "first", "first ever on this machine"),
      ours("usual", "first", "first"),
      ours("unverified", "first", "first, --no-verify"),
      ours("light", "first", "first, --kit light"),
      ours("zstd", "first", "first, --format tar.zst"),
    ],
  },
  {
    changes: false,
    steps: [
      ...rivals("second", "again, nothing changed"),
      ours("usual", "second", "again, nothing changed"),
      ours("unverified", "second", "again, nothing changed, --no-verify"),
    ],
  },
  {
    changes: true,
    steps: [
      ...rivals("third", "again, 1 % changed"),
      ours("usual", "third", "again, 1 % changed"),
      ours("unverified", "third", "again, 1 % changed, --no-verify"),
      {
        id: "tar-extract",
        title: "tar xzf of Lifeboat's archive",
        needs: ["tar", "gzip"],
        command: extract,
      },
      {
        id: "lifeboat-restore",
        title: "lifeboat, restore of a home that is gone",
        needs: [],
        before: loseHome,
        command: restore,
        after: findHomeAgain,
      },
      {
        id: "lifeboat-verify",
        title: "lifeboat, verify",
        needs: [],
        command: (round) => lifeboat(round, "usual", ["verify", newestArchive(round, "usual")]),
      },
    ],
  },
];
