import { belongingsOf, type ChosenSession } from "../../src/sessions/mod.ts";
import { assert } from "../assert.ts";

const ID = "0e68af99-afc9-4043-83c5-7e0f62b09e1d";
const OTHER = "0e68af99-afc9-4043-83c5-7e0f62b09e1e";

function chosen(agent: "codex" | "claude-code", path: string, id = ID): ChosenSession {
  const transcript = { id, agent, path, archived: false, compressed: false, bytes: 1 };
  return { transcript, plans: agent === "codex" ? [] : ["quiet-river"] };
}

const CLAUDE = chosen("claude-code", `projects/-home-sam/${ID}.jsonl`);

Deno.test("what lies in folders named by a Claude Code conversation, or is its plan, belongs to it", () => {
  const { owns, lists } = belongingsOf([CLAUDE]);
  const paths = [
    `projects/-home-sam/${ID}/subagents/agent-1.jsonl`,
    `projects/-home-sam/${ID}/tool-results/toolu_1.txt`,
    `file-history/${ID}/0123@v1`,
    `tasks/${ID}/1.json`,
    `todos/${ID}-agent-${ID}.json`,
    `image-cache/${ID}/1.png`,
    "plans/quiet-river.md",
  ];
  assert.deepEqual(paths.filter((path) => !owns(path)), []);
  assert.deepEqual(lists, ["history.jsonl"]);
});

Deno.test("what belongs to others, to the project or to nobody does not belong to it", () => {
  const { owns } = belongingsOf([CLAUDE]);
  const paths = [
    `projects/-home-sam/${OTHER}/tool-results/toolu_1.txt`,
    `projects/-home-sam/${OTHER}.jsonl`,
    "projects/-home-sam/memory/MEMORY.md",
    `projects/-home-sam-2/${ID}/subagents/agent-1.jsonl`,
    `file-history/${OTHER}/0123@v1`,
    `file-history/${ID}0/0123@v1`,
    "plans/quiet-river-2.md",
    "plans/other.md",
    `sessions/${ID}.json`,
    `debug/${ID}.txt`,
    "settings.json",
  ];
  assert.deepEqual(paths.filter(owns), []);
});

Deno.test("pictures belong to a Codex conversation, and the list of names is about it", () => {
  const { owns, lists } = belongingsOf([chosen("codex", `sessions/2026/rollout-x-${ID}.jsonl`)]);
  assert.ok(owns(`generated_images/${ID}/1.png`));
  assert.ok(!owns(`generated_images/${OTHER}/1.png`));
  assert.ok(!owns(`file-history/${ID}/1`));
  assert.deepEqual(lists, ["history.jsonl", "session_index.jsonl"]);
});

Deno.test("a rollout without an id in its name owns nothing by chance", () => {
  const { owns } = belongingsOf([chosen("codex", "sessions/rollout-a.jsonl", "a")]);
  assert.ok(!owns("generated_images/a/1.png"));
});
