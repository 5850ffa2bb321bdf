import type { Platform } from "./paths.ts";
import { printable } from "./text.ts";

/** A text as one word of a command line that a person copies: quoted where it needs to be. */
export function shellWord(text: string, platform: Platform): string {
  const safe = printable(text);
  if (/^[\w@%+=:,./~-]+$/.test(safe) && !safe.startsWith("~")) return safe;
  if (platform === "windows") return `"${safe}"`;
  return `'${safe.replaceAll("'", `'\\''`)}'`;
}
