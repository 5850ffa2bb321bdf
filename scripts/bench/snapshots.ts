/** Snapshots of a home with a long history: 100,000 events and 20,000 objects. */
import { join } from "node:path";
import type { Host } from "../../src/base/mod.ts";
import { realFs, thisHost } from "../../src/base/mod.ts";
import { findProfile, resolveHome } from "../../src/profiles/mod.ts";
import { openSnapshotStore, type SnapshotStore, trackHome } from "../../src/snapshots/mod.ts";
import type { Series } from "./figures.ts";
import type { BenchHome } from "./home.ts";
import type { Meter } from "./measure.ts";

/** What is measured, and how often. */
export interface SnapshotsOptions {
  meter: Meter;
  /** A folder of its own; must not exist. */
  work: string;
  lifeboat: string;
  home: BenchHome;
  rounds: number;
  events?: number;
  objects?: number;
}

/** Most time that each may take, seconds, as the project promises it. */
export const SNAPSHOT_LIMITS: Record<string, number> = {
  "snapshots-take": 0.5,
  "snapshots-list": 0.05,
  "snapshots-history": 0.05,
  "snapshots-preview": 0.2,
};

/** Measures looking at an unchanged home, and asking its history. */
export async function measureSnapshots(options: SnapshotsOptions): Promise<Series[]> {
  const { meter, work, lifeboat, home, rounds } = options;
  Deno.mkdirSync(work, { recursive: true });
  const env = { HOME: work, CODEX_HOME: home.folder };
  await makeHistory(options);
  await meter.run({ args: [lifeboat, "snapshot", "take", "--json"], env });
  const file = join(home.folder, historyPath(home));
  const commands: [id: string, title: string, args: string[]][] = [
    ["snapshots-take", "snapshot take, nothing changed", ["take"]],
    ["snapshots-list", "snapshot list", ["list"]],
    ["snapshots-history", "snapshot history of a file", ["history", file]],
    ["snapshots-preview", "snapshot rollback --preview, 1 h", ["rollback", "--time", "1h"]],
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

function historyPath({ folder, small }: BenchHome): string {
  return small[0].slice(folder.length + 1);
}

/** The same machine for a user of its own, without waiting for the disk. */
function benchHost(work: string, home: string): Host {
  const host = thisHost(new AbortController().signal, () => {});
  const open: Host["fs"]["open"] = (path, options) => {
    return { ...realFs.open(path, options), sync() {}, syncSoon: () => Promise.resolve() };
  };
  const state = join(work, ".local", "state", "lifeboat");
  return {
    ...host,
    fs: { ...realFs, open, syncDir() {} },
    env: { CODEX_HOME: home },
    userHome: work,
    folders: { ...host.folders, state, config: join(work, ".config", "lifeboat") },
  };
}

const HOUR = 3_600_000;

/** Earlier versions of the home's small files, spread over the weeks before. */
async function makeHistory(options: SnapshotsOptions): Promise<void> {
  const { work, home, events = 90_000, objects = 10_000 } = options;
  const host = benchHost(work, home.folder);
  const store = openSnapshotStore(host);
  try {
    const scope = trackHome(store, resolveHome(host, findProfile(host, "codex")));
    const ids = await makeObjects(store, objects);
    const paths = home.small.map((path) => path.slice(home.folder.length + 1));
    store.write(() => addEvents(store, scope.main.id, { paths, ids, events }));
  } finally {
    store.close();
  }
}

async function makeObjects(store: SnapshotStore, count: number): Promise<string[]> {
  const writer = store.objects.writer();
  const ids = [];
  for (let i = 0; i < count; i++) {
    ids.push(await writer.putBlob(new TextEncoder().encode(`version ${i}\n`.repeat(20))));
  }
  await writer.flush();
  return ids;
}

function addEvents(
  store: SnapshotStore,
  root: number,
  { paths, ids, events }: { paths: string[]; ids: string[]; events: number },
): void {
  const begun = Date.now() - 24 * 30 * HOUR;
  const step = (24 * 29 * HOUR) / events;
  for (let i = 0, snapshot = 0; i < events; i++) {
    const time = Math.floor(begun + i * step);
    if (i % 50 === 0) {
      snapshot = store.run(
        `INSERT INTO snapshots (name, root, made_by, cause, session, agent, tool, started_ms,
          last_event, changes) VALUES (?, ?, 'hook', 'tool', ?, 'codex', 'shell', ?, ?, 50)`,
        `bench-${i}`,
        root,
        `session-${Math.floor(i / 1000)}`,
        time,
        i + 50,
      );
    }
    store.run(
      `INSERT INTO events (snapshot, root, path, time_ms, operation, before_kind, kind, object,
        size, mode, mtime_ms, is_database) VALUES (?, ?, ?, ?, 'update', 'file', 'file', ?, 200,
        420, ?, 0)`,
      snapshot,
      root,
      paths[i % paths.length],
      time,
      ids[i % ids.length],
      time,
    );
  }
}
