/** Where hooks tell what went wrong: nobody listens to what they print. */
import {
  asLifeboatError,
  describeError,
  ensureDir,
  type Host,
  isoWithOffset,
  pathsOf,
  statIfThere,
  withFile,
} from "../base/mod.ts";

/** The log begins anew at this size, bytes; the one before it is kept. */
const MAX_BYTES = 1 << 20;

/** A line of the log. Messages name files, and hold nothing of what is in them. */
export interface HookFault {
  agent: string;
  session?: string;
  code: string;
  message: string;
}

/** Where the log lies. */
export function hookLogPath(host: Host): string {
  return pathsOf(host.platform).join(host.folders.state, "hooks.log");
}

/** Adds lines to the log. Never throws: there is nobody left to tell. */
export function logHookFaults(host: Host, faults: HookFault[]): void {
  if (faults.length === 0) return;
  const at = isoWithOffset(host.now());
  const lines = faults.map((one) => JSON.stringify({ at, ...one }) + "\n").join("");
  const path = hookLogPath(host);
  try {
    ensureDir(host.fs, host.folders.state, host.platform);
    const size = statIfThere(host.fs, path)?.size ?? 0;
    if (size > MAX_BYTES) host.fs.rename(path, `${path}.1`);
    const isThere = size > 0 && size <= MAX_BYTES;
    const how = isThere ? { append: true } : { createNew: true, mode: 0o600 };
    withFile(host.fs.open(path, how), (file) => file.write(new TextEncoder().encode(lines)));
  } catch {
    // A disk that is full must not disturb the agent either.
  }
}

/** Acts; what goes wrong becomes a line for the log. */
export async function guarded<T>(
  faults: HookFault[],
  agent: string,
  act: () => T | Promise<T>,
  { session }: { session?: string } = {},
): Promise<T | undefined> {
  try {
    return await act();
  } catch (error) {
    faults.push({
      agent,
      session,
      code: asLifeboatError(error).code,
      message: describeError(error),
    });
    return undefined;
  }
}
