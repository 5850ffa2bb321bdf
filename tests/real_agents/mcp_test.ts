/** Real agents that call the compiled program's MCP tools. */
import { join } from "node:path";
import { assert } from "../assert.ts";
import { claudeSays, letClaudeAct, makeClaudeCode } from "../support/agents/claude_code.ts";
import { codexSays, letCodexAct, makeCodex } from "../support/agents/codex.ts";
import { withAgentFolder } from "../support/agents/folders.ts";
import { installAgents, installOpenClaw } from "../support/agents/install.ts";
import { lifeboat } from "../support/agents/lifeboat.ts";
import { PROGRAM } from "../support/lifeboat.ts";
import { makeOpenClaw, openClaw } from "../support/agents/openclaw.ts";
import type { ModelStub, ToolUse } from "../support/agents/model_stub.ts";
import { withStub } from "../support/agents/stubbed.ts";

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

/** The token in the last preview that a model was told of. */
function tokenIn(body: string): string {
  const tokens = [...body.matchAll(/token\W+([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/g)];
  return tokens.at(-1)![1];
}

async function backUp(userHome: string, profile: string): Promise<string> {
  const { backup_id } = await lifeboat(userHome, [
    "backup",
    "--profile",
    profile,
    "--kit",
    "light",
  ]);
  return backup_id as string;
}

Deno.test("Claude Code is not restored under itself: the user gets the command", async () => {
  const { claude: program } = await installAgents();
  await withStub(async (stub, folder) => {
    const claude = await makeClaudeCode(folder, program, stub);
    const backup_id = await backUp(claude.userHome, "claude-code");
    await lifeboat(claude.userHome, ["install", "mcp", "--for", "claude-code"]);
    stub.use({ name: "mcp__lifeboat__backup_restore", input: { backup_id } });
    await letClaudeAct(claude, "Restore me.", "mcp__lifeboat__backup_restore");
    const told = stub.requests.find(({ body }) => body.includes("is at work in these files"));
    assert.ok(told?.body.includes(`${PROGRAM} restore ${backup_id} --apply`));
  });
});

/** Lets a model delete a backup; asserts that nobody agreed to that, and that it is there. */
async function assertNotDeleted(
  { userHome, profile, stub }: { userHome: string; profile: string; stub: ModelStub },
  named: Pick<ToolUse, "name" | "namespace">,
  act: () => Promise<unknown>,
): Promise<void> {
  const backup_id = await backUp(userHome, profile);
  await lifeboat(userHome, ["install", "mcp", "--for", profile]);
  stub.use({ ...named, input: { backup_id } });
  stub.use((body) => ({ ...named, input: { backup_id, token: tokenIn(body) } }));
  await act();
  assert.match(stub.requests.at(-1)!.body, /not_confirmed|human_needed/);
  const { backups } = await lifeboat(userHome, ["list"]) as { backups: { id: string }[] };
  assert.deepEqual(backups.map(({ id }) => id), [backup_id]);
}

Deno.test("where Claude Code has no user at hand, its model deletes no backup", async () => {
  const { claude: program } = await installAgents();
  await withStub(async (stub, folder) => {
    const claude = await makeClaudeCode(folder, program, stub);
    const name = "mcp__lifeboat__backup_delete";
    const user = { userHome: claude.userHome, profile: "claude-code", stub };
    await assertNotDeleted(user, { name }, () => letClaudeAct(claude, "Delete it.", name));
  });
});

Deno.test("where Codex has no user at hand, its model deletes no backup", async () => {
  const { codex: program } = await installAgents();
  await withStub(async (stub, folder) => {
    const codex = await makeCodex(folder, program, stub);
    const named = { name: "backup_delete", namespace: "mcp__lifeboat" };
    const user = { userHome: codex.userHome, profile: "codex", stub };
    await assertNotDeleted(user, named, () => letCodexAct(codex, "Delete it."));
  });
});

Deno.test("OpenClaw connects to the server, and keeps its own configuration", async () => {
  const program = await installOpenClaw();
  await withAgentFolder(async (folder) => {
    const claw = await makeOpenClaw(folder, program);
    const config = join(claw.home, "openclaw.json");
    const before = Deno.readTextFileSync(config);
    await lifeboat(claw.userHome, ["install", "mcp", "--for", "openclaw"]);
    const { stdout } = await openClaw(claw, "mcp", "probe", "lifeboat", "--json");
    assert.match(stdout, /backup_create/);
    await lifeboat(claw.userHome, ["uninstall", "mcp", "--for", "openclaw"]);
    assert.equal(Deno.readTextFileSync(config), before);
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
