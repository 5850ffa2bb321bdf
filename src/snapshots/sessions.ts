import { LifeboatError, printable } from "../base/mod.ts";
import type { SnapshotStore } from "./store.ts";

/** So many ids are named in an error. */
const NAMED = 5;

/**
 * The whole id of a session, from that or its beginning; what no id begins with is given back as it is.
 * Throws `ambiguous_id`.
 */
export function wholeSessionId(store: SnapshotStore, wanted: string): string {
  const exact = "SELECT session FROM snapshots WHERE session = ?";
  if (wanted === "" || store.get(exact, wanted)) return wanted;
  const ids = store.all<{ session: string }>(
    `SELECT DISTINCT session FROM snapshots
      WHERE session > ?1 AND session < ?1 || char(1114111) AND forgotten = 0 LIMIT ?2`,
    wanted,
    NAMED + 1,
  ).map(({ session }) => session);
  if (ids.length <= 1) return ids[0] ?? wanted;
  throw new LifeboatError(
    "refused",
    "ambiguous_id",
    `More than one session begins with ${wanted}`,
    {
      hint: `Write more of the id: ${ids.slice(0, NAMED).map(printable).join(", ")}`,
    },
  );
}
