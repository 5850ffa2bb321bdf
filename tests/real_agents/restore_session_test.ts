/** Single conversations of real agents, brought back by the compiled program beside newer ones. */
import { join } from "node:path";
import type { RestoreResult } from "../../src/restore/mod.ts";
import { assert } from "../assert.ts";
import {
  askClaude,
  type ClaudeCode,
  claudeSessionIds,
  makeClaudeCode,
  resumeClaude,
} from "../support/agents/claude_code.ts";
import {
  archiveCodexThread,
  askCodex,
  type Codex,
  codexParity,
  codexThreadIds,
  deleteCodexThread,
  makeCodex,
  resumeCodex,
} from "../support/agents/codex.ts";
import { withAgentFolder } from "../support/agents/folders.ts";
import { installAgents } from "../support/agents/install.ts";
import { lifeboat } from "../support/agents/lifeboat.ts";
import { answerText, type ModelStub, startModelStub } from "../support/agents/model_stub.ts";
import { readTree, type Tree } from "../support/trees.ts";

const QUESTION = "Which of the seven bridges was first?";
const OWN = [".lifeboat"];

Deno.test("a Codex conversation that was deleted comes back beside newer ones, and goes on", () =>
  withCodex(async ({ codex, stub, folder }) => {
    const { id } = await askCodex(codex, QUESTION);
    const backup = await backUp(codex, folder);
    await deleteCodexThread(codex, id);
    const newer = await askCodex(codex, "Another matter.");
    await assert.rejects(resumeCodexOnly(codex, id));
    const before = readTree(codex.userHome, OWN);
    const { plan } = await restore(codex, folder, backup, ["--session", id.slice(0, 23)]);
    assert.deepEqual(plan.sessions!.map(({ action }) => action), ["create"]);
    assert.deepEqual(plan.merged!.map(({ path, what }) => [path, what]), [
      ["state_5.sqlite", "rows"],
    ]);
    assertOthersSame(before, readTree(codex.userHome, OWN), id, "state_5.sqlite");
    assert.equal((await codexParity(codex)).details["rollout DB rows"], "2");
    await assertCodexGoesOn(codex, stub, id, [QUESTION, answerText(1)]);
    await assertCodexGoesOn(codex, stub, newer.id, ["Another matter."]);
  }));

Deno.test("an undo takes a restored Codex conversation away again, to the byte", () =>
  withCodex(async ({ codex, folder }) => {
    const { id } = await askCodex(codex, QUESTION);
    const backup = await backUp(codex, folder);
    await deleteCodexThread(codex, id);
    await askCodex(codex, "Another matter.");
    const before = readTree(codex.home, OWN);
    await restore(codex, folder, backup, ["--session", id]);
    const undo = ["undo", "--profile", "codex", "--home", codex.home, "--apply"];
    await lifeboat(codex.userHome, [...undo, "--i-understand-this-restores-sensitive-state"]);
    assert.deepEqual(readTree(codex.home, OWN), before);
  }));

Deno.test("archived Codex conversations, and those whose files alone are gone, come back", () =>
  withCodex(async ({ codex, stub, folder }) => {
    const archived = await askCodex(codex, QUESTION);
    await archiveCodexThread(codex, archived.id);
    const lost = await askCodex(codex, "Another matter.");
    const backup = await backUp(codex, folder);
    await resumeCodex(codex, lost.id, "It grows, so that a cursor lies beyond the backup's end.");
    await deleteCodexThread(codex, archived.id);
    await Deno.remove(await rolloutOf(codex, lost.id));
    const ids = [archived.id, lost.id].flatMap((id) => ["--session", id]);
    const { plan } = await restore(codex, folder, backup, ids);
    assert.deepEqual(plan.merged!.map(({ what }) => what).sort(), ["cursors", "rows"]);
    const { status, details } = await codexParity(codex);
    assert.deepEqual([status, details["rollout DB archived rows"]], ["ok", "1"]);
    await assertCodexGoesOn(codex, stub, lost.id, ["Another matter."]);
  }));

