/** Putting a backup, or single conversations of one, back. */
import type { Backup } from "../../archive/mod.ts";
import { type Host, isInside, pathsOf } from "../../base/mod.ts";
import type { Home } from "../../profiles/mod.ts";
import type { RestoreOptions, RestoreResult } from "../../restore/mod.ts";
import { commandLine, previewOrApply } from "../change.ts";
import { type Arguments, BACKUP_ID, PASSWORD, PASSWORD_FILE, TOKEN } from "../parameter.ts";
import type { Question } from "../question.ts";
import type { Call, Tool } from "../tool.ts";
import { openingOf, scopeOf, text, texts } from "./choose.ts";

const OF_BACKUP = {
  type: "string" as const,
  description: "Which agent's home: codex, claude-code, openclaw, … Default: the backup's own.",
};

const FROM_REMOTE = {
  type: "string" as const,
  description: "The copy at this backend; only what is needed is downloaded.",
};

/** Opens the backup that is meant, on this machine or at a backend. */
async function open(call: Call, args: Arguments, id: string): Promise<Backup> {
  const { host } = call;
  const scope = await scopeOf(call, args, id);
  const opening = await openingOf(host, args);
  const remote = text(args, "from_remote");
  if (remote === undefined) {
    const { findBackup } = await import("../../catalog/mod.ts");
    const { openBackup } = await import("../../archive/mod.ts");
    return await openBackup(host, await findBackup(host, id, scope), opening);
  }
  const { findRemote, openBackend, openRemoteBackup } = await import("../../remote/mod.ts");
  const { backend } = openBackend(host, remote);
  const record = await findRemote(host, backend, id, { profile: scope.profile?.id });
  return await openRemoteBackup(host, backend, record, opening);
}

/** The home to restore to: that of the backup's own profile unless another is named. */
async function targetOf(host: Host, args: Arguments, { head }: Backup): Promise<Home> {
  const { findProfile, resolveHome } = await import("../../profiles/mod.ts");
  return resolveHome(host, findProfile(host, text(args, "profile") ?? head.profile));
}

/**
 * Whether the agent could write there itself: below the folder that it works in. Folders with a dot
 * configure something: homes of agents, hooks of git.
 */
async function isOwnFolder(host: Host, path: string): Promise<boolean> {
  const { realPathOf } = await import("../../profiles/mod.ts");
  const { platform } = host;
  const { relative, resolve, sep } = pathsOf(platform);
  const [user, here, there] = [host.userHome, resolve("."), path].map((one) =>
    realPathOf(host, one)
  );
  const isBelow = !isInside(user, here, platform) && isInside(there, here, platform);
  const way = relative(isInside(here, user, platform) ? user : here, there).split(sep);
  return isBelow && !way.some((name) => name.startsWith("."));
}

/** What a person has to agree to: a restore into a home, or out of the agent's own folder. */
async function questionsOf(
  host: Host,
  { plan }: RestoreResult,
  { backup, targetDir }: RestoreOptions,
): Promise<Question[]> {
  if (plan.changes_nothing) return [];
  const { create, overwrite, set_aside, activates, requires_trust } = plan;
  const into = targetDir ?? plan.target_home;
  const restore = {
    word: "RESTORE",
    message: `Restore ${backup.head.backup_name} into ${into}? ${create} files come back, ` +
      `${overwrite} are replaced, ${set_aside} are set aside.`,
  };
  const what = [...new Set(activates.map((one) => one.what))].join(", ");
  const trust = {
    word: "TRUST",
    message: `Nobody known has signed this backup. Activate what it brings along: ${what}?`,
  };
  const alone = targetDir !== undefined && await isOwnFolder(host, targetDir);
  return [...(alone ? [] : [restore]), ...(requires_trust ? [trust] : [])];
}

/** The words that carry out the same on a command line. */
function wordsOf(args: Arguments, id: string, { targetDir, only, sessions }: RestoreOptions) {
  const option = (flag: string, value?: string) => value === undefined ? [] : [flag, value];
  return [
    "restore",
    id,
    ...option("--profile", text(args, "profile")),
    ...option("--from-remote", text(args, "from_remote")),
    ...option("--target", targetDir),
    ...(only ?? []).flatMap((glob) => ["--only", glob]),
    ...(sessions ?? []).flatMap((session) => ["--session", session]),
    ...(args.missing_only === true ? ["--missing-only"] : []),
    "--apply",
  ];
}

