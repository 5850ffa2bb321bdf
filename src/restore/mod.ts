/** Archive to home: plan, apply under a journal, recover. */
export type {
  Activation,
  ApplyOptions,
  Conflict,
  PlanItem,
  PlanSummary,
  RestoreOptions,
  RestoreResult,
  SkippedItem,
} from "./options.ts";
export { recoverInterrupted, type Recovery } from "./recover.ts";
export { applyRestore, planRestore, recoveryWarning } from "./restore.ts";
export type { SetAsideFile } from "./steps.ts";