Deno.test("a Codex conversation that went on in two ways is there twice, and both go on", () =>
  withCodex(async ({ codex, stub, folder }) => {
    const { id } = await askCodex(codex, QUESTION);
    const early = await backUp(codex, folder);
    await resumeCodex(codex, id, "The way of the backup.");
    const late = await backUp(codex, folder);
    await restoreOnly(codex, folder, early, "sessions", "*.sqlite");
    await resumeCodex(codex, id, "The way of the home.");
    const before = readTree(codex.userHome, OWN);
    const { plan } = await restore(codex, folder, late, ["--session", id]);
    const [{ action, new_id }] = plan.sessions!;
    assert.equal(action, "beside");
    assertOthersSame(before, readTree(codex.userHome, OWN), new_id!, "state_5.sqlite");
    assert.deepEqual(await codexThreadIds(codex), [id, new_id!].sort());
    await assertCodexGoesOn(codex, stub, new_id!, [QUESTION, "The way of the backup."]);
    assert.ok(!stub.requests.at(-1)!.body.includes("The way of the home."));
    await assertCodexGoesOn(codex, stub, id, [QUESTION, "The way of the home."]);
    const again = await restore(codex, folder, late, ["--session", id]);
    assert.deepEqual([again.plan.sessions![0].action, again.plan.create], ["kept", 0]);
  }));

Deno.test("a Codex home without its databases gets the transcript, and makes the rest itself", () =>
  withCodex(async ({ codex, stub, folder }) => {
    const { id } = await askCodex(codex, QUESTION);
    const backup = await backUp(codex, folder);
    const config = await Deno.readTextFile(join(codex.home, "config.toml"));
    await Deno.remove(codex.home, { recursive: true });
    await Deno.mkdir(codex.home);
    await Deno.writeTextFile(join(codex.home, "config.toml"), config);
    const { plan, warnings } = await restore(codex, folder, backup, ["--session", id]);
    assert.deepEqual(plan.merged, []);
    assert.ok(warnings.some((one) => one.includes("no state database of Codex here")));
    await assertCodexGoesOn(codex, stub, id, [QUESTION]);
  }));

Deno.test("a Claude Code conversation that was deleted comes back beside newer ones, and goes on", () =>
  withClaude(async ({ claude, stub, folder }) => {
    const { id } = await askClaude(claude, QUESTION);
    const backup = await backUp(claude, folder);
    await removeSession(claude, id);
    const newer = await askClaude(claude, "Another matter.");
    await assert.rejects(resumeClaude(claude, id, "Are you there?"));
    const before = readTree(claude.userHome, OWN);
    const { plan } = await restore(claude, folder, backup, ["--session", id]);
    assert.deepEqual(plan.sessions!.map(({ action }) => action), ["create"]);
    assertOthersSame(before, readTree(claude.userHome, OWN), id);
    await assertClaudeGoesOn(claude, stub, id, [QUESTION, answerText(1)]);
    await assertClaudeGoesOn(claude, stub, newer.id, ["Another matter."]);
  }));

Deno.test("a Claude Code conversation that went on in two ways is there twice, and both go on", () =>
  withClaude(async ({ claude, stub, folder }) => {
    const { id } = await askClaude(claude, QUESTION);
    const path = await transcriptOf(claude, id);
    const early = await Deno.readFile(path);
    await resumeClaude(claude, id, "The way of the backup.");
    const backup = await backUp(claude, folder);
    await Deno.writeFile(path, early);
    await resumeClaude(claude, id, "The way of the home.");
    const before = readTree(claude.userHome, OWN);
    const { plan } = await restore(claude, folder, backup, ["--session", id]);
    const [{ action, new_id }] = plan.sessions!;
    assert.equal(action, "beside");
    assertOthersSame(before, readTree(claude.userHome, OWN), new_id!);
    assert.deepEqual(await claudeSessionIds(claude), [id, new_id!].sort());
    await assertClaudeGoesOn(claude, stub, new_id!, [QUESTION, "The way of the backup."]);
    assert.ok(!stub.requests.at(-1)!.body.includes("The way of the home."));
    await assertClaudeGoesOn(claude, stub, id, [QUESTION, "The way of the home."]);
    const undo = ["undo", "--profile", "claude-code", "--apply"];
    await lifeboat(claude.userHome, [...undo, "--i-understand-this-restores-sensitive-state"]);
    assert.deepEqual(await claudeSessionIds(claude), [id]);
  }));

