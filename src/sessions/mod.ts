/** What a transcript is, per agent. */
export { findTranscripts, type Transcript, type Unreadable } from "./find.ts";
export { readTranscriptHead, type TranscriptHead } from "./head.ts";
export { lastAgentVersion } from "./version.ts";
