import { DatabaseSync } from "node:sqlite";
import { LifeboatError } from "./errors.ts";
import { ensureDir } from "./files.ts";
import { sha256Of } from "./hash.ts";
import type { Host } from "./host.ts";
import { pathsOf } from "./paths.ts";

/** A lock that is held until it is released or the process ends, however it ends. */
export interface Lock {
  release(): void;
}

/** SQLite's codes for a lock that another connection holds: BUSY and LOCKED. */
const HELD = [5, 6];

/**
 * Takes a lock: a SQLite file held by `BEGIN EXCLUSIVE`, which the system frees with the process
 * (Deno 2.6 has no try-lock; design.md section 7). Throws `locked` (busy) when another holds it,
 * `lock_unusable` when its file cannot be written.
 *
 * @param path the lock's file; its folder must exist
 * @param what what the lock stands for, for the message
 */
export function takeLock(path: string, what: string): Lock {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path);
    database.exec("PRAGMA busy_timeout = 0");
    // Errors of exec() have no code.
    for (const sql of ["PRAGMA journal_mode = MEMORY", "BEGIN EXCLUSIVE"]) {
      database.prepare(sql).get();
    }
  } catch (cause) {
    database?.close();
    throw HELD.includes((cause as { errcode?: number }).errcode ?? 0)
      ? new LifeboatError("busy", "locked", `Another lifeboat is at work on ${what}`, {
        hint: "Wait until it has finished, then try again.",
        cause,
      })
      : new LifeboatError("refused", "lock_unusable", `The lock ${path} cannot be written`, {
        hint: "Make its folder writable for you, or choose another one.",
        cause,
      });
  }
  return { release: () => database!.close() };
}

/** The lock of one home, kept in the state folder since a backup changes nothing in the home. */
export function takeHomeLock(host: Host, home: string): Lock {
  const { join } = pathsOf(host.platform);
  const folder = join(host.folders.state, "locks");
  ensureDir(host.fs, folder, host.platform);
  return takeLock(join(folder, `${sha256Of(home).slice(0, 32)}.lock`), home);
}

/** The lock of one backup root, kept inside it, so that it holds for all who share the disk. */
export function takeRootLock(host: Host, root: string): Lock {
  return takeLock(pathsOf(host.platform).join(root, ".lifeboat.lock"), root);
}
