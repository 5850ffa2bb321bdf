/** What agents follow to install, update and uninstall. */
import { assert } from "../assert.ts";
import { parseLine } from "../support/command_lines.ts";

const ROOT = new URL("../../", import.meta.url);
const DOCUMENTS = [".codex", ".claude"].flatMap((folder) =>
  ["INSTALL", "UPDATE", "UNINSTALL"].map((name) => `${folder}/${name}.md`)
);

function read(document: string): string {
  return Deno.readTextFileSync(new URL(document, ROOT));
}

/** The command lines in the blocks for both kinds of shells. */
function commandLines(text: string): string[] {
  return [...text.matchAll(/lifeboat(?:\.exe)?" ([a-z].*?)(?: &&)?$/gm)].map(([, line]) => line);
}

Deno.test("every command line in the instructions is one that the program accepts", () => {
  for (const document of DOCUMENTS) {
    const lines = commandLines(read(document));
    assert.ok(lines.length >= 2, document);
    for (const line of lines) {
      const { flags } = parseLine(line);
      assert.equal(flags.json, true, line);
      const agent = document.startsWith(".codex") ? "codex" : "claude-code";
      assert.ok([undefined, agent].includes(flags.profile as string | undefined), line);
      if (flags.for) assert.deepEqual(flags.for, [agent]);
    }
  }
});

Deno.test("there is one block for each system, and both do the same", () => {
  for (const document of DOCUMENTS) {
    const text = read(document);
    const blocks = [...text.matchAll(/```(\w+)\n(.*?)```/gs)];
    assert.deepEqual(blocks.map(([, shell]) => shell), ["sh", "powershell"], document);
    const [sh, powershell] = blocks.map(([, , block]) => commandLines(block));
    assert.deepEqual(sh, powershell, document);
  }
});

Deno.test("the restart is handed over in English and Chinese", () => {
  for (const document of DOCUMENTS) {
    const said = read(document).split("\n").filter((line) => line.startsWith(">")).join(" ");
    assert.match(said, /[Pp]lease restart (Codex|Claude Code)/, document);
    assert.match(said, /请重启 (Codex|Claude Code)/, document);
  }
});
