/** `restore latest --profile all`: the newest backup of every home, each to the place of its home. */
import { asLifeboatError, type Host, LifeboatError, printable } from "../base/mod.ts";
import type { BackupItem, NewestBackups } from "../catalog/mod.ts";
import type { Answer, Context, GlobalFlags } from "./command.ts";
import { failureJson, failureText } from "./failure.ts";

/** How all homes are named. */
export const ALL_HINT = "Write: lifeboat restore latest --profile all";

interface EachFlags extends GlobalFlags {
  backupRoot?: string;
  fromRemote?: string;
}

/** A backup that is restored, as the command line would name it. */
interface Named {
  profile: string;
  id: string;
}

/** What was left out: another home of the same agent. */
interface LeftOut {
  id: string;
  profile: string | null;
  home: string | null;
}

interface Chosen {
  named: Named[];
  left_out: LeftOut[];
}

function chosen<Item extends BackupItem>(
  { newest, others }: NewestBackups<Item>,
  nameOf: (item: Item) => string,
): Chosen {
  return {
    named: newest.map((item) => ({ profile: item.profile!, id: nameOf(item) })),
    left_out: others.map(({ id, profile, home }) => ({ id, profile, home })),
  };
}

async function choose(host: Host, flags: EachFlags, id?: string): Promise<Chosen> {
  const isLatest = id === "latest" || (flags.fromRemote !== undefined && id?.endsWith("/latest"));
  if (!isLatest) {
    throw new LifeboatError("refused", "usage", "All homes are restored from their latest backup", {
      hint: ALL_HINT,
    });
  }
  if (flags.fromRemote === undefined) {
    const { findNewestOfEach } = await import("../catalog/mod.ts");
    const found = await findNewestOfEach(host, { backupRoot: flags.backupRoot, elsewhere: false });
    return chosen(found, ({ archives, backup_dir }) => archives[0] ?? backup_dir!);
  }
  const { newestRemote, openBackend } = await import("../remote/mod.ts");
  const found = await newestRemote(host, openBackend(host, flags.fromRemote), id!);
  return chosen(found, (item) => `${item.machine.id}/${item.id}`);
}

/** What became of one home. */
interface Attempt {
  answer: Answer;
  error?: LifeboatError;
}

/** One home; that it cannot be restored does not keep the others. */
async function attempt(restore: () => Promise<Answer>): Promise<Attempt> {
  try {
    return { answer: await restore() };
  } catch (thrown) {
    const error = asLifeboatError(thrown);
    if (error.kind === "interrupted") throw error;
    const result = failureJson(error, false);
    return { answer: { result, text: (style) => failureText(error, style) }, error };
  }
}

function leftOutText(left: LeftOut[]): string {
  const lines = left.map(({ id, profile, home }) =>
    printable(
      home === null
        ? `Left out: ${id}, encrypted, perhaps of another home of ${profile}; restore it by its ID`
        : `Left out: ${id}, of ${home}; restore it by its ID, with --home for another place`,
    )
  );
  return lines.map((line) => `\n${line}`).join("") + (lines.length > 0 ? "\n" : "");
}

/** Restores every home. Throws what the first one throws when none could be restored. */
export async function restoreEach(
  { host }: Context,
  flags: EachFlags,
  id: string | undefined,
  restoreOne: (profile: string, id: string) => Promise<Answer>,
): Promise<Answer> {
  const { named, left_out } = await choose(host, flags, id);
  const done: (Attempt & Named)[] = [];
  for (const one of named) {
    done.push({ ...one, ...await attempt(() => restoreOne(one.profile, one.id)) });
  }
  const [first] = done;
  if (done.every(({ error }) => error)) throw first.error;
  const results = done.map(({ profile, answer }) => ({ profile, ...answer.result }));
  const result = { ok: results.every(({ ok }) => ok), results, left_out };
  const text: Answer["text"] = (style) =>
    done.map(({ answer }) => answer.text(style)).join("\n") + leftOutText(left_out);
  return { result, text };
}
