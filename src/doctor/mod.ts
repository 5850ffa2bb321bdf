/** Is this home healthy, is it safe to back up or restore. */
export { agentVersion } from "./agent_version.ts";
export { findCoreFaults } from "./core.ts";
export { beginExamination, type Examination, examineHome, type ExamineOptions } from "./examine.ts";
export { THREAD_ROWS_JOB } from "./databases.ts";
export { parseConfig, type Table, tableOf } from "./parse.ts";
export type { DoctorReport, Finding } from "./report.ts";
export { findRunning, type Running, type RunningProcess } from "./running.ts";
export { environmentSnapshot } from "./snapshot_text.ts";
export { readThreadRows } from "./state_rows.ts";
