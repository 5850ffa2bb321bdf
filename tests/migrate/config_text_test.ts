import { parse } from "smol-toml";
import { LifeboatError } from "../../src/base/mod.ts";
import { jsonServers, tomlServers } from "../../src/migrate/config_text.ts";
import { assert } from "../assert.ts";

function code(act: () => unknown): string | undefined {
  try {
    act();
  } catch (error) {
    return error instanceof LifeboatError ? error.code : String(error);
  }
}

Deno.test("a server is added at the end of a TOML file, whose own text stays", () => {
  const toml = tomlServers("config.toml");
  for (const text of [undefined, "", "a = 1 # kept", "[mcp_servers.x]\ncommand = 'y'\n"]) {
    const after = toml.put(text, "new one", { command: "srv", env: { A: "1" } });
    assert.ok(after.startsWith(text ?? ""));
    const read = parse(after) as { mcp_servers: Record<string, unknown> };
    assert.equal(JSON.stringify(read.mcp_servers["new one"]), '{"command":"srv","env":{"A":"1"}}');
    assert.equal(toml.has(text, "new one"), false);
    assert.equal(toml.has(after, "new one"), true);
  }
});

Deno.test("a TOML file that nothing can be added to is refused", () => {
  const toml = tomlServers("config.toml");
  for (
    const text of ["mcp_servers = { x = { command = 'y' } }\n", "broken = ", "mcp_servers = 1\n"]
  ) {
    assert.equal(code(() => toml.put(text, "a", { command: "b" })), "config_not_editable", text);
  }
});

Deno.test("a server is added to a JSON file, whose comments stay", () => {
  const json = jsonServers("openclaw.json", ["mcp", "servers"]);
  const text = '{\n  // mine\n  "a": 1,\n  "mcp": { "servers": { "x": {} } }\n}\n';
  const after = json.put(text, "y", { command: "srv" });
  assert.ok(after.includes("// mine") && after.includes('"x"'));
  assert.equal(json.has(after, "y"), true);
  assert.equal(json.has(text, "y"), false);
  const json5 = "{ mcp: { /* mine */ servers: { x: {}, }, }, }";
  assert.match(json.put(json5, "y", { url: "u" }), /mine[^]*x: \{\}[^]*"y"/);
  assert.equal(JSON.parse(json.put(undefined, "y", { url: "u" })).mcp.servers.y.url, "u");
});

Deno.test("a JSON file that is none, or has something else in the place, is refused", () => {
  const json = jsonServers("openclaw.json", ["mcp", "servers"]);
  for (const text of ['{ "mcp": 1 }', "[1]", '{ "mcp": { "servers": [] } }', "{"]) {
    assert.equal(code(() => json.put(text, "y", {})), "config_not_editable", text);
  }
});
