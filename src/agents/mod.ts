/** Lifeboat in an agent's hands: skills, hooks, schedules, and putting them there. */
export { carryOut, type InstallPlan, type InstallResult } from "./install.ts";
export { planSchedule, planScheduleRemoval } from "./install_schedule.ts";
export { type Part, type PartOptions, planInstall, planUninstall } from "./parts.ts";
export { rollBackUpdate, update, type UpdateResult } from "./update.ts";
