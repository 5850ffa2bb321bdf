import { type Host, LifeboatError } from "../base/mod.ts";
import { type Excerpt, snippetOf } from "./excerpt.ts";
import type { SessionItem } from "./item.ts";
import {
  latestFirst,
  mayReach,
  meant,
  reportOf,
  type SessionFilter,
  type SessionsReport,
  unshownDepth,
} from "./list.ts";
import { type Message, spokenIn } from "./messages.ts";
import type { SessionSource, StoredTranscript } from "./source.ts";
import { survey, type Surveyed } from "./survey.ts";

/** Where the words were found. */
export interface Hits {
  id: boolean;
  name: boolean;
  project: boolean;
  /** Messages that hold at least one of the words. */
  messages: number;
}

/** What `sessions search` gives back. */
export interface SearchReport extends SessionsReport {
  words: string[];
  sessions: (SessionItem & { hits: Hits })[];
}

/** What was found; the excerpts by the transcript's place in the report. */
export interface SearchResult {
  report: SearchReport;
  excerpts: Excerpt[][];
}

const MAX_EXCERPTS = 3;

function comparable(text: string): string {
  return text.normalize("NFC").toLowerCase();
}

/** What the messages of one conversation hold of the words. */
interface Found {
  messages: number;
  words: Set<string>;
  excerpts: Excerpt[];
}

/** Where a word begins in a text; the excerpt need not be exact where case changes lengths. */
function firstOf(words: string[]) {
  return (text: string): number => {
    const places = words.map((word) => comparable(text).indexOf(word)).filter((at) => at >= 0);
    return places.length > 0 ? Math.min(...places) : -1;
  };
}

function look(message: Message, words: string[], found: Found, withText: boolean): void {
  const text = comparable(message.text);
  const here = words.filter((word) => text.includes(word));
  if (here.length === 0) return;
  found.messages++;
  for (const word of here) found.words.add(word);
  if (!withText || found.excerpts.length >= MAX_EXCERPTS) return;
  const excerpt = snippetOf(message, firstOf(here));
  if (excerpt) found.excerpts.push(excerpt);
}

/** Where the words are, if each of them is somewhere. */
function hitsOf(one: Surveyed, words: string[], found: Found | undefined): Hits | undefined {
  const { transcript: { id }, name = "", facts } = one;
  const [inId, inName, inProject] = [id, name, facts?.cwd ?? ""].map((text) => {
    const compared = comparable(text);
    return words.filter((word) => compared.includes(word));
  });
  const everywhere = new Set([...inId, ...inName, ...inProject, ...found?.words ?? []]);
  if (words.some((word) => !everywhere.has(word))) return undefined;
  return {
    id: inId.length > 0,
    name: inName.length > 0,
    project: inProject.length > 0,
    messages: found?.messages ?? 0,
  };
}

/**
 * The conversations in which each of the words is somewhere: in the id, the name, the project or what
 * was said. Case is ignored. Throws `usage` without words, `interrupted`.
 *
 * @param withText whether excerpts are gathered; they are no part of the report
 */
export async function searchSessions(
  host: Host,
  sources: SessionSource[],
  words: string[],
  filter: SessionFilter & { withText?: boolean } = {},
): Promise<SearchResult> {
  const wanted = [...new Set(words.map(comparable).filter((word) => word.trim() !== ""))];
  if (wanted.length === 0) {
    throw new LifeboatError("refused", "usage", "There is no word to search for");
  }
  const found = new Map<StoredTranscript, Found>();
  const all = await survey(host, sources, {
    depthOf: (transcript) =>
      mayReach(transcript, filter.sinceMs) ? "whole" : unshownDepth(transcript),
    eachLine(transcript) {
      const here: Found = { messages: 0, words: new Set(), excerpts: [] };
      found.set(transcript, here);
      return (line) => {
        const { message } = spokenIn(transcript.agent, line);
        if (message) look(message, wanted, here, filter.withText === true);
      };
    },
  });
  const isMeant = meant(host, filter);
  const matches = all.filter((one) => (one.whole || one.error) && isMeant(one))
    .map((one) => ({ one, hits: hitsOf(one, wanted, found.get(one.transcript)) }))
    .filter((match): match is { one: Surveyed; hits: Hits } => match.hits !== undefined)
    .sort((a, b) => latestFirst(a.one, b.one)).slice(0, filter.limit);
  const report = reportOf(host, sources, all, matches.map(({ one }) => one));
  const sessions = report.sessions.map((item, at) => ({ ...item, hits: matches[at].hits }));
  const excerpts = matches.map(({ one }) => found.get(one.transcript)?.excerpts ?? []);
  return { report: { ...report, words, sessions }, excerpts };
}
