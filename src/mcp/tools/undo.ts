import type { UndoResult } from "../../restore/mod.ts";
import { commandLine, previewOrApply } from "../change.ts";
import { PROFILE, TOKEN } from "../parameter.ts";
import type { Tool } from "../tool.ts";
import { homeOf } from "./choose.ts";

/** `undo`. */
export const undo: Tool = {
  name: "undo",
  title: "Take back the last restore",
  description: "Takes back the last restore, rollback, remap or migration of a home. First a " +
    "preview, then, with its token, the undo; the user has to confirm it, and the agent must be " +
    "closed. Can itself be undone.",
  parameters: { profile: PROFILE, token: TOKEN },
  effect: "changes",
  async run(call, args) {
    const { host } = call;
    const { applyUndo, planUndo, refuseInterrupted } = await import("../../restore/mod.ts");
    const home = await homeOf(call, args);
    const { id, name } = home.profile;
    refuseInterrupted(host, home);
    return await previewOrApply<UndoResult>(call, args, {
      plan: () => planUndo(host, { home }),
      bound: (
        { undo_id, plan: { running: _, ...plan }, restored, removed },
      ) => [undo_id, plan, restored, removed],
      questions: ({ plan }) => [{
        word: "UNDO",
        message: `Undo the restore of ${plan.backup} in ${home.path}? ${plan.create} files come ` +
          `back, ${plan.overwrite} are replaced, ${plan.set_aside} are set aside.`,
      }],
      busy: ({ plan }) => plan.running.length > 0 ? name : undefined,
      command: commandLine(host, ["undo", "--profile", id, "--apply"]),
      apply: () => applyUndo(host, { home, confirmed: true }),
    });
  },
};
