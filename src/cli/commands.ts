import type { Command } from "commander";
import { defineBackends } from "./backends.ts";
import { defineBackup } from "./backup.ts";
import type { Act } from "./command.ts";
import { defineDelete } from "./delete.ts";
import { defineDoctor } from "./doctor.ts";
import { defineDrill } from "./drill.ts";
import { defineHook } from "./hook.ts";
import { defineImport } from "./import.ts";
import { defineInstall, defineUninstall } from "./install.ts";
import { defineKeys } from "./keys.ts";
import { defineKit } from "./kit.ts";
import { defineList } from "./list.ts";
import { defineProfiles } from "./profiles.ts";
import { definePrune } from "./prune.ts";
import { defineRestore } from "./restore.ts";
import { defineSessions } from "./sessions.ts";
import { defineShow } from "./show.ts";
import { defineSnapshot } from "./snapshot.ts";
import { defineStatus } from "./status.ts";
import { defineSync } from "./sync.ts";
import { defineUndo } from "./undo.ts";
import { defineVerify } from "./verify.ts";

/** Adds every command to the program, in the order in which help shows them. */
export function defineCommands(program: Command, act: Act): void {
  defineBackup(program, act);
  defineList(program, act);
  defineShow(program, act);
  defineVerify(program, act);
  defineRestore(program, act);
  defineUndo(program, act);
  defineDoctor(program, act);
  defineStatus(program, act);
  defineDrill(program, act);
  definePrune(program, act);
  defineDelete(program, act);
  defineImport(program, act);
  defineSessions(program, act);
  defineSnapshot(program, act);
  defineProfiles(program, act);
  defineKeys(program, act);
  defineSync(program, act);
  defineBackends(program, act);
  defineKit(program, act);
  defineInstall(program, act);
  defineUninstall(program, act);
  defineHook(program, act);
}
