import type { Host } from "../base/mod.ts";
import type { Home } from "../profiles/mod.ts";
import { findTranscripts, type Transcript } from "./find.ts";
import { describeLine, readPart, readTranscriptHead, transcriptPath } from "./head.ts";

const TAIL_BYTES = 64 << 10;

function fileName({ path }: Transcript): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/**
 * The one that was begun last for Codex, which writes its version only there and has the time in the
 * name; the one that was written last for Claude Code, which writes it into each line.
 */
function isNewer(a: Transcript, b: Transcript): boolean {
  return a.agent === "codex" ? fileName(a) > fileName(b) : a.mtimeMs > b.mtimeMs;
}

function versionIn(host: Host, home: Home, transcript: Transcript): string | undefined {
  if (transcript.agent === "codex") return readTranscriptHead(host, home, transcript).version;
  const path = transcriptPath(host, home, transcript);
  const text = readPart(host, path, Math.max(0, transcript.bytes - TAIL_BYTES), TAIL_BYTES);
  return text.split("\n").map((line) => describeLine(line).version).findLast((found) => found);
}

/**
 * The version of the agent that last wrote to a home, as far as its newest transcript says. Nothing
 * is run; a transcript that cannot be read leaves it unknown.
 */
export function lastAgentVersion(host: Host, home: Home): string | undefined {
  let newest: Transcript | undefined;
  for (const transcript of findTranscripts(host, home, () => {})) {
    const readable = !transcript.compressed && transcript.bytes > 0;
    if (readable && (!newest || isNewer(transcript, newest))) newest = transcript;
  }
  try {
    return newest && versionIn(host, home, newest);
  } catch {
    return undefined;
  }
}
