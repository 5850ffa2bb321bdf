/** Real agents that call the compiled program's MCP tools. */
import { join } from "node:path";
import { assert } from "../assert.ts";
import { claudeSays, letClaudeAct, makeClaudeCode } from "../support/agents/claude_code.ts";
import { codexSays, letCodexAct, makeCodex } from "../support/agents/codex.ts";
import { withAgentFolder } from "../support/agents/folders.ts";
import { installAgents } from "../support/agents/install.ts";
import { lifeboat } from "../support/agents/lifeboat.ts";
import { type ModelStub, startModelStub } from "../support/agents/model_stub.ts";

async function withStub(use: (stub: ModelStub, folder: string) => Promise<void>): Promise<void> {
  await withAgentFolder(async (folder) => {
    const stub = startModelStub();
    try {
      await use(stub, folder);
    } finally {
      await stub.close();
    }
  });
}

/** Asserts that a backup of the agent's home was made, and that the model was told of it. */
async function assertBackedUp(userHome: string, profile: string, stub: ModelStub): Promise<void> {
  const { backups } = await lifeboat(userHome, ["list", "--profile", profile]) as {
    backups: { id: string; status: string }[];
  };
  assert.deepEqual(backups.map(({ status }) => status), ["ok"]);
  const told = stub.requests.some(({ body }) => body.includes(backups[0].id));
  assert.ok(told, "the model was not told the backup's id");
}

Deno.test("Claude Code connects to the server, and backs itself up through it", async () => {
  const { claude: program } = await installAgents();
  await withStub(async (stub, folder) => {
    const claude = await makeClaudeCode(folder, program, stub);
    await lifeboat(claude.userHome, ["install", "mcp", "--for", "claude-code"]);
    assert.match(await claudeSays(claude, "mcp", "list"), /^lifeboat: .*Connected/m);
    stub.use({ name: "mcp__lifeboat__backup_create", input: { name: "asked for" } });
    const said = await letClaudeAct(claude, "Back me up.", "mcp__lifeboat__backup_create");
    assert.match(said, /stub answer/);
    await assertBackedUp(claude.userHome, "claude-code", stub);
    await lifeboat(claude.userHome, ["uninstall", "mcp", "--for", "claude-code"]);
    assert.ok(!(await claudeSays(claude, "mcp", "list")).includes("lifeboat"));
  });
});

Deno.test("Codex knows the server, and backs itself up through it", async () => {
  const { codex: program } = await installAgents();
  await withStub(async (stub, folder) => {
    const codex = await makeCodex(folder, program, stub);
    const config = join(codex.home, "config.toml");
    const before = Deno.readTextFileSync(config);
    await lifeboat(codex.userHome, ["install", "mcp", "--for", "codex"]);
    assert.match(await codexSays(codex, "mcp", "list"), /^lifeboat .*enabled/m);
    stub.use({
      name: "backup_create",
      namespace: "mcp__lifeboat",
      input: { name: "asked for" },
    });
    await letCodexAct(codex, "Back me up.");
    await assertBackedUp(codex.userHome, "codex", stub);
    await lifeboat(codex.userHome, ["uninstall", "mcp", "--for", "codex"]);
    assert.equal(Deno.readTextFileSync(config), before);
  });
});
