/** What an agent's home is, as TOML files say it, and where it lies on this machine. */
export * from "./backup_root.ts";
export * from "./choose.ts";
export * from "./home.ts";
export * from "./isolated.ts";
export * from "./load.ts";
export { type OpenClawAgent, openClawPlaces } from "./openclaw.ts";
export { parseProfile } from "./parse.ts";
export { compilePatterns, type PatternMatcher } from "./patterns.ts";
export * from "./profile.ts";
export { openClawRootIds, type OutsidePart } from "./root_ids.ts";
