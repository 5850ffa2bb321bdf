/**
 * Lets go of memory that nothing refers to any more. V8 sees little of large buffers: it left some 100
 * MiB of copies that `fetch` makes of what it sends, and as much of chunks read from a file, until it
 * looked for garbage by itself. The compiled program can be told to look (scripts/build/program.ts);
 * under `deno run` nothing happens.
 */
export function collectGarbage(): void {
  const { gc } = globalThis as { gc?: () => void };
  gc?.();
}
