import { completionScript, SHELLS } from "../../src/cli/completion_scripts.ts";
import { allWords } from "../../src/cli/completions.ts";
import { createProgram } from "../../src/cli/usage.ts";
import { assert } from "../assert.ts";
import { defineCommands } from "../support/command_lines.ts";

function words() {
  const program = createProgram(() => {});
  defineCommands(program);
  return allWords(program);
}

/** What bash offers for the last word of a line. */
function offered(line: string): string[] {
  const script = [
    completionScript("bash", words()),
    'COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _lifeboat; printf "%s\\n" "${COMPREPLY[@]}"',
  ].join("\n");
  const { stdout, success } = new Deno.Command("bash", {
    args: ["-c", script, "bash", ...line.split(" ")],
  }).outputSync();
  assert.ok(success);
  return new TextDecoder().decode(stdout).trim().split("\n");
}

Deno.test("bash offers commands, their commands, options, and choices", () => {
  assert.deepEqual(offered("lifeboat rest"), ["restore"]);
  assert.deepEqual(offered("lifeboat snapshot ro"), ["rollback"]);
  assert.deepEqual(offered("lifeboat --json restore latest --onl"), ["--only"]);
  assert.deepEqual(offered("lifeboat install sk"), ["skills"]);
  assert.deepEqual(offered("lifeboat restore --js"), ["--json"]);
  assert.ok(offered("lifeboat ").includes("backup"));
  assert.ok(!offered("lifeboat snapshot ").includes("backup"));
  assert.deepEqual(offered("lifeboat nonsense-"), [""]);
});

Deno.test("words of the command line are never run by the shell that completes it", () => {
  const line = "lifeboat $(touch /tmp/x) `id` restore ;reboot --onl";
  assert.deepEqual(offered(line), ["--only"]);
});

Deno.test("the script of each shell knows every command and option", () => {
  const all = words();
  assert.ok(Object.keys(all).length > 40);
  for (const list of Object.values(all)) {
    for (const word of list) assert.match(word, /^[\w-]+$/); // nothing that a shell would read
  }
  for (const shell of SHELLS) {
    const script = completionScript(shell, all);
    for (const path of Object.keys(all)) {
      assert.ok(script.includes(`'${path}'`), `${shell} ${path}`);
    }
    assert.ok(script.includes("--missing-only"), shell);
  }
});
