import { type Host, pathsOf, readFully, withFile } from "../base/mod.ts";
import type { Home } from "../profiles/mod.ts";
import type { Transcript } from "./find.ts";

/** What the first lines of a transcript say about it; nothing of the conversation. */
export interface TranscriptHead {
  /** The folder the conversation was held in, as the agent's own platform writes it. */
  cwd?: string;
  /** The agent's version that wrote the line. */
  version?: string;
}

/** The first line of a rollout holds the agent's instructions, so it can be long. */
const HEAD_BYTES = 256 << 10;

/** Where transcripts are read from. */
export function transcriptPath(host: Host, home: Home, transcript: Transcript): string {
  return pathsOf(host.platform).join(home.path, ...transcript.path.split("/"));
}

/** Bytes of a file from an offset on, at most `limit`; as text. */
export function readPart(host: Host, path: string, offset: number, limit: number): string {
  return withFile(host.fs.open(path), (file) => {
    const bytes = new Uint8Array(limit);
    file.seek(offset);
    return new TextDecoder().decode(bytes.subarray(0, readFully(file, bytes)));
  });
}

/** What one line says; nothing where it is no JSON object (a transcript may end in half a line). */
export function describeLine(line: string): TranscriptHead {
  try {
    return describeParsed(JSON.parse(line));
  } catch {
    return {};
  }
}

/** The same of a line that is already parsed, whatever it holds. */
export function describeParsed(line: unknown): TranscriptHead {
  const { type, payload } = objectOf(line);
  const said = objectOf(type === "session_meta" ? payload : line);
  return { cwd: textOf(said.cwd), version: versionOf(said.cli_version ?? said.version) };
}

/** A value as an object; an empty one for anything else. */
export function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? value as Record<string, unknown>
    : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** A transcript may be made up; only what looks like a version is passed on. */
function versionOf(value: unknown): string | undefined {
  return typeof value === "string" && /^\d[\w.+-]{0,40}$/.test(value) ? value : undefined;
}

/**
 * What a transcript's first lines say, from at most 256 KiB of it. A compressed one is not read and
 * says nothing. Throws what the file system throws.
 */
export function readTranscriptHead(host: Host, home: Home, transcript: Transcript): TranscriptHead {
  if (transcript.compressed) return {};
  const text = readPart(host, transcriptPath(host, home, transcript), 0, HEAD_BYTES);
  // Only the first line of a rollout speaks of the rollout: a fork repeats its parent's lines.
  const lines = text.split("\n", transcript.agent === "codex" ? 1 : undefined);
  return lines.map(describeLine).find(({ cwd, version }) => cwd ?? version) ?? {};
}
