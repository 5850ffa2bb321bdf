import { assert } from "../assert.ts";
import { isoWithOffset, matchGlobs, nameStamp, printable } from "../../src/base/mod.ts";

Deno.test("printable escapes what moves the cursor or turns text around", () => {
  assert.equal(printable("a\x1b[2Jb\n"), "a\\x1b[2Jb\\x0a");
  assert.equal(printable("txt.\u202eexe"), "txt.\\u202eexe");
  assert.equal(printable("日本語 ü"), "日本語 ü");
});

Deno.test("a glob without a slash means that name everywhere, with all that is in it", () => {
  const matches = matchGlobs(["node_modules", "*.log"]);
  assert.ok(matches("a/node_modules/b/c.js"));
  assert.ok(matches("x/y/Z.LOG"));
  assert.ok(!matches("node_modules2/a"));
});

Deno.test("a glob with a slash is anchored; ** crosses folders", () => {
  const matches = matchGlobs(["sessions/*/x?.jsonl", "/top", "a/**/z"]);
  assert.ok(matches("sessions/2026/x1.jsonl"));
  assert.ok(!matches("sessions/2026/11/x1.jsonl"));
  assert.ok(matches("top/inner"));
  assert.ok(!matches("b/top"));
  assert.ok(matches("a/z") && matches("a/b/c/z"));
});

Deno.test("globs treat pattern characters in names as themselves", () => {
  assert.ok(matchGlobs(["a+(b).[x]"])("a+(b).[x]"));
  assert.ok(!matchGlobs(["a.b"])("axb"));
});

Deno.test("times carry their offset and make names that sort", () => {
  const date = new Date(2026, 10, 20, 9, 5, 7);
  assert.match(isoWithOffset(date), /^2026-11-20T09:05:07[+-]\d\d:\d\d$/);
  assert.equal(Date.parse(isoWithOffset(date)), date.getTime());
  assert.equal(nameStamp(date), "20261120-090507");
});
