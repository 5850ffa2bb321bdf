/**
 * Reads the snapshot store of ClawBackup (facts: openclaw-and-others E4): what was at a path before a
 * tool of OpenClaw touched it. What is torn or does not fit is counted, and hides nothing else.
 */
import * as zlib from "node:zlib";
import {
  type Host,
  isNotFound,
  LifeboatError,
  pathsOf,
  readFile,
  readText,
  sha256Of,
  statIfThere,
} from "../base/mod.ts";

/** A change that ClawBackup noted before it happened. */
export interface ClawEvent {
  session: string;
  timeMs: number;
  /** Absolute. */
  path: string;
  /** What was at the path; nothing when that was not kept. */
  before?: { kind: "absent" } | { kind: "file"; snapshot: string; hash: string };
}

/** What could be read of a store. */
export interface ClawStore {
  /** Oldest first. */
  events: ClawEvent[];
  /** Lines that are torn, or no events. */
  badLines: number;
  /** The content that was kept. Throws `damaged_object` where it is not what it was. */
  content(before: { snapshot: string; hash: string }): Uint8Array;
}

const EVENTS = "events.jsonl";
const MAX_EVENTS_BYTES = 1 << 30;
/** ClawBackup keeps no file above 100 MiB. */
const MAX_CONTENT_BYTES = 100 << 20;
const SNAPSHOT_ID = /^[\w-]{1,100}$/;
const HASH = /^[0-9a-f]{64}$/;

/** Where the snapshots of a folder lie: the folder of ClawBackup, or the one inside of it. */
export function findClawSnapshots(host: Host, folder: string): string | undefined {
  const { join } = pathsOf(host.platform);
  return [folder, join(folder, "snapshots")].find((one) =>
    statIfThere(host.fs, join(one, EVENTS))?.kind === "file"
  );
}

/** Reads a store. */
export function readClawSnapshots(host: Host, folder: string): ClawStore {
  const { join, isAbsolute } = pathsOf(host.platform);
  const lines = readText(host.fs, join(folder, EVENTS), MAX_EVENTS_BYTES).split("\n")
    .filter((line) => line.trim() !== "");
  const events = lines.map(parseEvent).filter((event) => event && isAbsolute(event.path));
  return {
    events: (events as ClawEvent[]).sort((a, b) => a.timeMs - b.timeMs),
    badLines: lines.length - events.length,
    content: (before) => readContent(host, join(folder, "data"), before),
  };
}

function parseEvent(line: string): ClawEvent | undefined {
  let event: Record<string, unknown>;
  try {
    event = Object(JSON.parse(line));
  } catch {
    return undefined;
  }
  const { session_id: session, timestamp, file_path: path } = event;
  const timeMs = Date.parse(String(timestamp));
  const isWhole = typeof session === "string" && typeof path === "string" && !path.includes("\0") &&
    Number.isFinite(timeMs) && timeMs >= 0;
  return isWhole ? { session, timeMs, path, before: beforeOf(event) } : undefined;
}

/** A file that is created without a copy was not there; else, without a copy, nothing is known. */
function beforeOf(event: Record<string, unknown>): ClawEvent["before"] {
  const { snapshot_id: snapshot, file_hash: hash, operation_type } = event;
  if (typeof snapshot === "string" && typeof hash === "string") {
    const isNamed = SNAPSHOT_ID.test(snapshot) && HASH.test(hash);
    return isNamed ? { kind: "file", snapshot, hash } : undefined;
  }
  return operation_type === "CREATE" ? { kind: "absent" } : undefined;
}

function readContent(
  host: Host,
  data: string,
  { snapshot, hash }: { snapshot: string; hash: string },
): Uint8Array {
  const path = pathsOf(host.platform).join(data, hash.slice(0, 2), `${snapshot}.dat`);
  const bytes = readIfThere(host, path);
  const content = [bytes, bytes && inflated(bytes)].find((one) =>
    one && sha256Of(one).toLowerCase() === hash
  );
  if (content) return content;
  const reason = bytes ? "is not what it was" : "is not there";
  throw new LifeboatError("failed", "damaged_object", `${path} ${reason}`, {
    hint: "What it held is lost; the rest can be imported.",
  });
}

function readIfThere({ fs }: Host, path: string): Uint8Array | undefined {
  try {
    return readFile(fs, path, MAX_CONTENT_BYTES);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** Its format knows compressed content, too. */
function inflated(bytes: Uint8Array): Uint8Array | undefined {
  try {
    return zlib.gunzipSync(bytes, { maxOutputLength: MAX_CONTENT_BYTES });
  } catch {
    return undefined;
  }
}
