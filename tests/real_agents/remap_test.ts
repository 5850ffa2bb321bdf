/** Real conversations, restored under another home and continued in another project folder. */
import { join } from "node:path";
import type { RemappedHome, RestoreResult } from "../../src/restore/mod.ts";
import { sha256Of } from "../../src/base/mod.ts";
import { assert } from "../assert.ts";
import {
  askClaude,
  type ClaudeCode,
  claudeSessionIds,
  makeClaudeCode,
  resumeClaude,
} from "../support/agents/claude_code.ts";
import {
  askCodex,
  type Codex,
  codexParity,
  makeCodex,
  resumeCodex,
} from "../support/agents/codex.ts";
import { installAgents } from "../support/agents/install.ts";
import { lifeboat } from "../support/agents/lifeboat.ts";
import { answerText, type ModelStub } from "../support/agents/model_stub.ts";
import { withStub } from "../support/agents/stubbed.ts";
import { readTree } from "../support/trees.ts";

const SURE = ["--apply", "--i-understand-this-restores-sensitive-state"];

interface Scene {
  folder: string;
  stub: ModelStub;
  programs: Awaited<ReturnType<typeof installAgents>>;
}

async function withAgents(use: (scene: Scene) => Promise<void>): Promise<void> {
  const programs = await installAgents();
  await withStub((stub, folder) => use({ folder, stub, programs }));
}

/** The same agent of another user, in another project folder. */
async function movedUser<Agent extends Codex | ClaudeCode>(
  folder: string,
  agent: Agent,
  homeName: string,
): Promise<Agent> {
  const userHome = join(folder, "other user");
  const project = join(folder, "moved", "project-2");
  await Deno.mkdir(userHome);
  await Deno.mkdir(project, { recursive: true });
  return { ...agent, userHome, home: join(userHome, homeName), project };
}

/** What a question says, with the old folder in it: it must stay as it was said. */
function questionIn(folder: string): string {
  return `Which of the seven bridges in ${folder} was first?`;
}

/** A user of Codex with a conversation and a backup. */
async function backedUpCodex({ folder, stub, programs }: Scene) {
  const codex = await makeCodex(folder, programs.codex, stub);
  const question = questionIn(codex.project);
  const { id } = await askCodex(codex, question);
  const where = ["--backup-root", join(folder, "backups")];
  await lifeboat(codex.userHome, ["backup", ...where, "--no-doctor-commands"]);
  return { codex, question, id, where };
}

/** A user of Claude Code with a conversation and a backup. */
async function backedUpClaude({ folder, stub, programs }: Scene) {
  const claude = await makeClaudeCode(folder, programs.claude, stub);
  const question = questionIn(claude.project);
  const { id } = await askClaude(claude, question);
  const where = ["--profile", "claude-code", "--backup-root", join(folder, "backups")];
  await lifeboat(claude.userHome, ["backup", ...where, "--no-doctor-commands"]);
  return { claude, question, id, where };
}

function assertTold(stub: ModelStub, texts: string[]): void {
  const told = stub.requests.at(-1)?.body ?? "";
  for (const text of texts) assert.ok(told.includes(text), `the model was not told: ${text}`);
}

async function readAll(folder: string, name: RegExp): Promise<string> {
  let text = "";
  for await (const entry of Deno.readDir(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory) text += await readAll(path, name);
    else if (name.test(entry.name)) text += await Deno.readTextFile(path);
  }
  return text;
}

