/** The skills, held against the Agent Skills specification (agentskills.io) and the program. */
import { assert } from "../assert.ts";
import { parseLine } from "../support/command_lines.ts";

const SKILLS = new URL("../../kit/skills/", import.meta.url);
const names = Array.from(Deno.readDirSync(SKILLS), ({ name }) => name).sort();

function read(name: string, file: string): string {
  return Deno.readTextFileSync(new URL(`${name}/${file}`, SKILLS));
}

/** Lines of `key: value`, which is all that these files use of YAML. */
function fieldsOf(text: string): Record<string, string> {
  return Object.fromEntries(
    text.trim().split("\n").map((line) => {
      const [, key, value] = /^([a-z_-]+): (.+)$/.exec(line) ?? assert.fail(line);
      // Neither may stand in a plain value: YAML would read it as something else.
      assert.ok(!/: | #|^[&*!|>%@`"'{[]/.test(value), line);
      return [key, value];
    }),
  );
}

function frontmatterOf(name: string): Record<string, string> {
  const [, head] = /^---\n(.*?)\n---\n/s.exec(read(name, "SKILL.md")) ?? assert.fail(name);
  return fieldsOf(head);
}

Deno.test("there is a skill for each agent that can have one", () => {
  const agents = ["claude-code", "codex", "openclaw"];
  assert.deepEqual(names, agents.map((agent) => `${agent}-environment-backup`));
});

Deno.test("the frontmatter of each skill is as the specification wants it", () => {
  for (const name of names) {
    const { name: named, description, license, compatibility, ...others } = frontmatterOf(name);
    assert.equal(named, name);
    assert.match(name, /^(?!.*--)[a-z0-9][a-z0-9-]{0,62}[a-z0-9]$/);
    assert.ok(description.length <= 1024 && !/[<>]/.test(description), description);
    assert.ok(compatibility.length <= 500);
    assert.equal(license, "MIT");
    assert.deepEqual(others, {});
    assert.ok(read(name, "SKILL.md").split("\n").length < 500, "the specification's advice");
  }
});

Deno.test("each skill is called by what users of the original said, in both languages", () => {
  const phrases: Record<string, string[]> = {
    "codex-environment-backup": [
      "备份当前 Codex 环境",
      "恢复 Codex 环境",
      "检查 Codex 备份",
      "列出 Codex 备份",
    ],
    "claude-code-environment-backup": ["back up Claude Code environment", "恢复 Claude Code 备份"],
    "openclaw-environment-backup": ["back up OpenClaw", "备份 OpenClaw 环境"],
  };
  for (const name of names) {
    const { description } = frontmatterOf(name);
    const all = [...phrases[name], "undo what you did", "撤销刚才的改动", "会话丢失了", "are gone"];
    for (const phrase of all) assert.ok(description.includes(phrase), `${name}: ${phrase}`);
  }
});

Deno.test("agents/openai.yaml has what Codex reads", () => {
  for (const name of names) {
    const fields = fieldsOf(read(name, "agents/openai.yaml"));
    assert.deepEqual(Object.keys(fields), ["display_name", "short_description", "default_prompt"]);
  }
});

/** The command lines of a document: those that stand in backticks. */
function commandLines(text: string): string[] {
  return [...text.matchAll(/`lifeboat ([^`]+)`/g)].map(([, line]) => line.replaceAll("\n", " "));
}

Deno.test("every command line in the skills is one that the program accepts", () => {
  for (const name of names) {
    const lines = commandLines(read(name, "SKILL.md"));
    assert.ok(lines.length > 15, name);
    const agent = name.replace("-environment-backup", "");
    for (const line of lines.filter((one) => !one.includes("…"))) {
      const { flags } = parseLine(line);
      assert.ok([undefined, agent].includes(flags.profile as string | undefined), line);
    }
  }
});

Deno.test("the skills keep to the rules that protect the user", () => {
  for (const name of names) {
    const text = read(name, "SKILL.md").replaceAll(/\s+/g, " ");
    for (
      const rule of [
        "Stop if `core_ok` or `path_scan_ok` is false",
        "`command_ok` is false, warn and go on",
        "Stop here unless the user explicitly confirms this plan",
        "Never restore into the home of the",
        "Never upload a backup unless the user asks",
        "Never delete a backup unless the user names it",
        "ask for approval and run the same command again",
      ]
    ) assert.ok(text.includes(rule), `${name}: ${rule}`);
  }
});
