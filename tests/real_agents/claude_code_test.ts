/** A real Claude Code, its home backed up and restored by the compiled program. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { assert } from "../assert.ts";
import {
  askClaude,
  type ClaudeCode,
  claudeSessionIds,
  makeClaudeCode,
  resumeClaude,
} from "../support/agents/claude_code.ts";
import { withAgentFolder } from "../support/agents/folders.ts";
import { installAgents } from "../support/agents/install.ts";
import { extract, lifeboat, restorer } from "../support/agents/lifeboat.ts";
import { answerText, type ModelStub, startModelStub } from "../support/agents/model_stub.ts";
import { makeSampleClaudeHome } from "../support/sample_home.ts";

const QUESTION = "Which of the seven bridges was first?";

Deno.test("a Claude Code conversation goes on after its home was backed up, deleted, restored", () =>
  withClaude(async ({ claude, stub, folder }) => {
    const { id } = await askClaude(claude, QUESTION);
    const state = await stateFile(claude);
    const backup = await backUp(claude, folder);
    await deleteHome(claude, id);
    await restore(claude, folder, String(backup.backup_id));
    assert.equal(await stateFile(claude), state);
    await assertGoesOn(claude, stub, id);
  }));

Deno.test("a Claude Code conversation goes on after the restorer in the archive restored it", () =>
  withClaude(async ({ claude, stub, folder }) => {
    const { id } = await askClaude(claude, QUESTION);
    const state = await stateFile(claude);
    const backup = await backUp(claude, folder);
    await deleteHome(claude, id);
    const extracted = await extract(String(backup.archive), join(folder, "extracted"));
    const target = ["--target-home", claude.home, "--with-roots", "--apply", "--confirm"];
    await restorer(extracted, claude.userHome, target);
    assert.equal(await stateFile(claude), state);
    await assertGoesOn(claude, stub, id);
  }));

Deno.test("a backup made while Claude Code waits for its model can be resumed", () =>
  withClaude(async ({ claude, stub, folder }) => {
    const { id } = await askClaude(claude, QUESTION);
    const release = stub.hold();
    const thinking = resumeClaude(claude, id, "And the second?");
    await stub.asked(2);
    const backup = await backUp(claude, folder);
    release();
    assert.equal((await thinking).answer, answerText(2));
    await deleteHome(claude, id);
    await restore(claude, folder, String(backup.backup_id));
    await assertGoesOn(claude, stub, id);
  }));

Deno.test("restored conversations survive the clean-up that Claude Code begins with", () =>
  withClaude(async ({ claude, stub, folder }) => {
    await makeSampleClaudeHome(claude.userHome, { conversations: 8, now: new Date() });
    const ids = await claudeSessionIds(claude);
    const backup = await backUp(claude, folder);
    await deleteHome(claude, ids[0]);
    await restore(claude, folder, String(backup.backup_id));
    const release = stub.hold();
    const thinking = askClaude(claude, QUESTION);
    // It deletes what is older than 30 days some seconds after its start, and then leaves a mark.
    await appearance(join(claude.home, ".last-cleanup"));
    release();
    const { id } = await thinking;
    assert.deepEqual(await claudeSessionIds(claude), [...ids, id].sort());
  }));

Deno.test("a conversation of the sample Claude Code home can be resumed by Claude Code", () =>
  withClaude(async ({ claude, stub }) => {
    const { sessions: [{ id, questions }] } = await makeSampleClaudeHome(claude.userHome);
    assert.equal((await resumeClaude(claude, id, "Which was the last?")).id, id);
    assert.ok(stub.requests.at(-1)?.body.includes(questions[0]));
  }));

interface Scene {
  claude: ClaudeCode;
  stub: ModelStub;
  folder: string;
}

async function withClaude(use: (scene: Scene) => Promise<void>): Promise<void> {
  const programs = await installAgents();
  await withAgentFolder(async (folder) => {
    const stub = startModelStub();
    try {
      await use({ claude: await makeClaudeCode(folder, programs.claude, stub), stub, folder });
    } finally {
      await stub.close();
    }
  });
}

function stateFile(claude: ClaudeCode): Promise<string> {
  return Deno.readTextFile(join(claude.userHome, ".claude.json"));
}

/** Waits, at most half a minute, until a file is there. */
async function appearance(path: string): Promise<void> {
  const limit = Date.now() + 30_000;
  while (!existsSync(path)) {
    if (Date.now() > limit) throw new Error(`${path} did not appear`);
    await new Promise((wake) => setTimeout(wake, 100));
  }
}

/** Without `--home`, so that `.claude.json` takes part. */
function backUp(claude: ClaudeCode, folder: string): Promise<Record<string, unknown>> {
  const where = ["--backup-root", join(folder, "backups")];
  const args = ["backup", "--profile", "claude-code", ...where, "--no-doctor-commands"];
  return lifeboat(claude.userHome, args);
}

async function deleteHome(claude: ClaudeCode, id: string): Promise<void> {
  const remove = async () => {
    await Deno.remove(claude.home, { recursive: true });
    await Deno.remove(join(claude.userHome, ".claude.json"));
  };
  await remove();
  await assert.rejects(resumeClaude(claude, id, "Are you there?"));
  await remove();
}

async function restore(claude: ClaudeCode, folder: string, backupId: string): Promise<void> {
  const where = ["--backup-root", join(folder, "backups")];
  const sure = ["--apply", "--i-understand-this-restores-sensitive-state"];
  await lifeboat(claude.userHome, ["restore", backupId, ...where, ...sure]);
}

/** The conversation is there once, and the model is told what was said before. */
async function assertGoesOn(claude: ClaudeCode, stub: ModelStub, id: string): Promise<void> {
  assert.deepEqual(await claudeSessionIds(claude), [id]);
  const turn = await resumeClaude(claude, id, "Which was the last?");
  assert.equal(turn.id, id);
  const told = stub.requests.at(-1)?.body ?? "";
  for (const text of [QUESTION, answerText(1), "Which was the last?"]) {
    assert.ok(told.includes(text), `the model was not told: ${text}`);
  }
}
