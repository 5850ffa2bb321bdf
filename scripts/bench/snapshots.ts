/** Snapshots of a home with a long history: 100,000 events and 20,000 objects. */
import type { Series } from "./figures.ts";
import { makeHistory } from "./history.ts";
import type { BenchHome } from "./home.ts";
import type { Meter } from "./measure.ts";

/** Changes before, and versions of files that are not there any more. */
export interface History {
  events: number;
  versions: number;
}

/** What is measured, and how often. */
export interface SnapshotsOptions {
  meter: Meter;
  /** A folder of its own; must not exist. */
  work: string;
  lifeboat: string;
  home: BenchHome;
  rounds: number;
  history: History;
}

/** Most time that each may take, ms, as the project promises it. */
export const SNAPSHOT_LIMITS: Record<string, number> = {
  "snapshots-take": 500,
  "snapshots-list": 50,
  "snapshots-history": 50,
  "snapshots-preview": 200,
};

/** Measures looking at an unchanged home, and asking its history. */
export async function measureSnapshots(options: SnapshotsOptions): Promise<Series[]> {
  const { meter, work, lifeboat, home, rounds, history } = options;
  Deno.mkdirSync(work, { recursive: true });
  const session = await makeHistory({ user: work, home, ...history });
  const env = { HOME: work, CODEX_HOME: home.folder };
  const commands: [id: string, title: string, args: string[]][] = [
    ["snapshots-take", "snapshot take, nothing changed", ["take"]],
    ["snapshots-list", "snapshot list", ["list"]],
    ["snapshots-history", "snapshot history of a file", ["history", home.small[0]]],
    ["snapshots-preview", "snapshot rollback --preview, a session", [
      "rollback",
      "--session",
      session,
    ]],
  ];
  const series = commands.map(([id, title]): Series => ({ id, title, samples: [] }));
  for (let round = 0; round < rounds; round++) {
    for (const [index, [, , args]] of commands.entries()) {
      const sample = await meter.run({ args: [lifeboat, "snapshot", ...args, "--json"], env });
      series[index].samples.push(sample);
    }
  }
  return series;
}
