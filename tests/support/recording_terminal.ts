import type { Terminal } from "../../src/cli/terminal.ts";

/** A terminal that keeps what it is told, and answers questions from a list. */
export function recordingTerminal(
  changes: Partial<Terminal> = {},
  lines: string[] = [],
): { terminal: Terminal; output(): string; errors(): string } {
  let output = "";
  let errors = "";
  const answers = [...lines];
  const terminal: Terminal = {
    interactive: false,
    outIsTerminal: false,
    errIsTerminal: false,
    columns: () => 80,
    out: (text) => void (output += text),
    err: (text) => void (errors += text),
    readLine: () => Promise.resolve(answers.shift()),
    readSecret: () => Promise.resolve(answers.shift() ?? ""),
    input: () => ReadableStream.from([]),
    async *readKeys() {
      await Promise.resolve();
      for (const key of answers.splice(0)) yield key;
    },
    readAll: () => answers.splice(0).join("\n"),
    ...changes,
  };
  return { terminal, output: () => output, errors: () => errors };
}
