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

/** The path in the backup of the one file of a root that is a file; elsewhere paths stay what they are. */
function nameOfFile({ manifest, target }: Ends, root: string): string | undefined {
  const isFile = target.roots.find(({ id }) => id === root)?.kind === "file";
  if (!isFile) return undefined;
  const [entry] = manifest.roots.find(({ id }) => id === root)?.entries ?? [];
  return entry?.relative_path;
}

/** Where the content of a file that comes back lies in the archive. */
export function contentPath(ends: Ends, place: Place): string {
  return rootFolder(place.root) + (nameOfFile(ends, place.root) ?? place.path);
}

/** A path in the archive, taken apart; nothing for what belongs to no root. */
export function placeOfStored(stored: string): Place | undefined {
  const [top] = stored.split("/", 1);
  if (top === "files") return { root: HOME_ROOT, path: stored.slice("files/".length) };
  const end = stored.indexOf("/", "extra/".length);
  if (top !== "extra" || end < 0) return undefined;
  return { root: stored.slice("extra/".length, end), path: stored.slice(end + 1) };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * Finds the number of the operation whose file lies at a path of the archive. By sorted numbers and no
 * Map: that takes 23 MB with 300,000 paths, which V8 keeps a second time in its table of strings.
 */
function finderOf(
  ends: Ends,
  ops: OpList,
  numbers: Uint32Array,
): (stored: string) => number | undefined {
  const names = new Map(ends.target.roots.map(({ id }) => [id, nameOfFile(ends, id)]));
  const nameOf = (number: number) => names.get(ops.rootOf(number)) ?? ops.pathOf(number);
  const sorted = numbers.toSorted((a, b) =>
    compare(ops.rootOf(a), ops.rootOf(b)) || compare(nameOf(a), nameOf(b))
  );
  let last = 0;

  function wayTo(at: number, { root, path }: Place): number {
    return compare(ops.rootOf(sorted[at]), root) || compare(nameOf(sorted[at]), path);
  }

  function search(place: Place): number | undefined {
    let [from, to] = [0, sorted.length];
    while (from < to) {
      const middle = (from + to) >>> 1;
      const way = wayTo(middle, place);
      if (way === 0) return middle;
      if (way < 0) from = middle + 1;
      else to = middle;
    }
    return undefined;
  }

  return (stored) => {
    const place = placeOfStored(stored);
    if (!place) return undefined;
    // One is asked for several times, and most files of an archive come in this order.
    const near = [last, last + 1].find((at) => at < sorted.length && wayTo(at, place) === 0);
    const found = near ?? search(place);
    if (found === undefined) return undefined;
    last = found;
    return sorted[found];
  };
}

/**
 * The files that a plan stages.
 *
 * @param ops those of the plan, perhaps without links that cannot be made
 */
export function waitingFiles(ends: Ends, ops: OpList): WaitingFiles {
  const numbers = Uint32Array.from({ length: ops.length }, (_, number) => number)
    .filter((number) => ops.stagingOf(number) !== undefined);
  const numberOf = finderOf(ends, ops, numbers);
  const isStaged = new Uint8Array(ops.length);
  let size = numbers.length;

  function find(stored: string): number | undefined {
    const number = numberOf(stored);
    return number === undefined || isStaged[number] === 1 ? undefined : number;
  }

  function waiting(number: number): Waiting {
    const op = ops.at(number) as FileOp;
    return { op, number, file: { ...ops.stagingOf(number)!, stored: contentPath(ends, op) } };
  }

  return {
    get size() {
      return size;
    },
    has: (stored) => find(stored) !== undefined,
    get(stored) {
      const number = find(stored);
      return number === undefined ? undefined : waiting(number);
    },
    delete(stored) {
      const number = find(stored);
      if (number === undefined) return;
      isStaged[number] = 1;
      size--;
    },
    *values() {
      for (const number of numbers) if (isStaged[number] === 0) yield waiting(number);
    },
  };
}
