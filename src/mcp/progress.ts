import type { Progress } from "../base/mod.ts";

/** ms between two messages. */
const INTERVAL_MS = 250;

/** What the client is told of a call that goes on; `progress` only ever grows, as MCP wants it. */
export interface ProgressMessage {
  progress: number;
  message: string;
}

function share({ bytes, totalBytes, files, totalFiles }: Progress): number {
  const [done, total] = totalBytes ? [bytes, totalBytes] : [files, totalFiles];
  return total ? Math.min(0.99, done / total) : 0;
}

function messageOf(progress: Progress): string {
  const { phase, files, totalFiles } = progress;
  const percent = Math.floor(share(progress) * 100);
  return `${phase}: ${files}${totalFiles ? ` of ${totalFiles}` : ""} files` +
    (percent > 0 ? `, ${percent} %` : "");
}

/**
 * Turns the engine's progress into messages: each phase counts one, and a part of one while it goes
 * on. The engine reports often; what comes too soon is left out.
 */
export function progressMessages(send: (message: ProgressMessage) => void, now = performance.now) {
  let phase: string | undefined;
  let [phases, last, lastAt] = [-1, -1, -Infinity];
  return (progress: Progress): void => {
    if (progress.phase !== phase) [phase, phases] = [progress.phase, phases + 1];
    else if (now.call(performance) - lastAt < INTERVAL_MS) return;
    const value = phases + share(progress);
    if (value <= last) return;
    [last, lastAt] = [value, now.call(performance)];
    send({ progress: value, message: messageOf(progress) });
  };
}
