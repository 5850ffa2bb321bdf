/** Archive to home: plan, apply under a journal, recover. */
export type {
  MergedFile,
  PlanItem,
  PlanSummary,
  RestoreOptions,
  RestoreResult,
  SessionStep,
} from "./options.ts";
export { applyRestore, planRestore, recoveryWarning } from "./restore.ts";
export { applyRollback, refuseInterruptedRollback } from "./rollback.ts";
export { planRollback, type RollbackOptions } from "./rollback_preview.ts";
export type { RollbackResult } from "./rollback_result.ts";
export { type NewFile, type NewLink, putFiles } from "./put_files.ts";
export { refuseInterrupted } from "./recover.ts";
export { recoverUnlessRunning, refuseIfInUse } from "./running.ts";
export type { RemappedHome } from "./remap_home.ts";
export {
  applyRemaps,
  chooseRemap,
  planRemaps,
  type RemapChoice,
  type Remapping,
  type RemapReport,
} from "./remap_homes.ts";
export type { RemapStep } from "./remap_steps.ts";
export type { SetAsideFile } from "./steps.ts";
export { targetHomeOf } from "./target.ts";
export { applyUndo, planUndo } from "./undo.ts";
export {
  type ForgetResult,
  forgetUndo,
  listUndo,
  type UndoItem,
  type UndoList,
} from "./undo_list.ts";
export type { UndoResult } from "./undo_result.ts";
