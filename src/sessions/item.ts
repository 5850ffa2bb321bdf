import { type Host, isoWithOffset } from "../base/mod.ts";
import { redact } from "../seal/mod.ts";
import { isSweptSoon, sweptAfter } from "./retention.ts";
import type { Failure, SessionSource } from "./source.ts";
import type { Surveyed } from "./survey.ts";

/** A conversation; nothing of its text. Key names are those of the JSON output. */
export interface SessionItem {
  /** Thread or session id. */
  id: string;
  agent: "codex" | "claude-code";
  profile: string;
  /** The folder it was held in, as the transcript says, never as a folder of the home is named. */
  project: string | null;
  /** The name it was given; Codex only. */
  name: string | null;
  /** Codex: the conversation that started this one as its sub-agent. */
  parent_id: string | null;
  /** Where the transcript lies; null in a backup. */
  path: string | null;
  /** The same below the home. */
  relative_path: string;
  /** First and last time in the transcript. */
  started_at: string | null;
  ended_at: string | null;
  /** When the file was last written, as the file system or the backup says. */
  modified_at: string | null;
  lines: number | null;
  /** Lines that are no JSON object, or where `list` only counts them, do not look like one. */
  malformed_lines: number | null;
  /** Lines too long to be looked into. */
  overlong_lines: number | null;
  /** Size of the file, compressed or not. */
  bytes: number;
  compressed: boolean;
  archived: boolean;
  sub_agents: number;
  /** The agent's version when it began. */
  agent_version: string | null;
  /** Whether the agent's own clean-up deletes it within a week; null where nothing is cleaned up. */
  at_risk: boolean | null;
  /** When that clean-up may delete it, unless it is written to. */
  deleted_after: string | null;
  /** Why it could not be read. */
  error: { code: string; message: string } | null;
}

/** A home or backup that was looked into. */
export interface SourceItem {
  profile: string;
  home: string;
  backup: string | null;
  /** All its conversations, shown or not. */
  transcripts: number;
  /** After how many days without change the agent deletes them; null where it does not. */
  retention_days: number | null;
  retention_set_by: string | null;
}

const MAX_NAME = 200;
/** The last moment that can be written. */
const MAX_TIME = Date.UTC(10_000, 0) - 86_400_000;

function isoOf(ms: number | undefined): string | null {
  return ms !== undefined && ms >= 0 && ms < MAX_TIME ? isoWithOffset(new Date(ms)) : null;
}

/** A name is often the first words of the conversation, so it may hold a secret. */
function nameOf({ name }: Surveyed): string | null {
  return name ? redact(name).slice(0, MAX_NAME).toWellFormed() : null;
}

/** When a conversation was last taken up, ms since 1970; the file's time where no line says it. */
export function lastActive({ facts, transcript }: Surveyed): number {
  return facts?.endedMs ?? transcript.mtimeMs ?? 0;
}

/** Those that name a conversation as the one that started them, by its id. */
export function childrenOf(all: Surveyed[]): Map<string, Surveyed[]> {
  const children = new Map<string, Surveyed[]>();
  for (const one of all) {
    const parent = one.facts?.parentId;
    if (parent === undefined) continue;
    const known = children.get(parent);
    if (known) known.push(one);
    else children.set(parent, [one]);
  }
  return children;
}

function risk(host: Host, { source, transcript: { mtimeMs } }: Surveyed) {
  const { retention } = source;
  if (!retention || mtimeMs === undefined) return { at_risk: null, deleted_after: null };
  return {
    at_risk: isSweptSoon(mtimeMs, retention, host.now()),
    deleted_after: isoOf(sweptAfter(mtimeMs, retention)),
  };
}

/** What is shown of a conversation. @param children those that it started */
export function itemOf(host: Host, one: Surveyed, children: Surveyed[] = []): SessionItem {
  const { source, transcript, facts } = one;
  const counted = one.whole ? facts : undefined;
  return {
    id: transcript.id,
    agent: transcript.agent,
    profile: source.profile,
    project: facts?.cwd ?? null,
    name: nameOf(one),
    parent_id: facts?.parentId ?? null,
    path: source.placeOf(transcript.path) ?? null,
    relative_path: transcript.path,
    started_at: isoOf(facts?.startedMs),
    ended_at: isoOf(facts?.endedMs),
    modified_at: isoOf(transcript.mtimeMs),
    lines: counted?.lines ?? null,
    malformed_lines: counted?.malformed ?? null,
    overlong_lines: counted?.overlong ?? null,
    bytes: transcript.bytes,
    compressed: transcript.compressed,
    archived: transcript.archived,
    sub_agents: children.length + source.subAgentsOf(transcript).length,
    agent_version: facts?.version ?? null,
    ...risk(host, one),
    error: one.error ?? null,
  };
}

/** What is shown of a home or backup. */
export function sourceItem(source: SessionSource): SourceItem {
  return {
    profile: source.profile,
    home: source.home,
    backup: source.backup ?? null,
    transcripts: source.transcripts.length,
    retention_days: source.retention?.days ?? null,
    retention_set_by: source.retention?.setBy ?? null,
  };
}

/** What could not be looked at in any of them. */
export function failuresOf(sources: SessionSource[], all: Surveyed[]): Failure[] {
  const unread = all.flatMap(({ transcript, error }) =>
    // A runtime without zstd is no fault of the home; the conversation itself says so.
    error && error.code !== "zstd_unavailable"
      ? [{ path: transcript.path, error: error.message }]
      : []
  );
  return [...sources.flatMap(({ failures }) => failures), ...unread];
}
