// Control characters, and the invisible ones that turn the direction of text around: a file name
// must not be able to move a terminal's cursor or to look like another name (design.md 1.9).
// deno-lint-ignore no-control-regex -- these are the characters looked for
const UNPRINTABLE = /[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** Text with control and bidirectional characters escaped, safe for a terminal. */
export function printable(text: string): string {
  return text.replaceAll(UNPRINTABLE, (char) => {
    const code = char.charCodeAt(0);
    return code < 0x100
      ? `\\x${code.toString(16).padStart(2, "0")}`
      : `\\u${code.toString(16).padStart(4, "0")}`;
  });
}
