/** Bringing back what was there, from snapshots. */
import { type Host, LifeboatError, parseMoment, pathsOf } from "../../base/mod.ts";
import type { RollbackResult } from "../../restore/mod.ts";
import type { MomentChoice } from "../../snapshots/mod.ts";
import { commandLine, previewOrApply } from "../change.ts";
import { type Arguments, TOKEN } from "../parameter.ts";
import type { Question } from "../question.ts";
import type { Tool } from "../tool.ts";
import { text, texts } from "./choose.ts";

/** Which moment is meant: exactly one way to say it. */
function momentOf(host: Host, args: Arguments): MomentChoice {
  const snapshot = text(args, "snapshot_id");
  const session = text(args, "session_id");
  const time = text(args, "timestamp");
  if ([snapshot, session, time].filter((one) => one !== undefined).length !== 1) {
    throw new LifeboatError("refused", "usage", "It was not said to when, or in several ways", {
      hint: "Give one of session_id, timestamp and snapshot_id; see snapshot_list.",
    });
  }
  if (snapshot !== undefined) return { snapshot };
  return session !== undefined ? { session } : { timeMs: parseMoment(time!, host.now()) };
}

function wordsOf(args: Arguments): string[] {
  const option = (flag: string, value?: string) => value === undefined ? [] : [flag, value];
  return [
    "snapshot",
    "rollback",
    ...option("--session", text(args, "session_id")),
    ...option("--time", text(args, "timestamp")),
    ...option("--workspace", text(args, "workspace")),
    ...(texts(args, "file_paths") ?? []).flatMap((file) => ["--file", file]),
    ...(args.snapshot_id === undefined ? [] : [String(args.snapshot_id)]),
    "--apply",
  ];
}

/** An agent may undo its own work in a project; what is in a home is the user's. */
function questionsOf({ kind, root, to, plan }: RollbackResult): Question[] {
  if (kind === "workspace") return [];
  const message = `Roll ${root} back to ${to.at}? ${plan.create} files come back, ` +
    `${plan.overwrite} are replaced, ${plan.set_aside} are set aside.`;
  return [{ word: "ROLLBACK", message }];
}

/** `snapshot rollback`. */
export const snapshotRollback: Tool = {
  name: "snapshot_rollback",
  title: "Roll files back",
  description: "Brings files of a project or home back to what they were before a session, at a " +
    "time, or at a snapshot: changed and deleted ones return, later ones are set aside. First a " +
    "preview, then, with its token, the rollback; undo takes it back.",
  parameters: {
    session_id: {
      type: "string",
      description: "To before this session: its id, or a unique beginning.",
    },
    timestamp: { type: "string", description: "To this time: ISO 8601, or 10m, 8h ago." },
    snapshot_id: { type: "string", description: "To this snapshot, from snapshot_list." },
    file_paths: {
      type: "array",
      items: { type: "string" },
      description: "Only these files or folders.",
    },
    workspace: {
      type: "string",
      description: "The project's folder. Default: what the session, the files or the snapshot " +
        "are about, else the folder around the current one.",
    },
    dry_run: {
      type: "boolean",
      default: true,
      description: "False together with a token; a token alone means the same.",
    },
    token: TOKEN,
  },
  effect: "changes",
  async run({ host, ...call }, args) {
    if (args.dry_run === false && args.token === undefined) {
      throw new LifeboatError("refused", "token_required", "There was no preview yet", {
        hint: "Call it without dry_run first, show the user what it would do, and give its token.",
      });
    }
    const { findPlace, oneScope, withStoreThere } = await import("../../snapshots/mod.ts");
    const { applyRollback, planRollback, refuseInterruptedRollback } = await import(
      "../../restore/mod.ts"
    );
    const { resolve } = pathsOf(host.platform);
    const moment = momentOf(host, args);
    const [session, file] = [text(args, "session_id"), texts(args, "file_paths")];
    const named = { session, file, workspace: text(args, "workspace") };
    return await withStoreThere(host, async (store) => {
      const scope = oneScope(store, named, text(args, "snapshot_id"));
      const files = file?.map((one) => findPlace(store, resolve(one)));
      const options = { store, scope, choice: { moment, files } };
      refuseInterruptedRollback(host, options);
      return await previewOrApply<RollbackResult>({ host, ...call }, args, {
        plan: () => planRollback(host, options),
        bound: ({ to, root, plan: { running: _, ...plan } }) => [to, root, plan],
        questions: questionsOf,
        busy: ({ plan }) => plan.running.length > 0 ? scope.home!.profile.name : undefined,
        command: commandLine(host, wordsOf(args)),
        apply: () => applyRollback(host, { ...options, confirmed: true }),
      });
    });
  },
};
