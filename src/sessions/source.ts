import {
  checkInterrupt,
  delay,
  describeError,
  type Host,
  lstatIfThere,
  pathsOf,
} from "../base/mod.ts";
import type { Home } from "../profiles/mod.ts";
import { findSubAgents, findTranscripts, type SubAgentFile, type Transcript } from "./find.ts";
import { homeRetention, type Retention } from "./retention.ts";

/** A transcript wherever it lies; backups of others may not know its time. */
export type StoredTranscript = Omit<Transcript, "mtimeMs"> & { mtimeMs?: number };

/** Something that could not be looked at. */
export interface Failure {
  /** Below the home, or what was opened. */
  path: string;
  error: string;
}

/** Where Codex keeps the names that conversations were given. */
export const NAMES_PATH = "session_index.jsonl";

/** What is done with the content of the files; each may be read once, in part or not at all. */
export interface Visitor {
  /** Of what was written last first, where the source can choose. */
  transcript(transcript: StoredTranscript, chunks: AsyncIterable<Uint8Array>): Promise<void>;
  /** `session_index.jsonl`. */
  names(chunks: AsyncIterable<Uint8Array>): Promise<void>;
}

/** A home or a backup, as far as conversations go. */
export interface SessionSource {
  profile: string;
  /** The home; of a backup the one that it was made of. */
  home: string;
  /** The backup that was opened. */
  backup?: string;
  transcripts: StoredTranscript[];
  /** How long the agent keeps them; only of a live home whose agent deletes any. */
  retention?: Retention;
  failures: Failure[];
  /** Where a file lies on this machine; nothing for what lies in a backup. */
  placeOf(path: string): string | undefined;
  /** Claude Code: what the sub-agents of a conversation wrote. */
  subAgentsOf(transcript: StoredTranscript): SubAgentFile[];
  visit(visitor: Visitor): Promise<void>;
  close(): void;
}

const CHUNK_BYTES = 1 << 20;

/** Content of a file of a live home; it is opened when it is first asked for. */
async function* contentOf(host: Host, path: string): AsyncGenerator<Uint8Array> {
  const file = host.fs.open(path);
  try {
    const buffer = new Uint8Array(CHUNK_BYTES);
    for (let n = file.read(buffer); n > 0; n = file.read(buffer)) {
      // File operations are synchronous; without a pause Ctrl-C would not be seen.
      await delay(0);
      checkInterrupt(host);
      yield buffer.subarray(0, n);
    }
  } finally {
    file.close();
  }
}

/** The conversations of a live home. Throws only `interrupted`. */
export function openHome(host: Host, home: Home): SessionSource {
  const { join } = pathsOf(host.platform);
  const failures: Failure[] = [];
  const unreadable = (path: string, error: unknown) =>
    void failures.push({ path, error: describeError(error) });
  const placeOf = (path: string) => join(home.path, ...path.split("/"));
  const isClaude = home.profile.transcripts === "claude-code";
  const transcripts = [...findTranscripts(host, home, unreadable)]
    .sort((a, b) => b.mtimeMs - a.mtimeMs);

  function hasNames(): boolean {
    try {
      return !isClaude && lstatIfThere(host.fs, placeOf(NAMES_PATH)) !== undefined;
    } catch (error) {
      unreadable(NAMES_PATH, error);
      return false;
    }
  }

  return {
    profile: home.profile.id,
    home: home.path,
    transcripts,
    retention: isClaude ? homeRetention(host, home) : undefined,
    failures,
    placeOf,
    subAgentsOf: ({ path, agent }) =>
      agent === "claude-code" ? findSubAgents(host, home, path, unreadable) : [],
    async visit(visitor) {
      if (hasNames()) await visitor.names(contentOf(host, placeOf(NAMES_PATH)));
      for (const transcript of transcripts) {
        checkInterrupt(host);
        await visitor.transcript(transcript, contentOf(host, placeOf(transcript.path)));
      }
    },
    close() {},
  };
}
