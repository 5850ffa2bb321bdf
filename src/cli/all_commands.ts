import type { Define } from "./command.ts";
import { defineBackends } from "./backends.ts";
import { defineBackup } from "./backup.ts";
import { defineCompletions } from "./completions.ts";
import { defineDelete } from "./delete.ts";
import { defineDoctor } from "./doctor.ts";
import { defineDrill } from "./drill.ts";
import { defineHook } from "./hook.ts";
import { defineImport } from "./import.ts";
import { defineInit } from "./init.ts";
import { defineInstall, defineUninstall } from "./install.ts";
import { defineIsolate } from "./isolate.ts";
import { defineKeys } from "./keys.ts";
import { defineKit } from "./kit.ts";
import { defineList } from "./list.ts";
import { defineMcp } from "./mcp.ts";
import { defineMigrate } from "./migrate.ts";
import { defineProfiles } from "./profiles.ts";
import { definePrune } from "./prune.ts";
import { defineRestore } from "./restore.ts";
import { defineSchedule } from "./schedule.ts";
import { defineSessions } from "./sessions.ts";
import { defineShow } from "./show.ts";
import { defineSnapshot } from "./snapshot.ts";
import { defineStatus } from "./status.ts";
import { defineSync } from "./sync.ts";
import { defineUndo } from "./undo.ts";
import { defineUpdate } from "./update.ts";
import { defineVerify } from "./verify.ts";
import { defineWatch } from "./watch.ts";

/** What defines each command, in the order in which help shows them. */
export const ALL_COMMANDS: Define[] = [
  defineBackup,
  defineList,
  defineShow,
  defineVerify,
  defineRestore,
  defineUndo,
  defineDoctor,
  defineStatus,
  defineDrill,
  defineSchedule,
  definePrune,
  defineDelete,
  defineImport,
  defineSessions,
  defineSnapshot,
  defineWatch,
  defineMigrate,
  defineIsolate,
  defineProfiles,
  defineKeys,
  defineSync,
  defineBackends,
  defineKit,
  defineInit,
  defineInstall,
  defineUninstall,
  defineMcp,
  defineUpdate,
  defineCompletions,
  defineHook,
];