Deno.test("a Codex conversation goes on under another home and in another project folder", () =>
  withAgents(async ({ folder, stub, programs }) => {
    const codex = await makeCodex(folder, programs.codex, stub);
    const question = questionIn(codex.project);
    const { id } = await askCodex(codex, question);
    await resumeCodex(codex, id, "And the second?");
    const where = ["--backup-root", join(folder, "backups")];
    await lifeboat(codex.userHome, ["backup", ...where, "--no-doctor-commands"]);
    const moved = await movedUser(folder, codex, ".codex");
    const map = ["--map-path", `${codex.project}=${moved.project}`];
    const result = await lifeboat(moved.userHome, [
      "restore",
      "latest",
      ...where,
      ...map,
      "--trust",
      ...SURE,
    ]);
    const { remap, skipped } = (result as unknown as RestoreResult).plan;
    assert.deepEqual([...new Set(remap.map(({ what }) => what))].sort(), [
      "conversations",
      "database rows",
    ]);
    assert.ok(skipped.some(({ path }) => path === "thread_history_1.sqlite"));

    assert.equal((await codexParity(moved)).status, "ok");
    const turn = await resumeCodex(moved, id, "Which was the last?");
    assert.equal(turn.id, id);
    assertTold(stub, [
      question,
      answerText(1),
      answerText(2),
      "Which was the last?",
      moved.project,
    ]);
    const rollouts = await readAll(join(moved.home, "sessions"), /\.jsonl$/);
    assert.ok(rollouts.includes(question), "what was said is as it was");
    assert.ok(!rollouts.includes(`"cwd":"${codex.project}","approval_policy"`));
    assert.ok(rollouts.includes(`"cwd":"${moved.project}","approval_policy"`));
    assert.equal((await codexParity(moved)).status, "ok");
  }));

Deno.test("a Claude Code conversation goes on under another home and in another project folder", () =>
  withAgents(async (scene) => {
    const { folder, stub } = scene;
    const { claude, question, id, where } = await backedUpClaude(scene);
    const moved = await movedUser(folder, claude, ".claude");
    const map = ["--map-path", `${claude.project}=${moved.project}`];
    await lifeboat(moved.userHome, ["restore", "latest", ...where, ...map, "--trust", ...SURE]);

    const slug = moved.project.replaceAll(/[^A-Za-z0-9]/g, "-");
    const names = Array.from(Deno.readDirSync(join(moved.home, "projects")), ({ name }) => name);
    assert.deepEqual(names, [slug]);
    const turn = await resumeClaude(moved, id, "Which was the last?");
    assert.equal(turn.id, id);
    assert.deepEqual(await claudeSessionIds(moved), [id]);
    assertTold(stub, [question, answerText(1), "Which was the last?", moved.project]);
    const lines = (await readAll(join(moved.home, "projects"), /\.jsonl$/)).split("\n");
    assert.ok(lines.some((line) => line.includes(question)), "what was said is as it was");
    assert.ok(!lines.some((line) => line.includes(`"cwd":"${claude.project}"`)));
  }));

Deno.test("undo gives back the exact home that was there before a restore with other paths", () =>
  withAgents(async (scene) => {
    const { folder } = scene;
    const { codex, where } = await backedUpCodex(scene);
    const moved = await movedUser(folder, codex, ".codex");
    await Deno.mkdir(moved.home);
    await Deno.copyFile(join(codex.home, "config.toml"), join(moved.home, "config.toml"));
    await askCodex(moved, "Another conversation.");
    const before = exactTree(moved.home);
    const map = ["--map-path", `${codex.project}=${moved.project}`];
    await lifeboat(moved.userHome, ["restore", "latest", ...where, ...map, "--trust", ...SURE]);
    assert.notDeepEqual(exactTree(moved.home), before);
    await lifeboat(moved.userHome, ["undo", ...SURE]);
    assert.deepEqual(exactTree(moved.home), before);
  }));

/** Moves the project, re-homes its conversations, and takes that back once they were continued. */
async function remapAndUndo<Agent extends Codex | ClaudeCode>(
  agent: Agent,
  { profile, goesOn }: { profile: string; goesOn: (moved: Agent) => Promise<void> },
): Promise<void> {
  const moved = { ...agent, project: `${agent.project}-moved` };
  await Deno.rename(agent.project, moved.project);
  const before = exactTree(agent.home);
  const args = ["sessions", "remap", agent.project, moved.project, "--profile", profile];
  const planned = await lifeboat(agent.userHome, args);
  assert.deepEqual(exactTree(agent.home), before, "a dry run changes nothing");
  const applied = await lifeboat(agent.userHome, [...args, "--apply", "--yes"]);
  assert.deepEqual(stepsOf(planned), stepsOf(applied));
  const after = exactTree(agent.home);
  assert.notDeepEqual(after, before);
  await lifeboat(agent.userHome, ["undo", "--profile", profile, ...SURE]);
  assert.deepEqual(exactTree(agent.home), before);
  await lifeboat(agent.userHome, [...args, "--apply", "--yes"]);
  assert.deepEqual(exactTree(agent.home), after);
  await goesOn(moved);
}

