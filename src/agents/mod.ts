/** Lifeboat in an agent's hands: skills, hooks, schedules, and putting them there. */
export { type HookOptions, runHook, runScan, type Scan } from "./hook.ts";
export { type HookFault, hookLogPath, logHookFaults } from "./hook_log.ts";
export { carryOut, type InstallPlan, type InstallResult } from "./install.ts";
export { planSchedule, planScheduleRemoval } from "./install_schedule.ts";
export { type Part, type PartOptions, planInstall, planUninstall } from "./parts.ts";
export { HOOK_AGENTS, type HookAgent } from "./tool_call.ts";
export { rollBackUpdate, update, type UpdateResult } from "./update.ts";
