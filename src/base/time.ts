function two(value: number): string {
  return String(value).padStart(2, "0");
}

/** ISO 8601 in local time with its offset, to the second: `2026-11-20T19:10:00+01:00`. */
export function isoWithOffset(date: Date): string {
  const offset = -date.getTimezoneOffset();
  const sign = offset < 0 ? "-" : "+";
  const zone = `${sign}${two(Math.floor(Math.abs(offset) / 60))}:${two(Math.abs(offset) % 60)}`;
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}:${
    two(date.getSeconds())
  }${zone}`;
}

/** Local time as backup names carry it: `20261120-191000`. */
export function nameStamp(date: Date): string {
  return isoWithOffset(date).slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "-");
}

/** Resolves after some milliseconds, or rejects at once when the signal fires. */
export function delay(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const stop = () => (clearTimeout(timer), reject(signal!.reason));
    const timer = setTimeout(() => (signal?.removeEventListener("abort", stop), resolve()), ms);
    signal?.addEventListener("abort", stop, { once: true });
  });
}

/**
 * What a promise brings, or nothing when it takes longer than some milliseconds. Leaves no timer behind.
 * Rejects at once when the signal fires.
 */
export async function within<T>(
  ms: number,
  promise: Promise<T>,
  signal?: AbortSignal,
): Promise<T | void> {
  const done = new AbortController();
  const over = signal ? AbortSignal.any([signal, done.signal]) : done.signal;
  try {
    return await Promise.race([promise, delay(ms, over)]);
  } finally {
    done.abort();
  }
}
