/** Lifeboat in an agent's hands: skills, hooks, and putting them there. */
export { type HookOptions, runHook, runScan, type Scan } from "./hook.ts";
export { type HookFault, hookLogPath, logHookFaults } from "./hook_log.ts";
export { presentAgents } from "./homes.ts";
export { carryOut, type InstallPlan, type InstallResult } from "./install.ts";
export { HOOKABLE, planHooks, planHooksRemoval } from "./install_hooks.ts";
export { installedProgram, OLD_NAMES, planProgram, planProgramRemoval } from "./install_program.ts";
export { planSkills, planSkillsRemoval, SKILLED, type Skilled } from "./install_skills.ts";
export { HOOK_AGENTS, type HookAgent } from "./tool_call.ts";
