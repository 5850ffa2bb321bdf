/** The server's entry in configurations of all kinds: what is added, byte by byte, and taken away. */
import fc from "fast-check";
import JSON5 from "json5";
import { parse as parseToml } from "smol-toml";
import type { McpConfig } from "../../src/agents/mcp_entry.ts";
import { CLAUDE, jsonConfig, OPENCLAW } from "../../src/agents/mcp_json.ts";
import { codexConfig } from "../../src/agents/mcp_toml.ts";
import { assert, rejectsWith } from "../assert.ts";

const ENTRY = { command: "/opt/it's/lifeboat", args: ["mcp", "--profile", "codex"] };
const MOVED = { ...ENTRY, command: "C:\\Programs\\lifeboat.exe" };

const TABLE = `[mcp_servers.lifeboat]
command = "/opt/it's/lifeboat"
args = ["mcp", "--profile", "codex"]
tool_timeout_sec = 3600
`;

const toml = codexConfig("/h/config.toml");
const claude = jsonConfig("/u/.claude.json", CLAUDE);
const claw = jsonConfig("/u/openclaw.json", OPENCLAW);

/** Asserts what is added, and that taking it away gives the text from before. */
function assertAdded(config: McpConfig, before: string, after: string, left = before): void {
  assert.equal(config.add(before, ENTRY), after);
  assert.equal(config.remove(after), left);
}

Deno.test("config.toml gets a table at its end, whatever stands before", () => {
  assertAdded(toml, "", TABLE);
  const odd = `# mine\nmodel="o3"   # fast\n\n\n[ mcp_servers . "other" ] # keep\ncommand='x'\n` +
    `args = [ "a", # one\n  "b" ]\n[tui]\n`;
  assertAdded(toml, odd, `${odd}\n${TABLE}`);
  assertAdded(toml, "a = 1", `a = 1\n\n${TABLE}`, "a = 1\n");
  const crlf = "a = 1\r\n";
  assertAdded(toml, crlf, `a = 1\r\n\r\n${TABLE.replaceAll("\n", "\r\n")}`);
  const dotted = `mcp_servers.x.command = "y"\n`;
  assertAdded(toml, dotted, `${dotted}\n${TABLE}`);
});

Deno.test("what the agent or the user has added to the table goes with it, other comments stay", () => {
  const text = `[mcp_servers.lifeboat] # ours\ncommand = "/x/lifeboat"\nargs = ["mcp"]\n` +
    `enabled = true\n\n[mcp_servers.lifeboat.tools.backup_create]\napproval_mode = "approve"\n\n` +
    `# about b\n[mcp_servers.b]\ncommand = "b"\n`;
  assert.equal(toml.remove(text), `\n# about b\n[mcp_servers.b]\ncommand = "b"\n`);
});

Deno.test("where the program has moved only its path and arguments change", () => {
  const extra = `${TABLE}enabled = false # for now\n\n[after]\n`;
  const moved = toml.replace(extra, MOVED);
  const line = `command = "C:\\\\Programs\\\\lifeboat.exe"`;
  assert.equal(moved, extra.replace(`command = "/opt/it's/lifeboat"`, line));
  assert.equal((parseToml(moved) as Nested).mcp_servers.lifeboat.command, MOVED.command);
  const json = `{"mcpServers": {"lifeboat": {"command": "/old/lifeboat", /**/ "args": ["mcp"]}}}`;
  assert.equal(
    jsonConfig("/x", { ...CLAUDE, parse: JSON5.parse }).replace(json, ENTRY),
    json.replace("/old/lifeboat", ENTRY.command)
      .replace(`["mcp"]`, `[ "mcp", "--profile", "codex" ]`),
  );
});

Deno.test("variables that are others now are replaced where they stand, and nothing else is", () => {
  const env = { CODEX_HOME: "/it's/here" };
  const set = `\n[mcp_servers.lifeboat.env]\nCODEX_HOME = "/it's/here"\n`;
  const around = (variables: string) =>
    `a = 1 # mine\n\n${TABLE}enabled = false # for now\n${variables}\n# b\n[b]\nx=1`;
  assert.equal(toml.replace(around(""), { ...ENTRY, env }), around(set));
  assert.equal(toml.replace(around(set), ENTRY), around(""));
  const moved = toml.replace(around(set), { ...ENTRY, env: { CODEX_HOME: "/there" } });
  assert.equal(moved, around(set.replace("/it's/here", "/there")));
  assert.equal(toml.replace(around(set), { ...ENTRY, env }), around(set));
  const end = TABLE.trimEnd();
  assert.equal(toml.replace(end, { ...ENTRY, env }), `${TABLE}${set}`);
  const crlf = around(set).replaceAll("\n", "\r\n");
  assert.equal(toml.replace(crlf, ENTRY), around("").replaceAll("\n", "\r\n"));
  const json = (variables: string) =>
    `{ mcp: { servers: { lifeboat: { /* ours */ command: "/opt/it's/lifeboat",\n` +
    `  args: ['mcp', '--profile', 'codex'], requestTimeoutMs: 5${variables} } } } }`;
  const written = `, "env": { "CODEX_HOME": "/it's/here" }`;
  assert.ok(claw.replace(json(""), { ...ENTRY, env }).includes(`"CODEX_HOME": "/it's/here"`));
  const there = claw.replace(json(written), { ...ENTRY, env: { CODEX_HOME: "/there" } });
  assert.equal(there, json(written.replace("/it's/here", "/there")));
  assert.deepEqual(JSON5.parse(claw.replace(json(written), ENTRY)), JSON5.parse(json("")));
});