function stepsOf(report: Record<string, unknown>): unknown {
  const [{ remap }] = report.homes as RemappedHome[];
  assert.ok(remap.length > 0);
  return remap;
}

/** A tree with the bytes of its files, by hash, and what is said of them. */
function exactTree(home: string): Record<string, string> {
  return readTree(home, [".lifeboat"], (path) => sha256Of(Deno.readFileSync(path)));
}

Deno.test("Codex goes on in a project folder that was moved, and undo takes the remap back", () =>
  withAgents(async ({ folder, stub, programs }) => {
    const codex = await makeCodex(folder, programs.codex, stub);
    const question = questionIn(codex.project);
    const { id } = await askCodex(codex, question);
    await remapAndUndo(codex, {
      profile: "codex",
      async goesOn(moved) {
        assert.equal((await codexParity(moved)).status, "ok");
        const turn = await resumeCodex(moved, id, "Which was the last?");
        assert.equal(turn.id, id);
        assertTold(stub, [question, answerText(1), moved.project]);
      },
    });
  }));

Deno.test("Claude Code goes on in a project folder that was moved, and undo takes the remap back", () =>
  withAgents(async ({ folder, stub, programs }) => {
    const claude = await makeClaudeCode(folder, programs.claude, stub);
    const question = questionIn(claude.project);
    const { id } = await askClaude(claude, question);
    await remapAndUndo(claude, {
      profile: "claude-code",
      async goesOn(moved) {
        const turn = await resumeClaude(moved, id, "Which was the last?");
        assert.equal(turn.id, id);
        assert.deepEqual(await claudeSessionIds(moved), [id]);
        assertTold(stub, [question, answerText(1), moved.project]);
      },
    });
  }));

Deno.test("a single Codex conversation comes back under another home, beside newer ones", () =>
  withAgents(async (scene) => {
    const { folder, stub } = scene;
    const { codex, question, id, where } = await backedUpCodex(scene);
    const moved = await movedUser(folder, codex, ".codex");
    await Deno.mkdir(moved.home);
    await Deno.copyFile(join(codex.home, "config.toml"), join(moved.home, "config.toml"));
    const newer = await askCodex(moved, "Another conversation.");
    const map = ["--map-path", `${codex.project}=${moved.project}`, "--session", id];
    await lifeboat(moved.userHome, ["restore", "latest", ...where, ...map, ...SURE]);
    assert.equal((await codexParity(moved)).status, "ok");
    assert.equal((await resumeCodex(moved, id, "Which was the last?")).id, id);
    assertTold(stub, [question, answerText(1)]);
    assert.equal((await resumeCodex(moved, newer.id, "And here?")).id, newer.id);
    assertTold(stub, ["Another conversation."]);
    assert.equal((await codexParity(moved)).status, "ok");
  }));

Deno.test("a single Claude Code conversation comes back in the project's new place", () =>
  withAgents(async (scene) => {
    const { folder, stub } = scene;
    const { claude, question, id, where } = await backedUpClaude(scene);
    const moved = await movedUser(folder, claude, ".claude");
    const newer = await askClaude(moved, "Another conversation.");
    const map = ["--map-path", `${claude.project}=${moved.project}`, "--session", id];
    await lifeboat(moved.userHome, ["restore", "latest", ...where, ...map, ...SURE]);
    assert.deepEqual(await claudeSessionIds(moved), [id, newer.id].sort());
    assert.equal((await resumeClaude(moved, id, "Which was the last?")).id, id);
    assertTold(stub, [question, answerText(1)]);
    assert.equal((await resumeClaude(moved, newer.id, "And here?")).id, newer.id);
    assertTold(stub, ["Another conversation."]);
  }));
