/** Which backups stay, and whether they would save anybody: retention, deletion, drills, status. */
export { alarm } from "./alarm.ts";
export { backUp } from "./back_up.ts";
export { deleteBackup, findItem } from "./delete.ts";
export { deleteRemote } from "./delete_remote.ts";
export { drill, type DrillResult } from "./drill.ts";
export { init, type InitResult } from "./init.ts";
export { prune, type PrunedBackup, type PruneResult } from "./prune.ts";
export { pruneRemote } from "./prune_remote.ts";
export { type RecoverySheet, recoverySheet } from "./recovery_sheet.ts";
export type { KeepRules } from "./retention.ts";
export {
  parseInterval,
  parseTimeOfDay,
  readSchedule,
  readScheduleRecord,
  removeSchedule,
  type Schedule,
  schedulePath,
  type ScheduleRecord,
  writeSchedule,
} from "./schedule.ts";
export { checkSchedule, runSchedule, type ScheduledRun } from "./scheduled_run.ts";
export { checkStorage, copyToStorage, type StorageChoice } from "./storage.ts";
export { statusOfHomes } from "./status.ts";
export type { HomeStatus, StatusResult } from "./status_result.ts";
