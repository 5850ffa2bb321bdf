/**
 * A program that keeps writing to a database, to prove that a backup and a writer do not disturb
 * each other:
 *
 *     deno run -A tests/support/sqlite_writer.ts DATABASE [--journal wal|delete]
 *       [--rows-per-second 1000] [--rows 10] [--busy-timeout 5000] [--stop FILE]
 *
 * It prints the line `ready` once its table exists, writes `--rows` rows per transaction into
 * `ticks (id, batch, body)` until stdin closes or the stop file appears, and then prints a
 * {@linkcode WriterReport} as one line of JSON. A whole number of transactions is in a copy when
 * every batch in it has `--rows` rows.
 */
import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { parseArgs } from "node:util";

/** What the writer says at its end. */
export interface WriterReport {
  transactions: number;
  rows: number;
  /** The longest time one transaction took, ms. */
  longest_ms: number;
  /** How long it wrote, ms. */
  duration_ms: number;
  /** Why it stopped early, or null. */
  error: string | null;
}

interface WriterOptions {
  database: string;
  journal: "wal" | "delete";
  rowsPerSecond: number;
  rowsPerTransaction: number;
  busyTimeoutMs: number;
  stopFile?: string;
}

function writerOptions(args: string[]): WriterOptions {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      journal: { type: "string", default: "wal" },
      "rows-per-second": { type: "string", default: "1000" },
      rows: { type: "string", default: "10" },
      "busy-timeout": { type: "string", default: "5000" },
      stop: { type: "string" },
    },
  });
  const { journal } = values;
  if (positionals.length !== 1) throw new Error("Name exactly one database");
  if (journal !== "wal" && journal !== "delete") throw new Error(`No such journal: ${journal}`);
  return {
    database: positionals[0],
    journal,
    rowsPerSecond: Number(values["rows-per-second"]),
    rowsPerTransaction: Number(values.rows),
    busyTimeoutMs: Number(values["busy-timeout"]),
    stopFile: values.stop,
  };
}

function openForWriting(options: WriterOptions): DatabaseSync {
  const db = new DatabaseSync(options.database, { timeout: options.busyTimeoutMs });
  db.exec(`PRAGMA journal_mode = ${options.journal}; PRAGMA synchronous = NORMAL`);
  db.exec(`CREATE TABLE IF NOT EXISTS ticks
    (id INTEGER PRIMARY KEY, batch INTEGER NOT NULL, body TEXT NOT NULL)`);
  return db;
}

async function write(options: WriterOptions, stopped: () => boolean): Promise<WriterReport> {
  const db = openForWriting(options);
  const last = db.prepare("SELECT coalesce(max(batch), 0) AS batch FROM ticks").get();
  const insert = db.prepare("INSERT INTO ticks (batch, body) VALUES (?, ?)");
  const firstBatch = Number(last?.batch) + 1;
  const report: WriterReport = {
    transactions: 0,
    rows: 0,
    longest_ms: 0,
    duration_ms: 0,
    error: null,
  };
  printLine("ready");
  const begun = performance.now();
  try {
    while (!stopped()) {
      const due = begun + (report.rows / options.rowsPerSecond) * 1000;
      await new Promise((wake) => setTimeout(wake, Math.max(0, due - performance.now())));
      commitBatch(db, insert, firstBatch + report.transactions, options, report);
    }
  } catch (error) {
    report.error = String(error);
  }
  report.duration_ms = Math.round(performance.now() - begun);
  db.close();
  return report;
}

function commitBatch(
  db: DatabaseSync,
  insert: ReturnType<DatabaseSync["prepare"]>,
  batch: number,
  options: WriterOptions,
  report: WriterReport,
): void {
  const begun = performance.now();
  db.exec("BEGIN IMMEDIATE");
  for (let i = 0; i < options.rowsPerTransaction; i++) insert.run(batch, "x".repeat(200));
  db.exec("COMMIT");
  report.transactions++;
  report.rows += options.rowsPerTransaction;
  report.longest_ms = Math.max(report.longest_ms, Math.round(performance.now() - begun));
}

/** Tells, cheaply, whether stdin has been closed or the stop file is there. */
function stopSignal(stopFile: string | undefined): () => boolean {
  let stopped = false;
  const untilClosed = async () => {
    for await (const _ of Deno.stdin.readable) continue;
    stopped = true;
  };
  if (stopFile === undefined) untilClosed();
  else {
    const timer = setInterval(() => {
      if (!existsSync(stopFile)) return;
      stopped = true;
      clearInterval(timer);
    }, 50);
  }
  return () => stopped;
}

function printLine(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text + "\n"));
}

if (import.meta.main) {
  const options = writerOptions(Deno.args);
  const report = await write(options, stopSignal(options.stopFile));
  printLine(JSON.stringify(report));
  Deno.exit(report.error === null ? 0 : 1);
}
