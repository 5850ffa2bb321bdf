/**
 * What an agent calls before and after its tools. In a room of its own, so that a hook, which has a
 * few hundredths of a second, loads nothing that only commands need.
 */
export { runHook, type Scan } from "./hook.ts";
export { logHookFaults } from "./hook_log.ts";
export { runScan } from "./scan.ts";
export { HOOK_AGENTS, type HookAgent } from "./tool_call.ts";
