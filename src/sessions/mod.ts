/** What a transcript is, per agent: where conversations lie, and what can be told of them. */
export { RENAME_AGENT_JOB, renameAgentJob, renamedAgentIn } from "./agent_id.ts";
export {
  KEEP_AGENT_ROWS_JOB,
  type KeepAgentRows,
  keepAgentRows,
  type KeptAgentRows,
} from "./agent_rows_keep.ts";
export {
  PUT_AGENT_ROWS_JOB,
  type PutAgentRows,
  putAgentRows,
  type PutRows,
} from "./agent_rows_put.ts";
export { openSessionsBackup, sessionsIn } from "./backup_source.ts";
export { type Belongings, belongingsOf } from "./belongings.ts";
export { chooseSessions, type ChosenSession, foldersOf } from "./choose.ts";
export { addProjectEntry, mergeState, projectEntry } from "./claude_state.ts";
export { compareTranscripts, type Comparison } from "./compare.ts";
export type { Excerpt } from "./excerpt.ts";
export { readFacts } from "./facts.ts";
export { findTranscripts, type Transcript } from "./find.ts";
export { readTranscriptHead } from "./head.ts";
export type { SessionItem } from "./item.ts";
export { isId, type TranscriptAgent, transcriptAt } from "./layout.ts";
export { listSessions, type SessionFilter, type SessionsReport } from "./list.ts";
export { lastOfEach, linesAbout, linesMissing, mergeLines, type TakenLine } from "./merge_lines.ts";
export { type SourceChoice, withSources } from "./open.ts";
export { otherId, reidentify } from "./reidentify.ts";
export { homeRetention, isSweptSoon, SOON_DAYS } from "./retention.ts";
export { type SearchReport, searchSessions } from "./search.ts";
export { type SessionDetails, showSessions, type ShowSessionsReport } from "./show.ts";
export { remapContent, type StreamRule } from "./remap/content.ts";
export { REMAP_DATABASE_JOB, type RemapCounts, remapDatabaseJob } from "./remap/database_edit.ts";
export { REMAP_STATE_JOB, remapStateJob } from "./remap/state_edit.ts";
export { mapPath, matchPath, type PathMapping, pathMapping } from "./remap/paths.ts";
export { movedFolder } from "./remap/project_folders.ts";
export { isProjection, type RemapRule, remapRule } from "./remap/rules.ts";
export { NAMES_PATH, openHome, type SessionSource, type StoredTranscript } from "./source.ts";
export {
  type CopiedRows,
  COPY_THREAD_ROWS_JOB,
  copyThreadRows,
  FORGET_THREADS_JOB,
  forgetThreads,
  type WantedThread,
} from "./thread_rows.ts";
export { lastAgentVersion } from "./version.ts";
export { canInflateZstd, deflateZstd, inflateZstd } from "./zstd.ts";
