/** The files of a plan that are still to be staged, by their path in the archive. */
import { HOME_ROOT, rootFolder } from "../archive/mod.ts";
import type { FileOp } from "./journal_types.ts";
import type { OpList, Staging } from "./op_list.ts";
import type { Plan } from "./planner.ts";

/** A file that is still to be staged. */
export interface Waiting {
  op: FileOp;
  number: number;
  file: Staging & {
    /** Its path in the archive. */
    stored: string;
  };
}

/** Like a map of {@linkcode Waiting}; each is made when it is asked for. */
export interface WaitingFiles {
  readonly size: number;
  has(stored: string): boolean;
  get(stored: string): Waiting | undefined;
  delete(stored: string): void;
  values(): IteratorObject<Waiting>;
}

/** Where a plan comes from and goes to. */
type Ends = Pick<Plan, "manifest" | "target">;

type Place = { root: string; path: string };

/** The path that a file has in the backup, below its root: the one file of a root may have another. */
function nameInBackup({ manifest, target }: Ends, { root, path }: Place): string {
  const isFile = target.roots.find(({ id }) => id === root)?.kind === "file";
  if (!isFile) return path;
  const [entry] = manifest.roots.find(({ id }) => id === root)?.entries ?? [];
  return entry?.relative_path ?? path;
}

/** Where the content of a file that comes back lies in the archive. */
export function contentPath(ends: Ends, place: Place): string {
  return rootFolder(place.root) + nameInBackup(ends, place);
}

/** A path in the archive, taken apart; nothing for what belongs to no root. */
export function placeOfStored(stored: string): Place | undefined {
  const [top] = stored.split("/", 1);
  if (top === "files") return { root: HOME_ROOT, path: stored.slice("files/".length) };
  const end = stored.indexOf("/", "extra/".length);
  if (top !== "extra" || end < 0) return undefined;
  return { root: stored.slice("extra/".length, end), path: stored.slice(end + 1) };
}

/**
 * The files that a plan stages.
 *
 * @param ops those of the plan, perhaps without links that cannot be made
 */
export function waitingFiles(ends: Ends, ops: OpList): WaitingFiles {
  // By the paths that the operations have: those in the archive would be as many strings more.
  const numbers = new Map<string, Map<string, number>>();
  let size = 0;
  for (let number = 0; number < ops.length; number++) {
    if (!ops.stagingOf(number)) continue;
    const op = ops.at(number);
    if (!numbers.has(op.root)) numbers.set(op.root, new Map());
    numbers.get(op.root)!.set(nameInBackup(ends, op), number);
    size++;
  }

  function numberOf(stored: string): number | undefined {
    const place = placeOfStored(stored);
    return place && numbers.get(place.root)?.get(place.path);
  }

  function waiting(number: number): Waiting {
    const op = ops.at(number) as FileOp;
    return { op, number, file: { ...ops.stagingOf(number)!, stored: contentPath(ends, op) } };
  }

  return {
    get size() {
      return size;
    },
    has: (stored) => numberOf(stored) !== undefined,
    get(stored) {
      const number = numberOf(stored);
      return number === undefined ? undefined : waiting(number);
    },
    delete(stored) {
      const place = placeOfStored(stored);
      if (place && numbers.get(place.root)?.delete(place.path)) size--;
    },
    *values() {
      for (const of of numbers.values()) for (const number of of.values()) yield waiting(number);
    },
  };
}
