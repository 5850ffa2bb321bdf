import { pathToFileURL } from "node:url";
import { DatabaseSync } from "node:sqlite";
import { describeError } from "../base/mod.ts";

/** Lines of a check that are kept; each names a page, a table or an index, never content. */
const MAX_LINES = 5;

/** ERROR: the statement could not be prepared, here for want of a collation or a module. */
const UNKNOWN_NAME = 1;

/** Primary result codes of SQLite. */
const TROUBLES: Record<number, SqliteTrouble> = {
  5: "busy", // BUSY
  6: "busy", // LOCKED
  8: "busy", // READONLY: a transaction of another has to be rolled back first
  11: "malformed", // CORRUPT
  13: "full", // FULL
  15: "busy", // PROTOCOL: no luck in a race for a lock
  26: "malformed", // NOTADB
};

/** What an error of SQLite means for a backup. */
export type SqliteTrouble = "busy" | "malformed" | "full" | "other";

function codeOf(error: unknown): number | undefined {
  const code = (error as { errcode?: unknown } | null)?.errcode;
  // The upper bits say more about the same trouble.
  return typeof code === "number" ? code & 0xff : undefined;
}

/** What an error means when it is one of SQLite; otherwise nothing. */
export function sqliteTrouble(error: unknown): SqliteTrouble | undefined {
  const code = codeOf(error);
  return code === undefined ? undefined : TROUBLES[code] ?? "other";
}

/** What `PRAGMA integrity_check` says. */
export interface IntegrityResult {
  ok: boolean;
  /** `ok`, or the first lines of what is wrong. */
  result: string;
}

/**
 * Checks a database that nobody else has open and that has no WAL. Opened as immutable, so that no
 * side files appear beside it.
 */
export function checkIntegrity(path: string): IntegrityResult {
  try {
    const database = new DatabaseSync(`${pathToFileURL(path)}?immutable=1`, { readOnly: true });
    try {
      const rows = database.prepare(`PRAGMA integrity_check(${MAX_LINES})`).all();
      const lines = rows.map((row) => String(row.integrity_check)).join("\n").split("\n");
      return { ok: lines[0] === "ok", result: lines.slice(0, MAX_LINES).join("\n") };
    } finally {
      database.close();
    }
  } catch (error) {
    // Extensions and collations of the agent are not known here; that is no damage.
    const ok = codeOf(error) === UNKNOWN_NAME;
    return { ok, result: ok ? `not checked: ${describeError(error)}` : describeError(error) };
  }
}
