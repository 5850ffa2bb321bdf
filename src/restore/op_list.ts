/** The operations of a restore, held so that hundreds of thousands of them take little memory. */
import { createFileRows } from "../base/mod.ts";
import type { FileOp, Old, Op } from "./journal_types.ts";

/** What a file gets when it is staged. */
export interface Staging {
  mode: number;
  /** Ms since 1970; absent: the time of the restore. */
  mtimeMs?: number;
}

/** Operations by number. What it gives is made when it is asked for: changing it changes nothing. */
export interface OpList extends Iterable<Op> {
  readonly length: number;
  /** Adds an operation; of a file that is staged from a backup also what it gets there. */
  push(op: Op, staging?: Staging): void;
  at(number: number): Op;
  rootOf(number: number): string;
  pathOf(number: number): string;
  /** Replaces an operation by one of the same kind and place. */
  set(number: number, op: Op): void;
  /** Of a file that is staged. */
  stagingOf(number: number): Staging | undefined;
  setTime(number: number, mtimeMs: number): void;
  values(): IteratorObject<Op>;
}

const ABSENT: Old = { kind: "absent" };

/** A list that is empty, or of what comes. */
export function createOpList(some: Iterable<Op> = []): OpList {
  const roots: string[] = [];
  const paths: string[] = [];
  const files = createFileRows();
  const oldFiles = createFileRows();
  /** Operations that have more to say than fits into a row. */
  const others = new Map<number, Op>();

  function put(number: number, op: Op, { mode, mtimeMs }: Partial<Staging> = {}): void {
    const isPlain = op.op === "file" && op.old.kind !== "symlink";
    if (op.op === "file") {
      files.set(number, { bytes: op.size, sha256: op.sha256, mode, mtimeMs });
    }
    if (!isPlain) others.set(number, op);
    else if (op.old.kind === "file") {
      const { size: bytes, mtime_ms: mtimeMs, sha256 } = op.old;
      oldFiles.set(number, { bytes, mtimeMs, sha256 });
    }
  }

  function oldAt(number: number): Old {
    const facts = oldFiles.get(number);
    if (!facts) return ABSENT;
    const { bytes: size, mtimeMs: mtime_ms, sha256 } = facts;
    const old = { kind: "file", size: size!, mtime_ms: mtime_ms! } as const;
    return sha256 === undefined ? old : { ...old, sha256 };
  }

  function at(number: number): Op {
    const other = others.get(number);
    if (other) return other;
    const { bytes, sha256 } = files.get(number)!;
    const [root, path] = [roots[number], paths[number]];
    return { op: "file", root, path, old: oldAt(number), size: bytes!, sha256: sha256! };
  }

  function stagingOf(number: number): Staging | undefined {
    const { mode, mtimeMs } = files.get(number) ?? {};
    return mode === undefined ? undefined : { mode, mtimeMs };
  }

  function* values(): Generator<Op> {
    for (let number = 0; number < paths.length; number++) yield at(number);
  }

  const list: OpList = {
    get length() {
      return paths.length;
    },
    push(op, staging) {
      put(paths.length, op, staging);
      roots.push(op.root);
      paths.push(op.path);
    },
    at,
    rootOf: (number) => roots[number],
    pathOf: (number) => paths[number],
    set: (number, op) => put(number, op, stagingOf(number)),
    stagingOf,
    setTime(number, mtimeMs) {
      const op = at(number) as FileOp;
      put(number, op, { ...stagingOf(number)!, mtimeMs });
    },
    values,
    [Symbol.iterator]: values,
  };
  for (const op of some) list.push(op);
  return list;
}
