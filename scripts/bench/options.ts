import { parseArgs } from "node:util";
import type { History } from "./snapshots.ts";

/** What a run of the benchmark is told. */
export interface BenchOptions {
  /** Bytes of the home. */
  size: number;
  rounds: number;
  /** Where the home is made; it must not exist, and stays. Default: in a folder that is removed. */
  home?: string;
  /** Where the result is written as JSON. */
  out?: string;
  jobs?: number;
  seed: number;
  /** No round begins later than this after the start. */
  minutes: number;
  /** Backups in the folder that is listed. */
  listed: number;
  /** Of the home, for snapshots. */
  history: History;
  /** How often each kind of hook is called. */
  calls: number;
  /** How often start-up is measured. */
  starts: number;
  /** Also how time and memory grow with the home. */
  grow: boolean;
  /** Whether missing peers may be installed. */
  install: boolean;
}

/** How it is called. */
export const USAGE = `usage: deno task bench [options]

Makes a home, and runs in turn on it: tar with gzip, pigz and zstd, restic, borg, and lifeboat (first
backup, again with nothing changed, again after 1 % changed, restore, verify), then list, snapshots of
a long history, hooks, and start-up. Each is a whole process; the disk is flushed before each, but for
hooks. Prints the medians of time, CPU and memory as the tables that README shows, and their ratios
against what is promised. Needs an idle machine: about 2 minutes per round of 400 MB on two cores, 3
for snapshots and hooks, and another 15 with --grow.

  --size 400M     bytes of the home that is made (K, M, G)
  --home PATH     where it is made; must not exist, and stays
  --rounds 5      how often everything is measured
  --minutes 25    no round begins later than this
  --jobs N        passed on to lifeboat
  --grow          also homes of 100 MB, 400 MB, 2 GB, and one of 300,000 files, at most 3 rounds each
  --quick         a home of 60 MB, one round
  --seed N        another home
  --out FILE      write all samples and verdicts as JSON
  --no-install    leave missing programs out, in place of installing them (Debian)
  --help          this text`;

const UNITS: Record<string, number> = { "": 1, K: 1e3, M: 1e6, G: 1e9 };

function parseNumber(name: string, text: string, pattern: RegExp): number {
  const found = pattern.exec(text);
  const value = found ? Number(found[1]) * UNITS[found[2] ?? ""] : 0;
  if (value > 0) return value;
  throw new Error(`--${name} ${text} is not what it should be\n${USAGE}`);
}

/** Understands the command line. Throws what to do instead. */
export function parseOptions(args: string[]): BenchOptions {
  const { values } = parseOrThrow(args);
  const count = (name: "rounds" | "jobs" | "seed" | "minutes", text: string) =>
    parseNumber(name, text, /^(\d+)$/);
  const { quick = false } = values;
  return {
    size: parseNumber("size", values.size ?? (quick ? "60M" : "400M"), /^(\d+(?:\.\d+)?)([KMG]?)$/),
    rounds: count("rounds", values.rounds ?? (quick ? "1" : "5")),
    home: values.home,
    out: values.out,
    jobs: values.jobs === undefined ? undefined : count("jobs", values.jobs),
    seed: count("seed", values.seed ?? "1"),
    minutes: count("minutes", values.minutes ?? "25"),
    listed: quick ? 100 : 1000,
    // With what the first look at a home of 400 MB finds, 100,000 events and 20,000 objects.
    history: quick ? { events: 1000, versions: 100 } : { events: 90_000, versions: 10_000 },
    calls: quick ? 1 : 500,
    starts: quick ? 5 : 30,
    grow: values.grow ?? false,
    install: !values["no-install"],
  };
}

function parseOrThrow(args: string[]) {
  const options = {
    size: { type: "string" },
    home: { type: "string" },
    rounds: { type: "string" },
    minutes: { type: "string" },
    jobs: { type: "string" },
    seed: { type: "string" },
    out: { type: "string" },
    grow: { type: "boolean" },
    quick: { type: "boolean" },
    "no-install": { type: "boolean" },
  } as const;
  try {
    return parseArgs({ args, options });
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : error}\n${USAGE}`);
  }
}
