import { parse } from "smol-toml";
import { pathMapping } from "../../../src/sessions/remap/paths.ts";
import { remapRule } from "../../../src/sessions/remap/rules.ts";
import { editTomlKeys, type IsKeyPath } from "../../../src/sessions/remap/toml_edit.ts";
import { assert } from "../../assert.ts";

const rule = remapRule("codex", "config.toml", false) as { isPath: IsKeyPath };

function edit(text: string, from = "/home/al", to = "/srv"): string | undefined {
  const mappings = [pathMapping(from, to)!];
  return editTomlKeys(text, rule.isPath, { mappings, onPath: () => {} });
}

const CONFIG = `# mine: [projects."/home/al/app"]
model = "x" # projects."/home/al/app"
notify = ["/home/al/bin/x", # [projects."/home/al/no"]
  "y"]
text = """
[projects."/home/al/no"]
"""
literal = '''
[projects."/home/al/no"]'''

[projects."/home/al/app"]   # trusted
trust_level = "trusted"

[projects.'/home/al/b"c']
trust_level = "untrusted"

[hooks.state."/home/al/.codex/hooks.json:stop:0:0"]
trusted_hash = "sha256:1"

[mcp_servers."/home/al/x"]
command = "/home/al/x"

[projects]
"/home/al/d" = { trust_level = "trusted" }
"/home/alice" . trust_level = "trusted"
`;

const AFTER = CONFIG
  .replace('\n[projects."/home/al/app"]', '\n[projects."/srv/app"]')
  .replace(`[projects.'/home/al/b"c']`, '[projects."/srv/b\\"c"]')
  .replace("/home/al/.codex/hooks.json", "/srv/.codex/hooks.json")
  .replace('\n"/home/al/d"', '\n"/srv/d"');

Deno.test("keys of projects and of trusted hooks change, and nothing else of the text", () => {
  assert.equal(edit(CONFIG), AFTER);
  assert.equal(edit(CONFIG.replaceAll("\n", "\r\n")), AFTER.replaceAll("\n", "\r\n"));
});

Deno.test("the keys of projects are written as Codex writes those of Windows", () => {
  const text = "[projects.'C:\\Users\\al\\app']\ntrust_level = \"trusted\"\n";
  const posix = edit(text, "C:\\Users\\al", "/home/al");
  assert.equal(posix, '[projects."/home/al/app"]\ntrust_level = "trusted"\n');
  assert.equal(edit(posix!, "/home/al", "C:\\Users\\al"), text);
  const escaped = '[projects."C:\\\\Users\\\\al"]\n';
  const { projects } = parse(edit(escaped, "C:\\Users\\al", "D:\\o'neill")!);
  assert.deepEqual(Object.keys(projects as object), ["D:\\o'neill"]);
});

Deno.test("a table is not renamed to one that is there, which Codex would not start with", () => {
  const text = '[projects."/home/al"]\na = 1\n[projects]\n"/srv" = {}\n';
  assert.equal(edit(text), undefined);
});

Deno.test("dotted keys and tables in a table are found", () => {
  assert.equal(
    edit(
      'projects."/home/al".trust_level = "trusted"\n[[a]]\n[ hooks . state . "/home/al/h:a:0:0" ]',
    ),
    'projects."/srv".trust_level = "trusted"\n[[a]]\n[ hooks . state . "/srv/h:a:0:0" ]',
  );
});

Deno.test("long texts and many comments are passed over", () => {
  const long = "x".repeat(1 << 20);
  const key = '[projects."/home/al"]\n';
  const texts = [
    `a = "${long}"\n`,
    `a = \'\'\'${long}\'\'\'\n`,
    `# ${long}\n`,
    "#\n \n".repeat(1 << 18),
  ];
  for (const text of [...texts, `a = """${long}"""\n`]) {
    assert.ok(edit(text + key)?.endsWith('[projects."/srv"]\n'));
  }
});

Deno.test("what is no TOML stays as it is", () => {
  const broken = [
    '[projects."/home/al"',
    '[projects."/home/al"]\nx = "',
    "= 1",
    '[projects."\\U99999999"]',
  ];
  for (const text of ["", ...broken]) assert.equal(edit(text), undefined, text);
});
