/** A real Codex, its home backed up and restored by the compiled program. */
import { join } from "node:path";
import { assert } from "../assert.ts";
import {
  archiveCodexThread,
  askCodex,
  type Codex,
  codexParity,
  codexThreadIds,
  makeCodex,
  resumeCodex,
} from "../support/agents/codex.ts";
import { withAgentFolder } from "../support/agents/folders.ts";
import { installAgents } from "../support/agents/install.ts";
import { extract, lifeboat, restorer } from "../support/agents/lifeboat.ts";
import { answerText, type ModelStub, startModelStub } from "../support/agents/model_stub.ts";
import { makeSampleCodexHome } from "../support/sample_home.ts";

const QUESTION = "Which of the seven bridges was first?";

Deno.test("a Codex conversation goes on after its home was backed up, deleted and restored", () =>
  withCodex(async ({ codex, stub, folder }) => {
    const { id } = await askCodex(codex, QUESTION);
    const backup = await backUp(codex, folder);
    await deleteHome(codex, id);
    await restore(codex, folder, String(backup.backup_id));
    await assertGoesOn(codex, stub, id);
  }));

Deno.test("archived Codex conversations are archived after a restore", () =>
  withCodex(async ({ codex, stub, folder }) => {
    const { id } = await askCodex(codex, QUESTION);
    const archived = await askCodex(codex, "Another matter.");
    await archiveCodexThread(codex, archived.id);
    const threads = await codexThreadIds(codex);
    const backup = await backUp(codex, folder);
    await deleteHome(codex, id);
    await restore(codex, folder, String(backup.backup_id));
    assert.deepEqual(await codexThreadIds(codex), threads);
    assert.equal((await codexParity(codex)).details["rollout DB archived rows"], "1");
    await assertGoesOn(codex, stub, id);
  }));

Deno.test("a Codex conversation goes on after the restorer in the archive restored it", () =>
  withCodex(async ({ codex, stub, folder }) => {
    const { id } = await askCodex(codex, QUESTION);
    const backup = await backUp(codex, folder);
    await deleteHome(codex, id);
    const extracted = await extract(String(backup.archive), join(folder, "extracted"));
    await restorer(extracted, codex.userHome, [
      "--target-home",
      codex.home,
      "--apply",
      "--confirm",
    ]);
    await assertGoesOn(codex, stub, id);
  }));

Deno.test("a backup made while Codex waits for its model disturbs nothing and can be resumed", () =>
  withCodex(async ({ codex, stub, folder }) => {
    const { id } = await askCodex(codex, QUESTION);
    const release = stub.hold();
    const thinking = resumeCodex(codex, id, "And the second?");
    await stub.asked(2);
    const backup = await backUp(codex, folder);
    release();
    assert.equal((await thinking).answer, answerText(2));
    await deleteHome(codex, id);
    await restore(codex, folder, String(backup.backup_id));
    await assertGoesOn(codex, stub, id);
  }));

Deno.test("the sample Codex home of the other tests is in order in the eyes of Codex", () =>
  withCodex(async ({ codex, folder }) => {
    const sample = await makeSampleCodexHome(join(folder, "sample"), { databases: "killed" });
    const { status, details } = await codexParity({ ...codex, home: sample.home });
    assert.equal(status, "ok");
    assert.equal(details["rollout DB rows"], String(sample.threads.length));
  }));

interface Scene {
  codex: Codex;
  stub: ModelStub;
  folder: string;
}

async function withCodex(use: (scene: Scene) => Promise<void>): Promise<void> {
  const programs = await installAgents();
  await withAgentFolder(async (folder) => {
    const stub = startModelStub();
    try {
      await use({ codex: await makeCodex(folder, programs.codex, stub), stub, folder });
    } finally {
      await stub.close();
    }
  });
}

function backUp(codex: Codex, folder: string): Promise<Record<string, unknown>> {
  const home = ["--home", codex.home, "--backup-root", join(folder, "backups")];
  return lifeboat(codex.userHome, [
    "backup",
    "--profile",
    "codex",
    ...home,
    "--no-doctor-commands",
  ]);
}

async function deleteHome(codex: Codex, id: string): Promise<void> {
  await Deno.remove(codex.home, { recursive: true });
  await assert.rejects(resumeCodex(codex, id, "Are you there?"));
}

async function restore(codex: Codex, folder: string, backupId: string): Promise<void> {
  const where = ["--backup-root", join(folder, "backups"), "--home", codex.home];
  const sure = ["--apply", "--i-understand-this-restores-sensitive-state"];
  await lifeboat(codex.userHome, ["restore", backupId, ...where, ...sure]);
}

/** Codex finds nothing wrong, and its model is told what was said before. */
async function assertGoesOn(codex: Codex, stub: ModelStub, id: string): Promise<void> {
  assert.equal((await codexParity(codex)).status, "ok");
  const turn = await resumeCodex(codex, id, "Which was the last?");
  assert.equal(turn.id, id);
  const told = stub.requests.at(-1)?.body ?? "";
  for (const text of [QUESTION, answerText(1), "Which was the last?"]) {
    assert.ok(told.includes(text), `the model was not told: ${text}`);
  }
  assert.equal((await codexParity(codex)).status, "ok");
}
