/** What a rollback would do: apart from what does it, which takes a while to load. */
import type { Host } from "../base/mod.ts";
import { findRunning, type Running } from "../doctor/mod.ts";
import {
  planRollback as planHistory,
  type RollbackChoice,
  type Scope,
  type SnapshotStore,
} from "../snapshots/mod.ts";
import { rollbackOps } from "./rollback_ops.ts";
import { type RollbackResult, rollbackResult } from "./rollback_result.ts";

/** What is rolled back. */
export interface RollbackOptions {
  store: SnapshotStore;
  scope: Scope;
  choice: RollbackChoice;
}

/** Nobody is at work there: no agent has a workspace as its home. */
export const NOBODY: Running = { running: [], warnings: [] };

/** Says exactly what a rollback would do. Changes nothing. */
export async function planRollback(host: Host, options: RollbackOptions): Promise<RollbackResult> {
  const { store, scope, choice } = options;
  const plan = await planHistory(store, scope, choice);
  const looked = scope.home ? await findRunning(host, scope.home) : NOBODY;
  return rollbackResult({ plan, ops: rollbackOps(store, plan), looked });
}
