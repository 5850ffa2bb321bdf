import { shellWord } from "../../src/base/mod.ts";
import { assert } from "../assert.ts";

Deno.test("a word that needs no quotes has none", () => {
  assert.equal(
    shellWord("/home/u/codex-backup-1.tar.gz", "linux"),
    "/home/u/codex-backup-1.tar.gz",
  );
});

Deno.test("anything that a POSIX shell would act on is quoted", () => {
  assert.equal(shellWord("/a b", "linux"), "'/a b'");
  assert.equal(shellWord("$(id)", "darwin"), "'$(id)'");
  assert.equal(shellWord("it's", "linux"), `'it'\\''s'`);
  assert.equal(shellWord("~/x", "linux"), "'~/x'");
  assert.equal(shellWord("", "linux"), "''");
});

Deno.test("Windows paths are quoted with double quotes", () => {
  assert.equal(shellWord("C:\\Users\\u\\a b", "windows"), `"C:\\Users\\u\\a b"`);
});

Deno.test("control characters never reach the terminal", () => {
  assert.equal(shellWord("a\x1b[2J\n", "linux"), `'a\\x1b[2J\\x0a'`);
});
