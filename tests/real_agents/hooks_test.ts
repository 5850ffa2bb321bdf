/** Real agents that call the hooks of the compiled program, and a rollback of what their tools did. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { assert } from "../assert.ts";
import { letClaudeAct, makeClaudeCode } from "../support/agents/claude_code.ts";
import { letCodexAct, makeCodex } from "../support/agents/codex.ts";
import { installAgents, installOpenClaw } from "../support/agents/install.ts";
import { lifeboat } from "../support/agents/lifeboat.ts";
import type { ToolUse } from "../support/agents/model_stub.ts";
import { letOpenClawAct, makeOpenClaw, useStubModel } from "../support/agents/openclaw.ts";
import { withStub } from "../support/agents/stubbed.ts";

/** An agent whose hooks are installed, with a project that holds `notes.txt`. */
interface Actor {
  userHome: string;
  project: string;
  /** Asks one question, whose answers are calls of tools; gives back what was printed. */
  act(tools: ToolUse[]): Promise<string>;
}

const BEFORE = "the only copy\n";

async function prepare({ userHome, project }: Actor, agent: string): Promise<void> {
  Deno.writeTextFileSync(join(project, "notes.txt"), BEFORE);
  await lifeboat(userHome, ["install", "hooks", "--for", agent]);
  // The baseline: a session that has not begun yet would take it in the background.
  await lifeboat(userHome, ["snapshot", "take", project]);
}

async function rollBack({ userHome, project }: Actor): Promise<void> {
  const sure = ["--apply", "--i-understand-this-restores-sensitive-state"];
  const { snapshots } = await lifeboat(userHome, ["snapshot", "list", "--workspace", project]) as {
    snapshots: { session: string | null }[];
  };
  const session = snapshots.find((one) => one.session !== null)?.session;
  assert.ok(session, "the hooks recorded nothing");
  const where = ["--workspace", project];
  await lifeboat(userHome, ["snapshot", "rollback", "--session", session, ...where, ...sure]);
}

async function assertTakenBack(actor: Actor, ...tools: ToolUse[]): Promise<void> {
  const notes = join(actor.project, "notes.txt");
  const printed = await actor.act(tools);
  assert.ok(!/lifeboat hook|hook.*(error|fail)/i.test(printed), printed);
  const after = existsSync(notes) ? Deno.readTextFileSync(notes) : undefined;
  assert.notEqual(after, BEFORE, `the tool did nothing: ${printed}`);
  await rollBack(actor);
  assert.equal(Deno.readTextFileSync(notes), BEFORE);
}

async function withClaude(use: (actor: Actor) => Promise<void>): Promise<void> {
  const { claude: program } = await installAgents();
  await withStub(async (stub, folder) => {
    const claude = await makeClaudeCode(folder, program, stub);
    const act = (tools: ToolUse[]) => {
      tools.forEach(stub.use);
      return letClaudeAct(claude, "Please act.");
    };
    const actor = { ...claude, act };
    await prepare(actor, "claude-code");
    await use(actor);
  });
}

async function withCodex(use: (actor: Actor) => Promise<void>): Promise<void> {
  const { codex: program } = await installAgents();
  await withStub(async (stub, folder) => {
    const codex = await makeCodex(folder, program, stub);
    const act = (tools: ToolUse[]) => {
      tools.forEach(stub.use);
      return letCodexAct(codex, "Please act.");
    };
    const actor = { ...codex, act };
    await prepare(actor, "codex");
    await use(actor);
  });
}

Deno.test("what Claude Code's Write did is taken back", () =>
  withClaude((actor) => {
    const file_path = join(actor.project, "notes.txt");
    // It lets a file be overwritten only after it was read.
    const read = { name: "Read", input: { file_path } };
    const write = { name: "Write", input: { file_path, content: "overwritten\n" } };
    return assertTakenBack(actor, read, write);
  }));

Deno.test("what a shell command of Claude Code deleted is taken back", () =>
  withClaude((actor) =>
    assertTakenBack(actor, {
      name: "Bash",
      input: { command: "rm notes.txt", description: "remove" },
    })
  ));

const PATCH = `apply_patch <<'EOF'
*** Begin Patch
*** Update File: notes.txt
@@
-the only copy
+overwritten
*** End Patch
EOF
`;

Deno.test("what Codex's apply_patch did is taken back", () =>
  withCodex((actor) =>
    // A model that Codex does not know calls the tool through its shell.
    assertTakenBack(actor, { name: "exec_command", input: { cmd: PATCH } })
  ));

Deno.test("what a shell command of Codex deleted is taken back", () =>
  withCodex((actor) =>
    assertTakenBack(actor, { name: "exec_command", input: { cmd: "rm notes.txt" } })
  ));

Deno.test("what tools of OpenClaw did is taken back", async () => {
  const program = await installOpenClaw();
  await withStub(async (stub, folder) => {
    const claw = await makeOpenClaw(folder, program);
    await useStubModel(claw, stub.url);
    const act = (tools: ToolUse[]) => {
      tools.forEach(stub.use);
      return letOpenClawAct(claw, "writer");
    };
    const actor = { userHome: claw.userHome, project: claw.workspace, act };
    Deno.writeTextFileSync(join(claw.workspace, "drafts.txt"), BEFORE);
    await prepare(actor, "openclaw");
    const written = { path: "notes.txt", content: "overwritten\n" };
    await assertTakenBack(
      actor,
      { name: "write", input: written },
      { name: "exec", input: { command: "rm drafts.txt; echo new > more.txt" } },
    );
    assert.equal(Deno.readTextFileSync(join(claw.workspace, "drafts.txt")), BEFORE);
    assert.ok(!existsSync(join(claw.workspace, "more.txt")));
  });
});