Deno.test("a Codex conversation comes back in a project folder that lies elsewhere now", () =>
  withCodex(async ({ codex, stub, folder }) => {
    const question = `Which of the bridges in ${codex.project} was first?`;
    const { id } = await askCodex(codex, question);
    const backup = await backUp(codex, folder);
    await deleteCodexThread(codex, id);
    const newer = await askCodex(codex, "Another matter.");
    const moved = await moveProject(codex, folder);
    const before = readTree(codex.userHome, OWN);
    const map = ["--map-path", `${codex.project}=${moved.project}`];
    const { plan } = await restore(codex, folder, backup, ["--session", id, ...map]);
    assert.deepEqual(plan.sessions!.map(({ project }) => project), [moved.project]);
    assertOthersSame(before, readTree(codex.userHome, OWN), id, "state_5.sqlite");
    assert.equal((await codexParity(codex)).status, "ok");
    await assertCodexGoesOn(moved, stub, id, [question, answerText(1), moved.project]);
    await assertCodexGoesOn(codex, stub, newer.id, ["Another matter."]);
  }));

Deno.test("a Claude Code conversation comes back in a project folder that lies elsewhere now", () =>
  withClaude(async ({ claude, stub, folder }) => {
    const question = `Which of the bridges in ${claude.project} was first?`;
    const { id } = await askClaude(claude, question);
    const backup = await backUp(claude, folder);
    await removeSession(claude, id);
    const newer = await askClaude(claude, "Another matter.");
    const moved = await moveProject(claude, folder);
    const before = readTree(claude.userHome, OWN);
    const map = ["--map-path", `${claude.project}=${moved.project}`];
    const { plan } = await restore(claude, folder, backup, ["--session", id, ...map]);
    const slug = moved.project.replaceAll(/[^A-Za-z0-9]/g, "-");
    assert.deepEqual(plan.sessions!.map(({ project, path }) => [project, path]), [
      [moved.project, `projects/${slug}/${id}.jsonl`],
    ]);
    assertOthersSame(before, readTree(claude.userHome, OWN), id);
    await assertClaudeGoesOn(moved, stub, id, [question, answerText(1), moved.project]);
    await assertClaudeGoesOn(claude, stub, newer.id, ["Another matter."]);
  }));

interface Place {
  userHome: string;
  home: string;
}

interface Scene {
  stub: ModelStub;
  folder: string;
}

async function withScene<User>(
  make: (folder: string, stub: ModelStub) => Promise<User>,
  use: (user: User, scene: Scene) => Promise<void>,
): Promise<void> {
  await withAgentFolder(async (folder) => {
    const stub = startModelStub();
    try {
      await use(await make(folder, stub), { stub, folder });
    } finally {
      await stub.close();
    }
  });
}

function withCodex(use: (scene: Scene & { codex: Codex }) => Promise<void>): Promise<void> {
  return withScene(
    async (folder, stub) => makeCodex(folder, (await installAgents()).codex, stub),
    (codex, scene) => use({ ...scene, codex }),
  );
}

function withClaude(use: (scene: Scene & { claude: ClaudeCode }) => Promise<void>): Promise<void> {
  return withScene(
    async (folder, stub) => makeClaudeCode(folder, (await installAgents()).claude, stub),
    (claude, scene) => use({ ...scene, claude }),
  );
}

