/** What differs between two moments, or between a moment and now. */
import { isoWithOffset, readFile } from "../base/mod.ts";
import { redact } from "../seal/mod.ts";
import { type Entry, isSameEntry } from "./entry.ts";
import { findMoment, type Moment, type MomentChoice, stateAt } from "./moments.ts";
import { readContent } from "./objects.ts";
import { planRollback } from "./rollback_plan.ts";
import { absoluteOf, lookAtPlace, type Place, type Scope } from "./roots.ts";
import { untoldFiles } from "./secret_files.ts";
import type { SnapshotStore } from "./store.ts";
import { unifiedDiff } from "./unified_diff.ts";

/** What a path was on one side of a diff. */
export interface DiffSide {
  kind: Entry["kind"];
  bytes: number | null;
  mode: number | null;
}

/** One path that differs. */
export interface DiffItem {
  root: string;
  path: string;
  change: "created" | "deleted" | "changed";
  before: DiffSide;
  after: DiffSide;
  /** Why there is no text: `secret`, `conversation`, `binary`, `too_large`, `no_file`. */
  hidden: string | null;
  /** Lines of a unified diff, with what looks like a secret taken out. */
  diff: string[] | null;
}

/** What `snapshot diff` gives back. */
export interface DiffReport {
  ok: boolean;
  root: string;
  kind: "home" | "workspace";
  from: { name: string; at: string };
  /** The other moment, or now. */
  to: { name: string; at: string };
  files: DiffItem[];
}

/** What is compared. */
export interface DiffChoice {
  from: MomentChoice;
  /** Default: now. */
  to?: MomentChoice;
  files?: Place[];
}

/** Texts above this are not compared line by line, bytes. */
const MAX_TEXT = 1 << 20;

/** One side of a path: what it was, and its bytes when they are wanted. */
interface Side {
  entry: Entry;
  content(): Uint8Array;
}

interface Difference extends Place {
  before: Side;
  after: Side;
}

/** Compares. Throws what finding a moment throws, and `no_history`. */
export async function diffSnapshots(
  store: SnapshotStore,
  scope: Scope,
  choice: DiffChoice,
): Promise<DiffReport> {
  const { host } = store;
  const from = findMoment(store, scope, choice.from);
  const to = choice.to && findMoment(store, scope, choice.to);
  const differences = to
    ? betweenMoments(store, scope, [from, to], choice.files)
    : await untilNow(store, scope, from, choice.files);
  const untold = untoldFiles(scope);
  const { path: root, kind } = scope.main;
  return {
    ok: true,
    root,
    kind,
    from: { name: from.name, at: from.at },
    to: to ? { name: to.name, at: to.at } : { name: "now", at: isoWithOffset(host.now()) },
    files: differences.map((one) => toItem(one, untold(one))),
  };
}

const ABSENT: Entry = { kind: "absent" };

function sideOf(store: SnapshotStore, entry: Entry): Side {
  return {
    entry,
    content() {
      if (entry.kind !== "file") return new Uint8Array();
      const content = new Uint8Array(entry.size);
      let at = 0;
      for (const piece of readContent(store.objects, entry.object)) {
        content.set(piece, at);
        at += piece.length;
      }
      return content;
    },
  };
}

function betweenMoments(
  store: SnapshotStore,
  scope: Scope,
  [from, to]: [Moment, Moment],
  files: Place[] | undefined,
): Difference[] {
  return scope.roots.flatMap((root) => {
    const [old, now] = [from, to].map(({ event }) => stateAt(store, root, event));
    return [...new Set([...old.keys(), ...now.keys()])].sort()
      .filter((path) => isMeant(files, { root, path }))
      .map((path) => ({ path, before: old.get(path) ?? ABSENT, after: now.get(path) ?? ABSENT }))
      .filter(({ before, after }) => !isSameEntry(before, after))
      .map(({ path, before, after }) => {
        return { root, path, before: sideOf(store, before), after: sideOf(store, after) };
      });
  });
}

function isMeant(files: Place[] | undefined, { root, path }: Place): boolean {
  return !files ||
    files.some((file) =>
      file.root.id === root.id && (file.path === path || path.startsWith(`${file.path}/`))
    );
}

async function untilNow(
  store: SnapshotStore,
  scope: Scope,
  moment: Moment,
  files: Place[] | undefined,
): Promise<Difference[]> {
  const { items } = await planRollback(store, scope, { moment: { moment }, files });
  return items.map((item) => ({
    root: item.root,
    path: item.path,
    before: sideOf(store, item.wanted),
    after: presentSide(store, item),
  })).sort((a, b) => a.root.id - b.root.id || (a.path < b.path ? -1 : 1));
}

function presentSide(store: SnapshotStore, place: Place): Side {
  const look = lookAtPlace(store, place);
  const content = () => readFile(store.host.fs, absoluteOf(store, place), MAX_TEXT);
  switch (look.kind) {
    case "file": {
      const { size, mode, mtimeMs } = look;
      return { entry: { kind: "file", object: "", size, mode, mtimeMs, database: false }, content };
    }
    case "other":
      return sideOf(store, ABSENT);
    default:
      return sideOf(store, look);
  }
}

function toItem(difference: Difference, untold: string | undefined): DiffItem {
  const { root, path, before, after } = difference;
  const [was, is] = [before.entry.kind, after.entry.kind];
  const compared = untold ? { hidden: untold } : compare(before, after);
  return {
    root: root.part,
    path,
    change: was === "absent" ? "created" : is === "absent" ? "deleted" : "changed",
    before: describe(before.entry),
    after: describe(after.entry),
    hidden: "hidden" in compared ? compared.hidden : null,
    diff: "diff" in compared ? compared.diff : null,
  };
}

function describe(entry: Entry): DiffSide {
  return {
    kind: entry.kind,
    bytes: entry.kind === "file" ? entry.size : null,
    mode: entry.kind === "file" || entry.kind === "folder" ? entry.mode : null,
  };
}

function compare(before: Side, after: Side): { hidden: string } | { diff: string[] } {
  const entries = [before.entry, after.entry];
  if (entries.some(({ kind }) => kind === "folder" || kind === "link")) {
    return { hidden: "no_file" };
  }
  if (entries.some((entry) => entry.kind === "file" && entry.size > MAX_TEXT)) {
    return { hidden: "too_large" };
  }
  const texts = [before, after].map((side) =>
    side.entry.kind === "file" ? textOf(side.content()) : ""
  );
  const [old, now] = texts;
  if (old === undefined || now === undefined) return { hidden: "binary" };
  const diff = unifiedDiff(old, now);
  return { diff: diff.length === 0 ? [] : redact(diff.join("\n")).split("\n") };
}

function textOf(content: Uint8Array): string | undefined {
  if (content.includes(0)) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(content);
  } catch {
    return undefined; // no text
  }
}
