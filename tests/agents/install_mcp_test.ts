import { join } from "node:path";
import { carryOut } from "../../src/agents/install.ts";
import { planMcp, planMcpRemoval, SERVED } from "../../src/agents/install_mcp.ts";
import type { Host } from "../../src/base/mod.ts";
import { assert, rejectsWith } from "../assert.ts";
import { testHost, withTempDir } from "../support/host.ts";
import { readTree } from "../support/trees.ts";

const FILES: Record<string, string> = {
  ".codex/config.toml": `# keep\nmodel="o3"\n[mcp_servers.b]\ncommand="b"`,
  ".claude.json": `{"numStartups":1,\n "mcpServers" : {}, "projects":{}}`,
  ".openclaw/openclaw.json": `{ /* mine */ agents: {}, mcp: { servers: { a: {}, }, }, }`,
};

function withAgents(use: (host: Host, text: (file: string) => string) => Promise<void>) {
  return withTempDir(async (folder) => {
    for (const home of [".codex", ".claude", ".openclaw"]) Deno.mkdirSync(join(folder, home));
    for (const [file, text] of Object.entries(FILES)) {
      Deno.writeTextFileSync(join(folder, file), text, { mode: 0o640 });
    }
    const host = testHost(folder, { executable: "/usr/bin/lifeboat" });
    await use(host, (file) => Deno.readTextFileSync(join(folder, file)));
  });
}

const install = (host: Host, dryRun = false) => carryOut([planMcp(host, SERVED)], { dryRun });
const uninstall = (host: Host) => carryOut([planMcpRemoval(host, SERVED)], {});

Deno.test("install, uninstall and install again leave every file byte for byte as expected", () =>
  withAgents(async (host, text) => {
    const all = () => Object.keys(FILES).map(text);
    let installed: string[] = [];
    for (const _ of [1, 2]) {
      const { edits, next_steps } = await install(host);
      assert.deepEqual(edits.map(({ action }) => action), ["change", "change", "change"]);
      assert.equal(next_steps.length, 3);
      if (installed.length > 0) assert.deepEqual(all(), installed);
      installed = all();
      const again = await install(host);
      assert.deepEqual([...new Set(again.edits.map(({ action }) => action))], ["unchanged"]);
      assert.deepEqual(again.next_steps, []);
      await uninstall(host);
      assert.deepEqual(all(), Object.values(FILES));
    }
    assert.deepEqual([...Deno.readDirSync(join(host.folders.state, "edits"))], []);
    assert.equal(Deno.statSync(join(host.userHome, ".claude.json")).mode! & 0o777, 0o640);
  }));

Deno.test("a dry run lists each file and changes nothing", () =>
  withAgents(async (host) => {
    const before = readTree(host.userHome);
    const { edits, dry_run } = await install(host, true);
    assert.ok(dry_run);
    assert.deepEqual(edits.map(({ agent, what, path }) => [agent, what, path]), [
      ["claude-code", "mcp", join(host.userHome, ".claude.json")],
      ["codex", "mcp", join(host.userHome, ".codex", "config.toml")],
      ["openclaw", "mcp", join(host.userHome, ".openclaw", "openclaw.json")],
    ]);
    assert.deepEqual(readTree(host.userHome), before);
  }));

Deno.test("what came since stays when the entry is taken out", () =>
  withAgents(async (host, text) => {
    await install(host);
    const file = join(host.userHome, ".codex", "config.toml");
    Deno.writeTextFileSync(file, text(".codex/config.toml") + "\n# later\n[tui]\n");
    await uninstall(host);
    assert.equal(text(".codex/config.toml"), `${FILES[".codex/config.toml"]}\n\n# later\n[tui]\n`);
  }));

Deno.test("another server of our name stays, and is told of", () =>
  withAgents(async (host, text) => {
    const theirs = `[mcp_servers.lifeboat]\ncommand = "npx"\nargs = ["lifeboat-mcp"]\n`;
    Deno.writeTextFileSync(join(host.userHome, ".codex", "config.toml"), theirs);
    const { edits, next_steps } = await install(host);
    assert.equal(edits[1].action, "kept");
    assert.match(next_steps[1], /another MCP server named lifeboat, which stays/);
    await uninstall(host);
    assert.equal(text(".codex/config.toml"), theirs);
  }));

Deno.test("the entry says where homes lie that the user has moved", () =>
  withTempDir(async (folder) => {
    const home = join(folder, "elsewhere");
    Deno.mkdirSync(home);
    const env = { CODEX_HOME: home, XDG_STATE_HOME: join(folder, "state"), SECRET: "x" };
    const host = testHost(folder, { executable: "/usr/bin/lifeboat", env });
    await carryOut([planMcp(host, ["codex"])], {});
    const text = Deno.readTextFileSync(join(home, "config.toml"));
    const variables = `[mcp_servers.lifeboat.env]\nCODEX_HOME = "${home}"\n` +
      `XDG_STATE_HOME = "${join(folder, "state")}"\n`;
    assert.ok(text.endsWith(`\n\n${variables}`), text);
    await carryOut([planMcpRemoval(host, ["codex"])], {});
    assert.deepEqual([...Deno.readDirSync(home)], []);
  }));

Deno.test("the entry is refreshed when homes lie elsewhere now, with what the user has added to it", () =>
  withAgents(async (host, text) => {
    const at = (state?: string) => ({ ...host, env: state ? { XDG_STATE_HOME: state } : {} });
    const files = Object.keys(FILES);
    await install(at());
    const plain = files.map(text);
    await install(at("/old/state"));
    const { edits } = await install(at("/new/state"));
    assert.deepEqual(edits.map(({ action }) => action), ["change", "change", "change"]);
    for (const file of files) {
      assert.ok(text(file).includes("/new/state") && !text(file).includes("/old"), file);
    }
    assert.deepEqual(
      (await install(at("/new/state"))).edits.map(({ action }) => action),
      ["unchanged", "unchanged", "unchanged"],
    );
    await install(at());
    assert.equal(text(".codex/config.toml"), plain[0]);
    const config = join(host.userHome, ".codex", "config.toml");
    Deno.writeTextFileSync(
      config,
      `${text(".codex/config.toml")}[mcp_servers.lifeboat.env]\nMINE = "1"\n`,
    );
    assert.equal((await install(at())).edits[1].action, "unchanged");
    await install(at("/new/state"));
    assert.match(text(".codex/config.toml"), /\nMINE = "1"\nXDG_STATE_HOME = "\/new\/state"\n$/);
    await uninstall(host);
    assert.ok(!files.some((file) => text(file).includes("lifeboat")));
  }));

Deno.test("where one file cannot be changed, no file is", () =>
  withAgents(async (host) => {
    Deno.writeTextFileSync(join(host.userHome, ".openclaw", "openclaw.json"), "{ broken");
    const before = readTree(host.userHome);
    await rejectsWith(() => install(host), "bad_config");
    assert.deepEqual(readTree(host.userHome), before);
    await rejectsWith(() => planMcp(testHost(host.userHome), ["codex"]), "not_compiled");
  }));
