/** Text that is added to a file of instructions: marked, and never twice. Pure. */

/** What is added, and where it comes from. */
export interface Addition {
  /** `Codex AGENTS.md`. */
  label: string;
  content: string;
}

/** Whether a text has that content already, as its own or by an earlier migration. */
export function hasContent(text: string | undefined, { content }: Addition): boolean {
  const plain = (one: string) => one.replaceAll("\r\n", "\n").trim();
  return plain(content) === "" || (text !== undefined && plain(text).includes(plain(content)));
}

/** A text with an addition at its end. */
export function withAddition(text: string | undefined, addition: Addition): string {
  if (hasContent(text, addition)) return text ?? "";
  const { label, content } = addition;
  const block = `<!-- Imported from ${label} by lifeboat -->\n\n${content.trim()}\n`;
  return text === undefined || text.trim() === "" ? block : `${text.trimEnd()}\n\n${block}`;
}
