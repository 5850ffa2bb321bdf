/** Reading a journal, which may be torn by a crash, or crafted. */
import {
  type Host,
  isNotFound,
  LifeboatError,
  type Platform,
  readFile,
  readFully,
  relativePathFault,
  withFile,
} from "../base/mod.ts";
import { HOME_ROOT } from "../profiles/mod.ts";
import { commits } from "./journal.ts";
import {
  type InPlaceStep,
  isMove,
  type JournalHeader,
  type JournalState,
  type Old,
  type Op,
  type TargetRoot,
} from "./journal_types.ts";
import { createOpList, type OpList } from "./op_list.ts";
import { isOwnPath, key } from "./paths.ts";

/** A journal that was read. */
export interface Journal {
  header: JournalHeader;
  ops: OpList;
  state: JournalState;
  /** Operations whose file cannot be renamed, by number, and how far rewriting has come. */
  inPlace: Map<number, InPlaceStep>;
}

/** A journal of 300,000 operations has about 100 MB. */
const MAX_BYTES = 1 << 30;

/** The journal is not one that Lifeboat wrote; nothing may be done by it. */
export function badJournal(path: string, what: string): LifeboatError {
  return new LifeboatError(
    "refused",
    "bad_journal",
    `${path} is no journal of a restore: ${what}`,
    {
      hint:
        "Nothing was touched. If the files of this home are as you want them, move the folder " +
        "of this journal away and try again.",
    },
  );
}

/**
 * Reads a journal; nothing when there is none, or when a crash cut it before its first line was
 * whole. Throws `bad_journal` when it says anything that a journal of `id` cannot say.
 */
export function readJournal(host: Host, path: string, id: string): Journal | undefined {
  const bytes = readIfThere(host, path);
  const end = bytes ? bytes.indexOf(0x0a) : -1;
  if (!bytes || end < 0) return undefined;
  const header = parseHeader(parseJson(bytes.subarray(0, end)), path, id);
  const journal: Journal = { header, ops: createOpList(), state: "staging", inPlace: new Map() };
  const known = new Map(header.roots.map((root) => [root.id, root]));
  let count = 0;
  let broken: number | undefined;
  readLines(bytes, end + 1, (line, from) => {
    if (journal.state !== "staging") return takeLaterLine(journal, line);
    if (line === undefined || !("state" in line)) {
      if (isOp(line)) journal.ops.push(line);
      else broken ??= count;
      return void count++;
    }
    if (line.state !== "committed" || !commits(line, count, bytes.subarray(0, from))) {
      throw badJournal(path, "what it commits is not what stands before");
    }
    journal.state = "committed";
  });
  if (journal.state === "staging") return { ...journal, ops: createOpList() };
  if (broken !== undefined) throw badJournal(path, `operation ${broken} is not whole`);
  checkOps(journal.ops, known, host.platform, path);
  return journal;
}

