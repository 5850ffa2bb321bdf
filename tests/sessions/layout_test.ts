import { subAgentAt, subAgentFolder, transcriptAt } from "../../src/sessions/layout.ts";
import { assert } from "../assert.ts";

const ID = "01890000-0000-7000-8000-000000000001";

Deno.test("the place of a rollout tells its id, whether it is archived and compressed", () => {
  const at = (path: string) => transcriptAt("codex", path);
  const active = at(`sessions/2026/11/20/rollout-2026-11-20T12-00-00-${ID.toUpperCase()}.jsonl`);
  assert.deepEqual(active, { id: ID, agent: "codex", archived: false, compressed: false });
  const archived = at(`archived_sessions/rollout-2026-11-20T12-00-00-${ID}.jsonl.zst`);
  assert.deepEqual(archived, { id: ID, agent: "codex", archived: true, compressed: true });
  assert.equal(at("sessions/rollout-odd.jsonl")?.id, "odd");
  for (const path of ["rollout-x.jsonl", "sessions/x.jsonl", "a/sessions/rollout-x.jsonl"]) {
    assert.equal(at(path), undefined, path);
  }
});

Deno.test("a session of Claude Code lies in a project's folder, and nothing deeper is one", () => {
  const at = (path: string) => transcriptAt("claude-code", path);
  assert.equal(at(`projects/-home-sam/${ID}.jsonl`)?.id, ID);
  for (
    const path of [
      `projects/${ID}.jsonl`,
      `projects/-x/${ID}.orphaned-1.jsonl`,
      `projects/-x/${ID}/subagents/agent-1.jsonl`,
      `sessions/rollout-${ID}.jsonl`,
    ]
  ) assert.equal(at(path), undefined, path);
});

Deno.test("the file of a sub-agent leads to its conversation", () => {
  const transcript = `projects/-x/${ID}.jsonl`;
  const folder = subAgentFolder(transcript);
  assert.equal(folder, `projects/-x/${ID}/subagents`);
  assert.deepEqual(subAgentAt(`${folder}/agent-7.jsonl`), { transcript, id: "agent-7" });
  assert.deepEqual(subAgentAt(`${folder}/runs/agent-8.jsonl`), { transcript, id: "agent-8" });
  assert.equal(subAgentAt(`${folder}/agent-7.meta.json`), undefined);
  assert.equal(subAgentAt(transcript), undefined);
});