Deno.test("variables that are written in another way are not touched", async () => {
  const texts = [
    `${TABLE}env = { A = "b" }\n`,
    `${TABLE}env.A = "b"\n`,
    `[mcp_servers]\nlifeboat = { command = "/x/lifeboat", args = ["mcp"] }\n`,
  ];
  for (const text of texts) {
    await rejectsWith(() => toml.replace(text, { ...ENTRY, env: { A: "c" } }), "cannot_edit");
  }
});

type Nested = { mcp_servers: Record<string, Record<string, unknown>> };

Deno.test("a config.toml that cannot be changed safely is refused", async () => {
  for (
    const text of [
      `mcp_servers = { a = { command = "x" } }\n`,
      `[mcp_servers]\nlifeboat = { command = "/x/lifeboat", args = ["mcp"] }\n`,
    ]
  ) {
    const act = () => toml.find(text) ? toml.remove(text) : toml.add(text, ENTRY);
    await rejectsWith(act, "cannot_edit");
  }
  for (const text of ["= broken", "mcp_servers = 1\n", `a = "unclosed\n`]) {
    await rejectsWith(() => toml.add(text, ENTRY), "bad_config");
  }
});

const CLAUDE_ENTRY = `"lifeboat": {
      "type": "stdio",
      "command": "/opt/it's/lifeboat",
      "args": [
        "mcp",
        "--profile",
        "codex"
      ]
    }`;

Deno.test(".claude.json gets an entry that looks like the others", () => {
  const before = `{
  "numStartups": 3,
  "mcpServers": {
    "other": { "command": "x" }
  },
  "projects": {}
}`;
  const other = `"other": { "command": "x" }`;
  assertAdded(claude, before, before.replace(other, `${other},\n    ${CLAUDE_ENTRY}`));
  const none = `{\n  "numStartups": 3\n}\n`;
  const made = `{\n  "numStartups": 3,\n  "mcpServers": {\n    ${CLAUDE_ENTRY}\n  }\n}\n`;
  assertAdded(claude, none, made, `{\n  "numStartups": 3,\n  "mcpServers": {\n  }\n}\n`);
  assertAdded(
    claude,
    `{"mcpServers":{"a":{}},"b":[1,{}]}`,
    `{"mcpServers":{"a":{}, "lifeboat": { "type": "stdio", "command": "/opt/it's/lifeboat", ` +
      `"args": [ "mcp", "--profile", "codex" ] }},"b":[1,{}]}`,
  );
  const created = claude.add(undefined, ENTRY);
  assert.deepEqual(Object.keys(JSON.parse(created).mcpServers), ["lifeboat"]);
});

Deno.test("openclaw.json keeps its comments, quotes and trailing commas", () => {
  const before = `// mine
{
\tagents: { defaults: { workspace: '~/w', } }, /* here */
\tmcp: {
\t\tservers: {
\t\t\t'docs': { url: "https://x//y" }, // a {comment}
\t\t\t// the last one
\t\t},
\t},
}
`;
  const entry = `"lifeboat": {
\t\t\t\t"command": "/opt/it's/lifeboat",
\t\t\t\t"args": [
\t\t\t\t\t"mcp",
\t\t\t\t\t"--profile",
\t\t\t\t\t"codex"
\t\t\t\t],
\t\t\t\t"requestTimeoutMs": 3600000
\t\t\t}`;
  const last = "\t\t\t// the last one\n";
  assertAdded(claw, before, before.replace(last, `${last}\t\t\t${entry},\n`));
  const noted = "{\n  mcp: {\n    servers: {\n      a: 1 // note\n    }\n  }\n}\n";
  const grown = claw.add(noted, ENTRY);
  assert.ok(grown.startsWith(noted.slice(0, noted.indexOf(" // note")) + ", // note\n"), grown);
  assert.equal(claw.remove(grown), noted);
  assert.deepEqual(JSON5.parse(claw.add("{}", ENTRY)).mcp.servers.lifeboat.args, ENTRY.args);
});

Deno.test("what is no object, or not what the agent writes, is refused", async () => {
  const bad = ["[]", "nonsense", `{"mcpServers": []}`, `{"mcpServers": {"a": 1}`, "null", "{]"];
  for (const text of bad) await rejectsWith(() => claude.find(text), "bad_config");
  await rejectsWith(() => claude.add("{'a': 1}", ENTRY), "bad_config");
  await rejectsWith(() => claw.find(`{mcp: {servers: "x"}}`), "bad_config");
});

/** Objects as people write them: comments and blanks anywhere, all kinds of quotes. */
const written = fc.jsonValue({ maxDepth: 3 }).chain((value) =>
  fc.record({
    blanks: fc.array(fc.constantFrom(" ", "\n", "\r\n", "\t", "/* } */", "// { \" '\n"), {
      minLength: 1,
      maxLength: 8,
    }),
    trailing: fc.boolean(),
    indent: fc.constantFrom(undefined, 2, "\t"),
    others: fc.constant(value),
  })
);

Deno.test("whatever else a configuration holds, adding and removing mean just that", () =>
  fc.assert(fc.property(written, ({ blanks, trailing, indent, others }) => {
    const body = JSON.stringify({ others, mcp: { servers: { a: others } } }, null, indent);
    let n = 0;
    const blank = () => blanks[n++ % blanks.length];
    const inside = body.slice(1, -1);
    const text = `${blank()}{${blank()}${inside}${trailing ? "," : ""}${blank()}}${blank()}`;
    const before = JSON5.parse(text);
    const added = claw.add(text, ENTRY);
    const { lifeboat, ...rest } = JSON5.parse(added).mcp.servers;
    assert.deepEqual([lifeboat.command, rest], [ENTRY.command, before.mcp.servers]);
    assert.deepEqual(JSON5.parse(claw.remove(added)), before);
  })));
