import {
  type Backup,
  type FileList,
  type Manifest,
  openBackup,
  type ReadOptions,
  rootFolder,
} from "../archive/mod.ts";
import { describeError, type Host, LifeboatError } from "../base/mod.ts";
import { HOME_ROOT, loadProfiles } from "../profiles/mod.ts";
import type { SubAgentFile } from "./find.ts";
import { subAgentAt, type TranscriptAgent, transcriptAt } from "./layout.ts";
import { NAMES_PATH, type SessionSource, type StoredTranscript, type Visitor } from "./source.ts";

const ALL_AGENTS: TranscriptAgent[] = ["codex", "claude-code"];
const FILES = rootFolder(HOME_ROOT);

/** Whose conversations a backup may hold; of a profile that is not known here, any. */
function agentsIn(host: Host, profile: string): TranscriptAgent[] {
  const known = loadProfiles(host).find(({ id }) => id === profile);
  if (!known) return ALL_AGENTS;
  return known.transcripts ? [known.transcripts] : [];
}

/** Where a rollout lies there plain and compressed, the plain one is the rollout. */
function transcriptsIn(entries: FileList, agents: TranscriptAgent[]): StoredTranscript[] {
  const paths = new Set(entries.values().map(({ relative_path }) => relative_path));
  const found: StoredTranscript[] = [];
  for (const { relative_path: path, bytes, mtime_ms: mtimeMs } of entries) {
    if (path.endsWith(".zst") && paths.has(path.slice(0, -".zst".length))) continue;
    const name = agents.map((agent) => transcriptAt(agent, path)).find((one) => one);
    if (name) found.push({ ...name, path, bytes, mtimeMs });
  }
  return found;
}

function subAgentsIn(entries: FileList): Map<string, SubAgentFile[]> {
  const found = new Map<string, SubAgentFile[]>();
  for (const { relative_path: path, bytes } of entries) {
    const agent = subAgentAt(path);
    if (!agent) continue;
    const files = found.get(agent.transcript) ?? [];
    files.push({ id: agent.id, path, bytes });
    found.set(agent.transcript, files);
  }
  return found;
}

async function visitBackup(
  backup: Backup,
  transcripts: StoredTranscript[],
  visitor: Visitor,
): Promise<void> {
  const wanted = new Map(transcripts.map((one) => [FILES + one.path, one]));
  const names = FILES + NAMES_PATH;
  await backup.visit((path) => path === names || wanted.has(path), async ({ path }, chunks) => {
    const transcript = wanted.get(path);
    if (transcript) await visitor.transcript(transcript, chunks);
    else await visitor.names(chunks);
  });
}

/** The conversations in an open backup, as its manifest, or a part of it, lists them. */
export function sessionsIn(host: Host, backup: Backup, { entries }: Manifest): SessionSource {
  const { profile, home } = backup.head;
  const transcripts = transcriptsIn(entries, agentsIn(host, profile));
  const subAgents = subAgentsIn(entries);
  const source: SessionSource = {
    profile,
    home,
    backup: backup.source,
    transcripts,
    failures: [],
    placeOf: () => undefined,
    subAgentsOf: ({ path }) => subAgents.get(path) ?? [],
    async visit(visitor) {
      try {
        await visitBackup(backup, transcripts, visitor);
      } catch (error) {
        // What lies before the damage has been read; the rest is named as not read.
        if (!(error instanceof LifeboatError) || error.code !== "damaged_archive") throw error;
        source.failures.push({ path: backup.source, error: describeError(error) });
      }
    },
    close: backup.close,
  };
  return source;
}

/**
 * The conversations in a backup: a folder or an archive. From an archive with an index only these are
 * inflated. Throws what `openBackup` throws.
 */
export async function openSessionsBackup(
  host: Host,
  path: string,
  keys: Pick<ReadOptions, "password" | "unlock"> = {},
): Promise<SessionSource> {
  const backup = await openBackup(host, path, keys);
  try {
    return sessionsIn(host, backup, await backup.loadManifest());
  } catch (error) {
    backup.close();
    throw error;
  }
}
