/**
 * Counts bytes that are let go of, and frees their memory each time there are `most`. V8 sees little of
 * large buffers: it left some 100 MiB of copies that `fetch` makes of what it sends, and as much of
 * chunks read from a file, until it looked for garbage by itself. The compiled program can be told to
 * look (scripts/build/program.ts); under `deno run` nothing happens. Only among what is young, which
 * takes a millisecond, not 10: what is let go of soon after it came is there.
 */
export function createGarbageCounter(most: number): (bytes: number) => void {
  const { gc } = globalThis as { gc?: (options: { type: "minor" }) => void };
  let count = 0;
  return (bytes) => {
    count += bytes;
    if (count < most) return;
    gc?.({ type: "minor" });
    count = 0;
  };
}

/** Frees what nothing needs any more, however old it is: where much of it was for one step alone. */
export function collectGarbage(): void {
  const { gc } = globalThis as { gc?: () => void };
  gc?.();
}
