import { assert } from "../assert.ts";
import { parseLine } from "../support/command_lines.ts";

const ROOT = new URL("../../", import.meta.url);

/** The command lines in the indented or fenced blocks of a document. */
function commandLines(document: string): string[] {
  const text = Deno.readTextFileSync(new URL(document, ROOT));
  return [...text.matchAll(/^\s*(?:lifeboat|\.\/restore-standalone) (\S.*?)(?: {2,}.*)?$/gm)]
    .map(([, line]) => line.split(" | ")[0]); // what another program gets of it is not ours
}

Deno.test("every command line in the documents is one that the program accepts", () => {
  const found = ["README.md", "kit/restore/RESTORE.md"].flatMap(commandLines);
  assert.ok(found.length >= 20, found.join("\n"));
  for (const line of found) assert.doesNotThrow(() => parseLine(line), line);
});

Deno.test("the README's first screen has the two commands that do everything", () => {
  const screen = Deno.readTextFileSync(new URL("README.md", ROOT)).split("\n").slice(0, 24);
  for (const command of ["sh scripts/deno task demo", "sh scripts/deno task test"]) {
    assert.ok(screen.some((line) => line.startsWith(command)), command);
  }
});

Deno.test("the links in the README lead somewhere", () => {
  const text = Deno.readTextFileSync(new URL("README.md", ROOT));
  const targets = Array.from(text.matchAll(/\]\(([^)#]+)\)/g), ([, target]) => target);
  for (const target of targets.filter((one) => !one.startsWith("https://"))) {
    assert.ok(Deno.statSync(new URL(target, ROOT)).isFile, target);
  }
});
