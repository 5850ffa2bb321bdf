import { checkArguments } from "../../src/mcp/arguments.ts";
import { PASSWORD } from "../../src/mcp/parameter.ts";
import type { Tool } from "../../src/mcp/tool.ts";
import { TOOLS } from "../../src/mcp/tools/mod.ts";
import { assert, rejectsWith } from "../assert.ts";

const TOOL: Tool = {
  name: "t",
  title: "",
  description: "",
  parameters: {
    text: { type: "string", description: "a text" },
    kind: { type: "string", enum: ["a", "b"], description: "a kind" },
    count: { type: "integer", minimum: 1, maximum: 9, description: "a count" },
    flag: { type: "boolean", description: "a flag" },
    list: { type: "array", items: { type: "string" }, description: "a list" },
    password: PASSWORD,
  },
  required: ["text"],
  effect: "reads",
  run: () => Promise.resolve({ ok: true }),
};

Deno.test("arguments that fit are given on as they are", () => {
  const given = { text: "x", kind: "b", count: 9, flag: false, list: ["a", "b"] };
  assert.deepEqual(checkArguments(TOOL, given), given);
  assert.deepEqual(checkArguments({ ...TOOL, required: [] }, undefined), {});
});

Deno.test("arguments of any other kind are refused", async () => {
  const bad: unknown[] = [
    null,
    [],
    "text",
    {},
    { text: "x", other: 1 },
    { text: "x", constructor: 1 },
    JSON.parse('{"text": "x", "__proto__": {}}'),
    { text: "" },
    { text: 1 },
    { text: "a\0b" },
    { text: "\ud800" },
    { text: "x".repeat(4097) },
    { text: "x", kind: "c" },
    { text: "x", count: 0 },
    { text: "x", count: 1.5 },
    { text: "x", count: "1" },
    { text: "x", count: 1e9 },
    { text: "x", flag: "true" },
    { text: "x", list: "a" },
    { text: "x", list: [1] },
    { text: "x", list: Array(1001).fill("a") },
  ];
  for (const given of bad) await rejectsWith(() => checkArguments(TOOL, given), "usage");
});

Deno.test("a password is refused by every tool, whether it takes one or not", async () => {
  for (const tool of TOOLS) {
    const act = () => checkArguments(tool, { password: "hunter2", nonsense: 1 });
    const { message, hint } = await rejectsWith(act, "password_refused");
    assert.ok(hint!.includes("password_file") && !(message + hint).includes("hunter2"), tool.name);
  }
});
