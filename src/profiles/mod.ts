/** What an agent's home is, as TOML files say it, and where it lies on this machine. */
export * from "./backup_root.ts";
export * from "./choose.ts";
export * from "./describe.ts";
export * from "./home.ts";
export * from "./isolated.ts";
export * from "./load.ts";
export { AGENT_ID, type OpenClawAgent, type OpenClawPlaces, openClawPlaces } from "./openclaw.ts";
export { type HomePart, type HomeScope, partOfHome } from "./openclaw_scope.ts";
export {
  agentOfRows,
  type AgentPart,
  agentParts,
  agentRowsPath,
  STATE_DATABASE,
} from "./openclaw_parts.ts";
export { localOpenClaw, type OpenClawHome, type Table, tableOf } from "./openclaw_config.ts";
export { parseProfile } from "./parse.ts";
export { compilePatterns, type PatternMatcher } from "./patterns.ts";
export * from "./profile.ts";
export { realPathOf } from "./real_path.ts";
export { rootIds } from "./root_ids.ts";
