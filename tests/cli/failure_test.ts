import { LifeboatError } from "../../src/base/mod.ts";
import { failureJson, failureText } from "../../src/cli/failure.ts";
import { coloured, plain } from "../../src/cli/style.ts";
import { assert } from "../assert.ts";

const error = new LifeboatError("refused", "bad_thing", "The file a\x1b[2Jb is bad", {
  hint: "Use another.",
});

Deno.test("a failure for a person is an error line and a hint line, control characters escaped", () => {
  assert.equal(
    failureText(error, plain),
    "error: The file a\\x1b[2Jb is bad\nhint:  Use another.\n",
  );
});

Deno.test("a failure without a hint is one line", () => {
  assert.equal(
    failureText(new LifeboatError("failed", "x", "It broke"), plain),
    "error: It broke\n",
  );
});

Deno.test("a failure is coloured where colours are wanted", () => {
  assert.ok(failureText(error, coloured).startsWith("\x1b[31merror:\x1b[39m "));
});

Deno.test("a failure in JSON has code, message and hint", () => {
  assert.deepEqual(failureJson(error, false), {
    ok: false,
    error: { code: "bad_thing", message: "The file a\x1b[2Jb is bad", hint: "Use another." },
  });
});

Deno.test("under an old name a failure in JSON is a string", () => {
  assert.deepEqual(failureJson(error, true), { ok: false, error: "The file a\x1b[2Jb is bad" });
});
