/** Whether all that the history needs is there and is what it was. */
import { checkInterrupt, delay, describeError, pathsOf } from "../base/mod.ts";
import { neededObjects } from "./live.ts";
import { isListId, isObjectId } from "./object_format.ts";
import { TEMPORARY } from "./objects.ts";
import type { SnapshotStore } from "./store.ts";

/** What `snapshot verify` gives back. */
export interface StoreReport {
  ok: boolean;
  folder: string;
  objects_checked: number;
  /** Of content, not as stored. */
  bytes_checked: number;
  /** Objects that the history needs and that cannot be used, and files that need them. */
  damaged: { object: string; reason: string; paths: string[] }[];
  /** What SQLite finds wrong with the database of events. */
  database_faults: string[];
  /** Objects that no version needs; `snapshot cleanup` removes them. */
  orphaned: number;
  /** Names in the folder of objects that lifeboat has not made; they are left alone. */
  foreign: string[];
  /** Snapshots that were cut off. */
  incomplete: number;
}

/** Checks every object that the history needs, and the database. Changes nothing. */
export async function verifyStore(store: SnapshotStore): Promise<StoreReport> {
  const needed = neededObjects(store);
  const damaged: StoreReport["damaged"] = [];
  let [checked, bytes] = [0, 0];
  for (const object of needed.until.keys()) {
    if (checked++ % 64 === 0) await delay(0);
    checkInterrupt(store.host);
    try {
      if (isListId(object)) store.objects.list(object);
      else bytes += store.objects.blob(object).length;
    } catch (error) {
      damaged.push({ object, reason: describeError(error), paths: pathsOfObject(store, object) });
    }
    store.host.progress({ phase: "verifying", files: checked, bytes });
  }
  const { objects, foreign } = listObjects(store);
  const database_faults = store.all<{ integrity_check: string }>("PRAGMA integrity_check")
    .map((row) => row.integrity_check).filter((text) => text !== "ok");
  const { incomplete } = store.get<{ incomplete: number }>(
    "SELECT count(*) AS incomplete FROM snapshots WHERE last_event IS NULL",
  )!;
  return {
    ok: damaged.length === 0 && database_faults.length === 0,
    folder: store.folder,
    objects_checked: checked,
    bytes_checked: bytes,
    damaged,
    database_faults,
    orphaned: objects.filter((id) => !needed.until.has(id)).length,
    foreign,
    incomplete,
  };
}

const MOST_PATHS = 20;

function pathsOfObject(store: SnapshotStore, object: string): string[] {
  return store.all<{ path: string }>(
    "SELECT DISTINCT path FROM events WHERE object = ? LIMIT ?",
    object,
    MOST_PATHS,
  ).map(({ path }) => path);
}

/** What lies in the folder of objects. */
export interface StoredObjects {
  /** Ids. */
  objects: string[];
  /** Files that were being written; absolute. */
  temporary: string[];
  /** Names that lifeboat has not made, relative to the folder. */
  foreign: string[];
}

/** Lists the folder of objects. */
export function listObjects({ host: { fs, platform }, folder }: SnapshotStore): StoredObjects {
  const { join } = pathsOf(platform);
  const top = join(folder, "objects");
  const stored: StoredObjects = { objects: [], temporary: [], foreign: [] };
  for (const { name, kind } of fs.list(top).entries) {
    if (kind === "file" && name.startsWith(TEMPORARY)) stored.temporary.push(join(top, name));
    else if (kind !== "directory" || !/^[0-9A-F]{2}$/.test(name)) stored.foreign.push(name);
    else {
      for (const one of fs.list(join(top, name)).entries) {
        const isOurs = one.kind === "file" && isObjectId(one.name) && one.name.startsWith(name);
        if (isOurs) stored.objects.push(one.name);
        else stored.foreign.push(`${name}/${one.name}`);
      }
    }
  }
  return stored;
}
