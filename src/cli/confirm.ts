import { LifeboatError } from "../base/mod.ts";
import type { Context } from "./command.ts";
import type { Terminal } from "./terminal.ts";

/** What has to be typed before files of a home are replaced. */
const WORD = "RESTORE";

/**
 * Asks on the terminal whether to restore. Throws `not_confirmed` unless the answer is RESTORE,
 * `interrupted` when the user stops instead.
 */
export async function askForRestore({ host, terminal }: Context): Promise<void> {
  terminal.err(`\nType ${WORD} to restore; anything else changes nothing.\n`);
  terminal.err(`输入 ${WORD} 开始恢复；输入其他内容不会有任何改动。\n> `);
  if ((await terminal.readLine(host.signal))?.trim() === WORD) return;
  throw new LifeboatError("refused", "not_confirmed", "Not restored: nothing was changed", {
    hint: `To restore, answer ${WORD}.`,
  });
}

/** Keeps a window open that would close with the program. */
export async function waitForEnter(terminal: Terminal, signal: AbortSignal): Promise<void> {
  if (!terminal.interactive || signal.aborted) return;
  terminal.err("\nPress Enter to close. 按回车键关闭。\n");
  await terminal.readLine(signal).catch(() => {}); // Ctrl-C closes it as well
}
