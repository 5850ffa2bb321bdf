import { spokenIn } from "../../src/sessions/messages.ts";
import { assert } from "../assert.ts";

const item = (payload: unknown) => ({ type: "response_item", payload });
const said = (role: string, ...texts: string[]) => ({
  type: "message",
  role,
  content: texts.map((text) => ({ type: "input_text", text })),
});

Deno.test("Codex: what the user and the agent said is a message, in old and new rollouts", () => {
  for (const wrap of [item, (line: unknown) => line]) {
    const { message } = spokenIn("codex", wrap(said("user", "one", "two")));
    assert.deepEqual(message, { role: "user", text: "one\ntwo" });
  }
  assert.equal(spokenIn("codex", item(said("assistant", "yes"))).message?.role, "assistant");
});

Deno.test("Codex: what was not said by anybody is no message", () => {
  const lines = [
    item(said("developer", "be brief")),
    item(said("user", "<environment_context>\n  <cwd>/x</cwd>")),
    item(said("user", "# AGENTS.md instructions for /x")),
    item({ type: "function_call_output", output: "text" }),
    { type: "event_msg", payload: { type: "user_message", message: "said again" } },
    { type: "session_meta", payload: said("user", "hidden") },
  ];
  for (const line of lines) assert.equal(spokenIn("codex", line).message, undefined);
});

Deno.test("calls of tools are counted", () => {
  assert.equal(spokenIn("codex", item({ type: "function_call" })).toolCalls, 1);
  assert.equal(spokenIn("codex", item({ type: "custom_tool_call" })).toolCalls, 1);
  assert.equal(spokenIn("codex", item({ type: "function_call_output" })).toolCalls, 0);
  const content = [{ type: "text", text: "now" }, { type: "tool_use" }, { type: "tool_use" }];
  const { message, toolCalls } = spokenIn("claude-code", {
    type: "assistant",
    message: { content },
  });
  assert.deepEqual([message?.text, toolCalls], ["now", 2]);
});

Deno.test("Claude Code: results of tools and notes of the program are no messages", () => {
  const user = (content: unknown, more = {}) => ({ type: "user", message: { content }, ...more });
  assert.equal(spokenIn("claude-code", user("hello")).message?.text, "hello");
  assert.equal(spokenIn("claude-code", user("caveat", { isMeta: true })).message, undefined);
  const result = user([{ type: "tool_result", content: "text" }]);
  assert.equal(spokenIn("claude-code", result).message, undefined);
  assert.equal(spokenIn("claude-code", { type: "summary", summary: "x" }).message, undefined);
});

Deno.test("a line of any shape is harmless", () => {
  const odd = [
    null,
    7,
    [],
    "x",
    {},
    { type: 7 },
    item(null),
    item({ type: "message", role: "user" }),
  ];
  const shapes = [{ type: "user" }, { type: "user", message: { content: [null, 7, { text: 7 }] } }];
  for (const agent of ["codex", "claude-code"] as const) {
    for (const line of [...odd, ...shapes]) {
      assert.equal(spokenIn(agent, line).message, undefined);
    }
  }
});
