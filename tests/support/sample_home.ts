/** Small homes that look like real ones, the same for the same seed; made at run time by the tests. */
export { makeSampleClaudeHome, type SampleClaudeHome } from "./sample/claude.ts";
export { makeSampleCodexHome, type SampleCodexHome, type SampleThread } from "./sample/codex.ts";
export type { SampleOptions } from "./sample/common.ts";
