import type { CaptureMeta, CaptureSink } from "../../src/capture/mod.ts";

/** A sink that keeps what it is given, and in which order it was called. */
export interface MemorySink extends CaptureSink {
  /** `begin`, `write`, `rollback`. */
  calls: string[];
  /** Of the last `begin`; nothing after a rollback. */
  meta?: CaptureMeta;
  /** What was written since the last `begin`, as text. */
  text(): string;
}

/** Makes an empty sink. */
export function memorySink(): MemorySink {
  const calls: string[] = [];
  let pieces: Uint8Array[] = [];
  const sink: MemorySink = {
    calls,
    text: () => pieces.map((piece) => new TextDecoder().decode(piece)).join(""),
    begin(meta) {
      calls.push("begin");
      pieces = [];
      sink.meta = meta;
    },
    write(chunk) {
      calls.push("write");
      pieces.push(chunk.slice());
    },
    rollback() {
      calls.push("rollback");
      pieces = [];
      sink.meta = undefined;
    },
  };
  return sink;
}
