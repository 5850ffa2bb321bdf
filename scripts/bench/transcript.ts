/** Transcripts in the line shapes of Codex: messages, outputs of commands, sealed reasoning. */
import type { Random, Writer } from "./text.ts";

/** What makes lines. */
export interface Author {
  write: Writer;
  random: Random;
}

/** Lines are written to the file in blocks of this size, bytes. */
const BLOCK_BYTES = 1 << 20;
const FIRST_LINE_MS = Date.UTC(2026, 8, 1);

/** Text that does not compress beyond its alphabet, as encrypted and binary things are. */
function sealed(random: Random, length: number): string {
  const bytes = Uint8Array.from({ length: length * 3 / 4 }, () => random() * 256);
  return bytes.toBase64();
}

function payload({ write, random }: Author): Record<string, unknown> {
  const kind = random();
  if (kind < 0.06) {
    return { type: "reasoning", summary: [], encrypted_content: sealed(random, 800) };
  }
  if (kind < 0.4) {
    const output = write(300 + random() * 6000);
    return { type: "function_call_output", call_id: `call_${random().toString(36)}`, output };
  }
  const content = [{ type: "output_text", text: write(100 + random() * 2000) }];
  return { type: "message", role: kind < 0.6 ? "user" : "assistant", content };
}

function line(author: Author): string {
  const timestamp = new Date(FIRST_LINE_MS + author.random() * 7e9).toISOString();
  return JSON.stringify({ timestamp, type: "response_item", payload: payload(author) }) + "\n";
}

/** Appends whole lines to a transcript until it has grown by so many bytes, or a line more. */
export function growTranscript(path: string, bytes: number, author: Author): number {
  using file = Deno.openSync(path, { append: true, create: true });
  const encoder = new TextEncoder();
  let grown = 0;
  while (grown < bytes) {
    const wanted = Math.min(BLOCK_BYTES, bytes - grown);
    let block = "";
    while (block.length < wanted) block += line(author);
    const encoded = encoder.encode(block);
    for (let at = 0; at < encoded.length;) at += file.writeSync(encoded.subarray(at));
    grown += encoded.length;
  }
  return grown;
}
