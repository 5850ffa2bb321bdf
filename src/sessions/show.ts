import type { Host } from "../base/mod.ts";
import { transcriptsWithId } from "./choose.ts";
import { type Excerpt, excerptOf } from "./excerpt.ts";
import { childrenOf, type SessionItem } from "./item.ts";
import { latestFirst, reportOf, type SessionsReport, unshownDepth } from "./list.ts";
import { spokenIn } from "./messages.ts";
import type { SessionSource, StoredTranscript } from "./source.ts";
import { survey, type Surveyed } from "./survey.ts";

/** A conversation of a sub-agent. */
export interface SubAgentItem {
  id: string;
  /** Below the home. */
  relative_path: string;
  bytes: number;
}

/** How much was said in a conversation. */
export interface Spoken {
  user: number;
  assistant: number;
}

/** One conversation in full; nothing of its text. */
export interface SessionDetails extends SessionItem {
  /** Messages by who wrote them. */
  messages: Spoken;
  tool_calls: number;
  sub_agent_files: SubAgentItem[];
}

/** What `sessions show` gives back. */
export interface ShowSessionsReport extends SessionsReport {
  /** More than one where several transcripts have the same id. */
  sessions: SessionDetails[];
}

/** A report, and apart from it the last messages of each conversation in it. */
export interface ShowSessionsResult {
  report: ShowSessionsReport;
  excerpts: Excerpt[][];
}

interface Told {
  messages: Spoken;
  toolCalls: number;
  excerpts: Excerpt[];
}

function subAgentsOf(one: Surveyed, children: Surveyed[]): SubAgentItem[] {
  const files = one.source.subAgentsOf(one.transcript);
  return [...children.map(({ transcript }) => transcript), ...files]
    .map(({ id, path, bytes }) => ({ id, relative_path: path, bytes }));
}

/**
 * One conversation, by its id or a unique beginning of it. Throws `no_such_session`, `ambiguous_id`,
 * `interrupted`.
 *
 * @param last how many of the last messages are handed over as text, apart from the report
 */
export async function showSessions(
  host: Host,
  sources: SessionSource[],
  id: string,
  last = 0,
): Promise<ShowSessionsResult> {
  const wanted = new Set(transcriptsWithId(sources, id));
  const told = new Map<StoredTranscript, Told>();
  const all = await survey(host, sources, {
    depthOf: (transcript) => wanted.has(transcript) ? "whole" : unshownDepth(transcript),
    eachLine(transcript) {
      const here: Told = { messages: { user: 0, assistant: 0 }, toolCalls: 0, excerpts: [] };
      told.set(transcript, here);
      return (line) => {
        const { message, toolCalls } = spokenIn(transcript.agent, line);
        here.toolCalls += toolCalls;
        if (!message) return;
        here.messages[message.role]++;
        if (last === 0) return;
        here.excerpts.push(excerptOf(message));
        if (here.excerpts.length > last) here.excerpts.shift();
      };
    },
  });
  const shown = all.filter(({ transcript }) => wanted.has(transcript)).sort(latestFirst);
  const children = childrenOf(all);
  const report = reportOf(host, sources, all, shown);
  const sessions = shown.map((one, at): SessionDetails => ({
    ...report.sessions[at],
    messages: told.get(one.transcript)?.messages ?? { user: 0, assistant: 0 },
    tool_calls: told.get(one.transcript)?.toolCalls ?? 0,
    sub_agent_files: subAgentsOf(one, children.get(one.transcript.id) ?? []),
  }));
  const excerpts = shown.map((one) => told.get(one.transcript)?.excerpts ?? []);
  return { report: { ...report, sessions }, excerpts };
}
