import { objectOf } from "./head.ts";
import { createLineSplitter } from "./lines.ts";

const MAX_LINE_BYTES = 64 << 10;

/**
 * The names in Codex's `session_index.jsonl` of the conversations with these ids. The last line for
 * an id wins (agent-homes.md 1.2). Throws what its chunks throw.
 */
export async function readNames(
  chunks: AsyncIterable<Uint8Array>,
  ids: ReadonlySet<string>,
): Promise<Map<string, string>> {
  const names = new Map<string, string>();
  const decoder = new TextDecoder();
  const splitter = createLineSplitter((line) => {
    const { id, thread_name } = line ? parsed(decoder.decode(line)) : {};
    if (typeof id !== "string" || typeof thread_name !== "string") return;
    if (ids.has(id.toLowerCase())) names.set(id.toLowerCase(), thread_name);
  }, MAX_LINE_BYTES);
  for await (const chunk of chunks) splitter.push(chunk);
  splitter.end();
  return names;
}

function parsed(line: string): Record<string, unknown> {
  try {
    return objectOf(JSON.parse(line));
  } catch {
    return {};
  }
}
