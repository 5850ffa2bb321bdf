import { addHooks, type Hook, removeHooks } from "../../src/agents/hooks_config.ts";
import { hooksOf } from "../../src/agents/install_hooks.ts";
import { assert, rejectsWith } from "../assert.ts";

const PROGRAM = "/home/user/.local/bin/lifeboat";
const hooks = hooksOf(PROGRAM, "claude-code", "linux");

function add(text: string | undefined, some: Hook[] = hooks): string {
  return addHooks(text, some, "settings.json");
}

const remove = (text: string) => removeHooks(text, "settings.json");

/** Texts as users have them. */
const FIXTURES: Record<string, string> = {
  "one line": `{"model":"opus"}`,
  "no line at the end": `{\n  "model": "opus"\n}`,
  "four spaces and other hooks": `{
    "hooks": {
        "PreToolUse": [
            { "matcher": "Bash", "hooks": [{ "type": "command", "command": "my-check" }] }
        ],
        "Notification": [{"hooks": [{"type": "command", "command": "beep"}]}]
    },
    "permissions": {"allow": ["Bash(ls:*)"],   "deny": []}
}
`,
  "tabs": `{\n\t"env": {\n\t\t"A": "1"\n\t}\n}\n`,
  "Windows line ends": `{\r\n  "model": "opus"\r\n}\r\n`,
  "comments and a trailing comma":
    `// mine\n{\n  /* keep */\n  "model": "opus", // this one\n  "hooks": {\n    // none yet\n    "Stop": [],\n  },\n}\n`,
};

for (const [name, text] of Object.entries(FIXTURES)) {
  Deno.test(`hooks are put in and taken out of a text with ${name}`, () => {
    const added = add(text);
    assert.equal(add(added), added, "a second time changes nothing");
    for (const line of text.split(/\r?\n/)) {
      for (const word of line.match(/[\w(:*)-]{3,}|\/\*.*\*\/|\/\/.*/g) ?? []) {
        assert.ok(added.includes(word), `${word} is lost`);
      }
    }
    const removed = remove(added);
    assert.equal(remove(removed), removed);
    assert.ok(!removed.includes("lifeboat"));
    assert.equal(squeezed(removed), squeezed(text.replace(/"Stop": \[\],/, "")));
  });
}

/** Without spaces, and without what may be empty after our hooks have gone. */
function squeezed(text: string): string {
  return text.replaceAll(/\s+/g, "").replace(/,?"hooks":\{(\/\/noneyet)?\},?/, "$1")
    .replaceAll(/,(?=\})/g, "").replace("//noneyet", "");
}

Deno.test("what is added looks like the rest of the text", () => {
  const added = add(FIXTURES["tabs"], hooks.slice(2, 3));
  assert.equal(
    added,
    `{
\t"env": {
\t\t"A": "1"
\t},
\t"hooks": {
\t\t"SessionStart": [
\t\t\t{
\t\t\t\t"hooks": [
\t\t\t\t\t{
\t\t\t\t\t\t"type": "command",
\t\t\t\t\t\t"command": "${PROGRAM} hook claude-code",
\t\t\t\t\t\t"timeout": 10
\t\t\t\t\t}
\t\t\t\t]
\t\t\t}
\t\t]
\t}
}
`,
  );
  assert.ok(!add(FIXTURES["Windows line ends"]).replaceAll("\r\n", "").includes("\n"));
});

Deno.test("hooks of another place of the program are replaced", () => {
  const moved = add(add(undefined), hooksOf("/opt/lifeboat", "claude-code", "linux"));
  assert.ok(!moved.includes(PROGRAM));
  assert.equal(moved.match(/\/opt\/lifeboat hook claude-code/g)?.length, hooks.length);
});

Deno.test("a hook of the user that calls lifeboat otherwise is left alone", () => {
  const own = `{"hooks":{"Stop":[{"hooks":[{"type":"command","command":"lifeboat backup"}]}]}}`;
  assert.equal(remove(own), own);
  assert.ok(add(own).includes(`"lifeboat backup"`));
});

Deno.test("our hook in a group of the user leaves, the group stays", () => {
  const ours = { type: "command", command: `${PROGRAM} hook claude-code` };
  const text = JSON.stringify({
    hooks: { Stop: [{ hooks: [{ type: "command", command: "beep" }, ours] }] },
  });
  assert.deepEqual(JSON.parse(remove(text)), {
    hooks: { Stop: [{ hooks: [{ type: "command", command: "beep" }] }] },
  });
});

Deno.test("what is not the agent's configuration is not touched", async () => {
  for (const text of ["", "{", "[]", `{"hooks": []}`, `{"hooks": {"Stop": {}}}`, "null"]) {
    await rejectsWith(() => add(text), "bad_config");
  }
});

Deno.test("a path with spaces or quotes is one word of the command", () => {
  const [{ handler }] = hooksOf("/home/o'brien/my tools/lifeboat", "codex", "linux");
  assert.equal(handler.command, `'/home/o'\\''brien/my tools/lifeboat' hook codex`);
  const [windows] = hooksOf("C:\\Program Files\\lifeboat.exe", "claude-code", "windows");
  assert.deepEqual(windows.handler.args, ["hook", "claude-code"]);
  for (const [agent, platform] of [["codex", "windows"], ["claude-code", "windows"]] as const) {
    const text = addHooks("{}", hooksOf("C:\\P F\\lifeboat.exe", agent, platform), "f");
    assert.equal(JSON.stringify(JSON.parse(removeHooks(text, "f"))), "{}");
  }
});
