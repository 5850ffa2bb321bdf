import { compilePatterns } from "../../src/profiles/mod.ts";
import { assert } from "../assert.ts";

function meant(pattern: string, path: string, isFolder = false): boolean {
  return compilePatterns([pattern])(path, isFolder) === pattern;
}

Deno.test("a plain pattern means that name at the top of the root only", () => {
  assert.ok(meant("cache", "cache", true));
  assert.ok(!meant("cache", "plugins/cache", true));
  assert.ok(!meant("cache", "cache2", true));
  assert.ok(!meant("cache", "mycache", true));
});

Deno.test("a pattern that begins with **/ means that name in every folder", () => {
  assert.ok(meant("**/node_modules", "node_modules", true));
  assert.ok(meant("**/node_modules", "skills/a/node_modules", true));
  assert.ok(!meant("**/node_modules", "skills/a/old_node_modules", true));
});

Deno.test("a pattern that ends with a slash means a folder, not a file of that name", () => {
  assert.ok(meant("log/", "log", true));
  assert.ok(!meant("log/", "log", false));
  assert.ok(meant("log/", "log/codex-tui.log"));
});

Deno.test("what lies in a folder that is meant is meant too", () => {
  assert.ok(meant("packages/standalone", "packages/standalone/v1/codex"));
  assert.ok(!meant("packages/standalone", "packages/other"));
  assert.ok(!meant("packages/standalone", "a/packages/standalone"));
});

Deno.test("stars and question marks stay within a name", () => {
  assert.ok(meant("logs_*.sqlite*", "logs_2.sqlite-wal"));
  assert.ok(!meant("logs_*.sqlite*", "sessions/logs_2.sqlite"));
  assert.ok(meant("sessions/*.json", "sessions/4711.json"));
  assert.ok(!meant("sessions/*.json", "sessions/2026/4711.json"));
  assert.ok(meant("state_?.sqlite", "state_5.sqlite"));
});

Deno.test("names are compared without case, and characters of expressions stand for themselves", () => {
  assert.ok(meant(".Sandbox*", ".sANDBOX-bin", true));
  assert.ok(!meant(".tmp", "xtmp", true));
  assert.ok(meant("a+b(c)", "A+B(C)"));
});