/** The plan with only those of its items that change something. */
function changesOf(planned: RestoreResult): RestoreResult {
  const { plan } = planned;
  const items = plan.items?.filter(({ action }) => action !== "unchanged" && action !== "kept");
  return { ...planned, plan: { ...plan, items } };
}

type Selection = Pick<RestoreOptions, "targetDir" | "only" | "sessions" | "missingOnly">;

async function restore(call: Call, args: Arguments, id: string, selection: Selection) {
  const { host } = call;
  const { applyRestore, planRestore, refuseInterrupted, targetHomeOf } = await import(
    "../../restore/mod.ts"
  );
  const backup = await open(call, args, id);
  try {
    const home = await targetOf(host, args, backup);
    const options: RestoreOptions = { backup, home, ...selection, listFiles: true };
    refuseInterrupted(host, targetHomeOf(host, options));
    return await previewOrApply<RestoreResult>(call, args, {
      plan: async () => changesOf(await planRestore(host, options)),
      bound: ({ plan: { running: _, ...plan }, source_manifest: manifest, signature }) => {
        return [plan, manifest, signature];
      },
      questions: (planned) => questionsOf(host, planned, options),
      busy: ({ plan }) => plan.running.length > 0 ? home.profile.name : undefined,
      command: commandLine(host, wordsOf(args, backup.head.backup_name, options)),
      apply(planned) {
        const trust = planned.plan.requires_trust;
        return applyRestore(host, { ...options, listFiles: false, trust, confirmed: true });
      },
    });
  } finally {
    backup.close();
  }
}

/** `restore`. */
export const backupRestore: Tool = {
  name: "backup_restore",
  title: "Restore a backup",
  description: "Puts a backup back, all or nothing: first a preview of what would change, then, " +
    "with its token, the restore. Into a home the user has to confirm it, and the agent that owns " +
    "the home must be closed. A backup of what is there is made before; undo takes it back.",
  parameters: {
    backup_id: BACKUP_ID,
    target: {
      type: "string",
      description: "Write everything below this folder, and nothing elsewhere; to look into a " +
        "backup. Without it, the agent's home.",
    },
    from_remote: FROM_REMOTE,
    only: {
      type: "array",
      items: { type: "string" },
      description: "Only what is named: skills, sessions/2026/**, agents:skills.",
    },
    missing_only: {
      type: "boolean",
      description: "Put back what is gone, and touch nothing that is there.",
    },
    profile: OF_BACKUP,
    password_file: PASSWORD_FILE,
    password: PASSWORD,
    token: TOKEN,
  },
  required: ["backup_id"],
  effect: "changes",
  network: true,
  async run(call, args) {
    const target = text(args, "target");
    return await restore(call, args, text(args, "backup_id")!, {
      targetDir: target === undefined ? undefined : pathsOf(call.host.platform).resolve(target),
      only: texts(args, "only"),
      missingOnly: args.missing_only === true,
    });
  },
};

/** `restore --session`. */
export const sessionRestore: Tool = {
  name: "session_restore",
  title: "Bring a conversation back",
  description: "Brings one conversation back from a backup, beside newer ones, with all that " +
    "belongs to it. First a preview, then, with its token, the restore; the user has to confirm it, " +
    "and the agent must be closed. Find the id with sessions_list and backup_id.",
  parameters: {
    session_id: { type: "string", description: "The conversation's id, or the beginning of it." },
    backup_id: { ...BACKUP_ID, description: `${BACKUP_ID.description} Default: latest.` },
    from_remote: FROM_REMOTE,
    profile: OF_BACKUP,
    password_file: PASSWORD_FILE,
    password: PASSWORD,
    token: TOKEN,
  },
  required: ["session_id"],
  effect: "changes",
  network: true,
  run(call, args) {
    const id = text(args, "backup_id") ?? "latest";
    return restore(call, args, id, { sessions: [text(args, "session_id")!] });
  },
};
