/** Which objects are needed. */
import { isListId } from "./object_format.ts";
import type { Objects } from "./objects.ts";
import type { SnapshotStore } from "./store.ts";

/** The event after which the version that needs an object is not the newest any more; never. */
const NEVER = Infinity;

/** Objects with the event until which they are needed; lists that cannot be read. */
export interface Needed {
  until: Map<string, number>;
  unreadable: { object: string; error: unknown }[];
}

interface VersionRow {
  object: string;
  next: number | null;
}

/** Versions after an event; each is needed until the next version of its path. */
function versionsAfter(store: SnapshotStore, event: number): VersionRow[] {
  return store.all<VersionRow>(
    `SELECT object, (SELECT min(later.id) FROM events AS later WHERE later.root = events.root
      AND later.path = events.path AND later.id > events.id) AS next
      FROM events WHERE object IS NOT NULL AND id > ?`,
    event,
  );
}

/** All objects that versions after an event need, the parts of lists among them. */
export function neededObjects(store: SnapshotStore, after = 0): Needed {
  const needed: Needed = { until: new Map(), unreadable: [] };
  for (const { object, next } of versionsAfter(store, after)) {
    add(store.objects, needed, object, next ?? NEVER);
  }
  return needed;
}

function add(objects: Objects, needed: Needed, object: string, until: number): void {
  if ((needed.until.get(object) ?? 0) >= until) return;
  needed.until.set(object, until);
  if (!isListId(object)) return;
  try {
    for (const part of objects.list(object).parts) add(objects, needed, part, until);
  } catch (error) {
    needed.unreadable.push({ object, error });
  }
}
