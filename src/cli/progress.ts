import type { Progress } from "../base/mod.ts";
import { formatBytes, formatCount, formatDuration, textWidth } from "./format.ts";
import type { Terminal } from "./terminal.ts";

/** Work shorter than this shows nothing, ms. */
const PATIENCE_MS = 500;
const INTERVAL_MS = 100;
/** Before this much of the work is done, the time left is a guess not worth showing. */
const KNOWN_SHARE = 0.02;

function share({ bytes, totalBytes, files, totalFiles }: Progress): number | undefined {
  if (totalBytes) return Math.min(1, bytes / totalBytes);
  return totalFiles ? Math.min(1, files / totalFiles) : undefined;
}

function bar(done: number): string {
  const full = Math.round(done * 20);
  return `[${"#".repeat(full)}${"-".repeat(20 - full)}] ${
    String(Math.floor(done * 100)).padStart(3)
  } %`;
}

/**
 * One line that says how far a piece of work is: bytes, files, rate, time left.
 *
 * @param elapsedMs since this phase began
 * @param columns width of the terminal; the line is always shorter
 */
export function renderProgress(progress: Progress, elapsedMs: number, columns: number): string {
  const done = share(progress);
  const parts = [progress.phase];
  if (done !== undefined) parts.push(bar(done));
  const of = progress.totalBytes ? ` of ${formatBytes(progress.totalBytes)}` : "";
  parts.push(formatBytes(progress.bytes) + of, formatCount(progress.files, "file"));
  if (elapsedMs > 0) parts.push(`${formatBytes(Math.round(progress.bytes / elapsedMs * 1000))}/s`);
  if (done !== undefined && done > KNOWN_SHARE && done < 1) {
    parts.push(`${formatDuration(elapsedMs * (1 - done) / done)} left`);
  }
  while (parts.length > 1 && textWidth(parts.join("  ")) >= columns) parts.pop();
  return parts.join("  ");
}

/** Shows progress on stderr while work goes on. */
export interface Meter {
  /** To be called often; only keeps what it is told. */
  report(progress: Progress): void;
  /** Clears the line, until something is reported again. */
  hide(): void;
  /** Clears the line and stops. */
  stop(): void;
}

/** A meter that shows nothing until the work has taken half a second, and nothing off a terminal. */
export function createMeter(terminal: Terminal, quiet: boolean): Meter {
  if (quiet || !terminal.errIsTerminal) {
    return { report: () => {}, hide: () => {}, stop: () => {} };
  }
  const startedAt = performance.now();
  let latest: Progress | undefined;
  let phaseAt = startedAt;
  let shown = false;
  const draw = () => {
    const now = performance.now();
    if (!latest || now - startedAt < PATIENCE_MS) return;
    terminal.err(`\r${renderProgress(latest, now - phaseAt, terminal.columns())}\x1b[K`);
    shown = true;
  };
  const hide = () => {
    if (shown) terminal.err("\r\x1b[K");
    shown = false;
    latest = undefined;
  };
  const timer = setInterval(draw, INTERVAL_MS);
  return {
    report(progress) {
      if (progress.phase !== latest?.phase) phaseAt = performance.now();
      latest = progress;
    },
    hide,
    stop() {
      clearInterval(timer);
      hide();
    },
  };
}