function readIfThere(host: Host, path: string): Uint8Array | undefined {
  try {
    return readFile(host.fs, path, MAX_BYTES);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

type Line = Record<string, unknown>;

function parseJson(bytes: Uint8Array): Line | undefined {
  try {
    const value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined; // the caller decides what a torn line means
  }
}

/** Calls `take` with each whole line (undefined where it is no JSON object) and where it starts. */
function readLines(bytes: Uint8Array, start: number, take: (line?: Line, from?: number) => void) {
  for (let from = start; from < bytes.length;) {
    const end = bytes.indexOf(0x0a, from);
    if (end < 0) return;
    if (end > from) take(parseJson(bytes.subarray(from, end)), from);
    from = end + 1;
  }
}

const LATER_STATES: readonly unknown[] = ["rolling_back", "rolled_back", "done"];

/** After the commit a torn line is one whose action had not begun, since each is synced before. */
function takeLaterLine(journal: Journal, line: Line | undefined): void {
  if (LATER_STATES.includes(line?.state)) journal.state = line!.state as JournalState;
  if (isNumber(line?.in_place) && line.in_place < journal.ops.length) {
    journal.inPlace.set(line.in_place, line.step === "put" ? "put" : "keep");
  }
}

/** Enough for the first line, which names roots and folders only. */
const HEADER_BYTES = 1 << 20;

/** The first line of a journal alone. Throws `bad_journal` when there is none. */
export function readHeader(host: Host, path: string, id: string): JournalHeader {
  const start = new Uint8Array(HEADER_BYTES);
  const size = withFile(host.fs.open(path), (file) => readFully(file, start));
  const end = start.subarray(0, size).indexOf(0x0a);
  return parseHeader(end < 0 ? undefined : parseJson(start.subarray(0, end)), path, id);
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}

function isHash(value: unknown): value is string {
  return typeof value === "string" && /^[0-9A-F]{64}$/.test(value);
}

function isText(value: unknown): value is string {
  return typeof value === "string" && !value.includes("\0");
}

function parseHeader(line: Line | undefined, path: string, id: string): JournalHeader {
  if (line?.format !== "lifeboat-restore-journal") throw badJournal(path, "its first line is not");
  if (line.version !== 1) {
    throw new LifeboatError("refused", "newer_journal", `${path} was written by a newer Lifeboat`, {
      hint: "Run the newer version once, so that it finishes what it began.",
    });
  }
  const { roots, made, profile, created_at, backup } = line;
  const whole = Array.isArray(roots) && roots.every(isRoot) && roots[0]?.id === HOME_ROOT &&
    Array.isArray(made) && made.every(isText) && [profile, created_at, backup].every(isText);
  if (!whole || line.id !== id) throw badJournal(path, "its first line does not fit its folder");
  if (new Set(roots.map((root: TargetRoot) => root.id)).size !== roots.length) {
    throw badJournal(path, "a root stands there twice");
  }
  return line as unknown as JournalHeader;
}

function isRoot(root: Partial<TargetRoot> | null): boolean {
  return isText(root?.id) && isText(root.path) && (root.kind === "folder" || root.kind === "file");
}

function isOld(old: unknown): old is Old {
  const { kind, size, mtime_ms, sha256, target } = (old ?? {}) as Record<string, unknown>;
  if (kind === "file") {
    return isNumber(size) && typeof mtime_ms === "number" &&
      (sha256 === undefined || isHash(sha256));
  }
  return kind === "absent" || (kind === "symlink" && isText(target));
}

function isOldFolder(old: unknown): boolean {
  const { mode, mtime_ms } = (old ?? {}) as Record<string, unknown>;
  return isNumber(mode) && typeof mtime_ms === "number";
}

function isOptional(value: unknown, type: "number"): boolean {
  return value === undefined || typeof value === type;
}

/** Whether the fields of an operation are what its kind has. */
function isOp(line: unknown): line is Op {
  return isWhole(line as Line | undefined);
}

function isWhole(line: Line | undefined): boolean {
  if (!line || !isText(line.root) || typeof line.path !== "string") return false;
  switch (line.op) {
    case "file":
      return isOld(line.old) && isNumber(line.size) && isHash(line.sha256);
    case "link":
      return isOld(line.old) && isText(line.target);
    case "remove":
      return isOld(line.old);
    case "folder":
      return isNumber(line.mode) && isOptional(line.mtime_ms, "number");
    case "remove_folder":
      return isOldFolder(line.old);
    case "attributes":
      return isOldFolder(line.old) && isOptional(line.mode, "number") &&
        isOptional(line.mtime_ms, "number");
    default:
      return false;
  }
}

/** Why an operation must not be done, or nothing. */
function opFault(op: Op, root: TargetRoot | undefined, platform: Platform): string | undefined {
  if (!root) return "a root that it does not name";
  const fault = relativePathFault(op.path, platform);
  if (fault) return fault;
  if (root.kind === "file") return op.path.includes("/") ? "a path below a file" : undefined;
  return isOwnPath(op.path) ? "a path of Lifeboat's own" : undefined;
}

/**
 * What only one operation of a path may be: a file may take the name of a folder that leaves, and a
 * folder that of a file, but nothing leaves or comes twice.
 */
function rolesOf(op: Op): string[] {
  if (op.op === "attributes") return ["attributes"];
  const leaves = op.op === "remove" || op.op === "remove_folder";
  return [leaves ? "leaves" : "comes", isMove(op) ? "file" : "folder"];
}

function checkOps(
  ops: OpList,
  roots: Map<string, TargetRoot>,
  platform: Platform,
  path: string,
): void {
  const seen = new Map<string, Set<string>>();
  ops.values().forEach((op, number) => {
    const at = `operation ${number}`;
    const fault = opFault(op, roots.get(op.root), platform);
    if (fault) throw badJournal(path, `${at} has ${fault}`);
    for (const role of rolesOf(op)) {
      const paths = seen.get(key(role, op.root)) ?? new Set();
      if (paths.has(op.path)) throw badJournal(path, `${at} has a path that another one has`);
      seen.set(key(role, op.root), paths.add(op.path));
    }
  });
}
