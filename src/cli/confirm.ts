import { LifeboatError, printable } from "../base/mod.ts";
import type { Context } from "./command.ts";
import type { Terminal } from "./terminal.ts";

/** What has to be typed before files of a home are replaced, and what it does. */
interface Question {
  word: string;
  english: string;
  chinese: string;
  refused: string;
}

async function ask({ host, terminal }: Context, question: Question): Promise<void> {
  const { word, english, chinese, refused } = question;
  terminal.err(`\nType ${word} to ${english}; anything else changes nothing.\n`);
  terminal.err(`输入 ${word} 开始${chinese}；输入其他内容不会有任何改动。\n> `);
  if ((await terminal.readLine(host.signal))?.trim() === word) return;
  throw new LifeboatError("refused", "not_confirmed", `${refused}: nothing was changed`, {
    hint: `To ${english}, answer ${word}.`,
  });
}

/**
 * Asks on the terminal whether to restore. Throws `not_confirmed` unless the answer is RESTORE,
 * `interrupted` when the user stops instead.
 */
export function askForRestore(context: Context): Promise<void> {
  const [english, chinese] = ["restore", "恢复"];
  return ask(context, { word: "RESTORE", english, chinese, refused: "Not restored" });
}

/** The same about a backup of unknown origin, and what it would activate; the answer is TRUST. */
export function askForTrust(context: Context): Promise<void> {
  const [english, chinese] = ["trust it, with all that it activates", "信任它，并启用其中的内容"];
  return ask(context, { word: "TRUST", english, chinese, refused: "Not restored" });
}

/** The same before a restore is taken back; the answer is UNDO. */
export function askForUndo(context: Context): Promise<void> {
  const [english, chinese] = ["undo the restore", "撤销"];
  return ask(context, { word: "UNDO", english, chinese, refused: "Not undone" });
}

/** The same before files are rolled back; the answer is ROLLBACK. */
export function askForRollback(context: Context): Promise<void> {
  const [english, chinese] = ["roll back", "回滚"];
  return ask(context, { word: "ROLLBACK", english, chinese, refused: "Not rolled back" });
}

/** The same before conversations are re-homed; the answer is REMAP. */
export function askForRemap(context: Context): Promise<void> {
  const [english, chinese] = ["change the paths", "修改路径"];
  return ask(context, { word: "REMAP", english, chinese, refused: "Not remapped" });
}

/** The same before a backup is removed for good; the answer is DELETE. */
export function askForDelete(context: Context, id: string): Promise<void> {
  const english = `delete ${printable(id)} for good`;
  return ask(context, { word: "DELETE", english, chinese: "删除", refused: "Not deleted" });
}

/** The same before things are moved to another agent; the answer is MIGRATE. */
export function askForMigration(context: Context): Promise<void> {
  const english = "move what is planned";
  return ask(context, { word: "MIGRATE", english, chinese: "迁移", refused: "Not migrated" });
}

/** The same before an isolated home is backed up and removed; the answer is REMOVE. */
export function askForRemoval(context: Context, path: string): Promise<void> {
  const english = `back up and remove ${printable(path)}`;
  return ask(context, { word: "REMOVE", english, chinese: "移除", refused: "Not removed" });
}

/** Keeps a window open that would close with the program. */
export async function waitForEnter(terminal: Terminal, signal: AbortSignal): Promise<void> {
  if (!terminal.interactive || signal.aborted) return;
  terminal.err("\nPress Enter to close. 按回车键关闭。\n");
  await terminal.readLine(signal).catch(() => {}); // Ctrl-C closes it as well
}
