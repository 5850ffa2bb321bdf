import { Buffer } from "node:buffer";
import { sha256Of } from "../base/mod.ts";
import type { TranscriptAgent } from "./layout.ts";

/**
 * The keys under which lines of a transcript name its conversation: of the lines themselves, of what
 * `session_meta` says, and of events (seen in Codex 0.169.0 and Claude Code 2.1.329).
 */
const KEYS = ["id", "session_id", "sessionId", "thread_id", "threadId", "conversation_id"];

/** More than the longest text that is looked for takes: a key, spaces and a path. */
const OVERLAP = 16 << 10;

/**
 * An id for a conversation that comes back beside another of the same id; always the same for the
 * same content, so that it comes back once, however often it is restored. Codex gives time-ordered ids
 * (UUID version 7), whose time stays; Claude Code random ones (version 4).
 *
 * @param content SHA-256 of the transcript in the backup, hex
 */
export function otherId(id: string, agent: TranscriptAgent, content: string): string {
  const hash = sha256Of(`${id}\n${content.toUpperCase()}`).toLowerCase();
  const time = agent === "codex" ? id.slice(0, 13) : `${hash.slice(20, 28)}-${hash.slice(28, 32)}`;
  const version = agent === "codex" ? "7" : "4";
  const variant = "89ab"[parseInt(hash[3], 16) % 4];
  return `${time}-${version}${hash.slice(0, 3)}-${variant}${hash.slice(4, 7)}-${hash.slice(8, 20)}`;
}

/**
 * What stands before an id that is meant, up to it: one of those keys, or the path of a large output,
 * which Claude Code keeps in a folder that has the id as its name.
 */
const BEFORE = `"(?:${KEYS.join("|")})"\\s*:\\s*"(?=[^"]{36}")|` +
  `"persistedOutputPath"\\s*:\\s*"[^"]{1,8000}[/\\\\](?=[^"]{36}[/\\\\])`;

/**
 * Gives a transcript another id: wherever a line names its conversation, and nowhere else. What was
 * said stays as it is, since quotes inside a text are written with a backslash. Throws what its chunks
 * throw.
 */
export async function* reidentify(
  chunks: AsyncIterable<Uint8Array>,
  { from, to }: { from: string; to: string },
): AsyncGenerator<Uint8Array> {
  // Both ids are hexadecimal digits and hyphens; bytes stay bytes in latin1.
  const named = new RegExp(`(${BEFORE})${from}`, "gi");
  let held = "";
  for await (const chunk of chunks) {
    const text = held + Buffer.from(chunk).toString("latin1");
    const whole = endOfWhole(text, named);
    held = text.slice(whole);
    yield Buffer.from(text.slice(0, whole).replace(named, `$1${to}`), "latin1");
  }
  yield Buffer.from(held.replace(named, `$1${to}`), "latin1");
}

/** Up to where a text can be handed on: nothing that is looked for lies across that place. */
function endOfWhole(text: string, named: RegExp): number {
  let end = Math.max(0, text.length - OVERLAP);
  for (const match of text.matchAll(named)) {
    // With what follows it.
    if (match.index < end) end = Math.max(end, match.index + match[0].length + 1);
  }
  return end;
}
