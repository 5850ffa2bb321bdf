import type { Tool } from "../tool.ts";
import { backupCreate, backupList, backupStatus, backupVerify } from "./backups.ts";
import { backupDelete, backupSync } from "./copies.ts";
import { doctor, sessionsList } from "./homes.ts";
import { migratePlan } from "./migrate.ts";
import { backupRestore, sessionRestore } from "./restore.ts";
import { snapshotHistory, snapshotList, snapshotStatus } from "./snapshots.ts";
import { snapshotRollback } from "./rollback.ts";
import { undo } from "./undo.ts";

/** All tools, in the order in which they are listed. */
export const TOOLS: Tool[] = [
  backupCreate,
  backupList,
  backupRestore,
  backupSync,
  backupDelete,
  backupVerify,
  backupStatus,
  snapshotStatus,
  snapshotList,
  snapshotRollback,
  snapshotHistory,
  doctor,
  sessionsList,
  sessionRestore,
  undo,
  migratePlan,
];
