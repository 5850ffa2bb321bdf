import { printable } from "../base/mod.ts";
import { redact } from "../seal/mod.ts";
import type { Message } from "./messages.ts";

/**
 * A piece of a conversation, without secrets and fit for a terminal. It is never part of a result,
 * only of what a person sees who asked for it (design.md 1.9).
 */
export interface Excerpt {
  role: Message["role"];
  lines: string[];
}

const MAX_TEXT = 4000;
const AROUND = 60;

/** Cut where no character is taken apart. */
function cut(text: string, from: number, to: number): string {
  return text.slice(from, to).toWellFormed();
}

/** A message, at most 4,000 characters of it. */
export function excerptOf({ role, text }: Message): Excerpt {
  const shown = redact(text);
  const lines = cut(shown, 0, MAX_TEXT).split(/\r?\n/).map(printable);
  if (shown.length > MAX_TEXT) lines.push("...");
  return { role, lines };
}

/** The surroundings of a word in a message, in one line; nothing where the word is in a secret. */
export function snippetOf({ role, text }: Message, isWord: (text: string) => number) {
  const shown = redact(text);
  const at = isWord(shown);
  if (at < 0) return undefined;
  const [from, to] = [Math.max(0, at - AROUND), Math.min(shown.length, at + AROUND)];
  const piece = cut(shown, from, to).replaceAll(/\s+/g, " ").trim();
  const line = `${from > 0 ? "... " : ""}${printable(piece)}${to < shown.length ? " ..." : ""}`;
  return { role, lines: [line] } satisfies Excerpt;
}