/** The home of the agent's own, so that `.claude.json` takes part. */
function profileOf({ home }: Place): string {
  return home.endsWith(".codex") ? "codex" : "claude-code";
}

async function backUp(place: Place, folder: string): Promise<string> {
  const where = ["--profile", profileOf(place), "--backup-root", join(folder, "backups")];
  const made = await lifeboat(place.userHome, ["backup", ...where, "--no-doctor-commands"]);
  return String(made.backup_id);
}

async function restore(
  { userHome }: Place,
  folder: string,
  backup: string,
  args: string[],
): Promise<RestoreResult> {
  const sure = ["--apply", "--i-understand-this-restores-sensitive-state"];
  const where = ["--backup-root", join(folder, "backups")];
  const dry = await lifeboat(userHome, ["restore", backup, ...where, ...args]) as unknown;
  const result = await lifeboat(userHome, ["restore", backup, ...where, ...args, ...sure]);
  const { plan } = result as unknown as RestoreResult;
  assert.deepEqual(plan, (dry as RestoreResult).plan, "what the dry run says is what is done");
  return result as unknown as RestoreResult;
}

/** Takes a Codex home back to an earlier backup: what other programs may have done. */
async function restoreOnly(place: Place, folder: string, backup: string, ...globs: string[]) {
  await restore(place, folder, backup, globs.flatMap((glob) => ["--only", glob]));
}

/** The same agent in another project folder. */
async function moveProject<Agent extends Codex | ClaudeCode>(
  agent: Agent,
  folder: string,
): Promise<Agent> {
  const project = join(folder, "moved", "project-2");
  await Deno.mkdir(project, { recursive: true });
  return { ...agent, project };
}

/** All files but those named by a conversation, some databases, and what belongs to them, are alike. */
function assertOthersSame(before: Tree, after: Tree, id: string, ...changed: string[]): void {
  const others = (tree: Tree) =>
    Object.fromEntries(
      Object.entries(tree).filter(([path, what]) =>
        !path.includes(id) && !path.startsWith(".local/") && !path.startsWith(".cache/") &&
        what !== "folder" && !String(what).startsWith("folder") &&
        !changed.some((name) => path.includes(name))
      ),
    );
  assert.deepEqual(others(after), others(before));
}

async function resumeCodexOnly(codex: Codex, id: string): Promise<void> {
  const turn = await resumeCodex(codex, id, "Are you there?");
  assert.equal(turn.id, id); // it begins another one where it finds none
}

async function rolloutOf(codex: Codex, id: string): Promise<string> {
  const tree = readTree(codex.home, OWN);
  const path = Object.keys(tree).find((one) => one.endsWith(`${id}.jsonl`));
  assert.ok(path, `there is a rollout of ${id}`);
  return await Promise.resolve(join(codex.home, path));
}

async function assertCodexGoesOn(codex: Codex, stub: ModelStub, id: string, said: string[]) {
  const turn = await resumeCodex(codex, id, "Which was the last?");
  assert.equal(turn.id, id);
  assertTold(stub, said);
  assert.equal((await codexParity(codex)).status, "ok");
}

async function assertClaudeGoesOn(claude: ClaudeCode, stub: ModelStub, id: string, said: string[]) {
  const turn = await resumeClaude(claude, id, "Which was the last?");
  assert.equal(turn.id, id);
  assertTold(stub, said);
}

function assertTold(stub: ModelStub, said: string[]): void {
  const told = stub.requests.at(-1)!.body;
  for (const text of said) assert.ok(told.includes(text), `the model was not told: ${text}`);
}

async function transcriptOf(claude: ClaudeCode, id: string): Promise<string> {
  const projects = join(claude.home, "projects");
  const [project] = await Array.fromAsync(Deno.readDir(projects));
  return join(projects, project.name, `${id}.jsonl`);
}

/** As the agent's own clean-up does. */
async function removeSession(claude: ClaudeCode, id: string): Promise<void> {
  await Deno.remove(await transcriptOf(claude, id));
}
