/** Lifeboat in an agent's hands: hooks, and putting them there. */
export { type HookOptions, runHook, runScan, type Scan } from "./hook.ts";
export { type HookFault, hookLogPath, logHookFaults } from "./hook_log.ts";
export {
  HOOKABLE,
  type Hookable,
  installHooks,
  type InstallResult,
  uninstallHooks,
} from "./install_hooks.ts";
export { HOOK_AGENTS, type HookAgent } from "./tool_call.ts";
