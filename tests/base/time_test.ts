import { within } from "../../src/base/mod.ts";
import { assert } from "../assert.ts";

const LONG_MS = 60_000;

// The test runner fails a test that leaves a timer behind.
Deno.test("what comes in time leaves no timer behind", async () => {
  assert.equal(await within(LONG_MS, Promise.resolve("it")), "it");
  await assert.rejects(within(LONG_MS, Promise.reject(new Error("it failed"))), /it failed/);
});

Deno.test("what takes too long is nothing, and may come later", async () => {
  const late = Promise.withResolvers<string>();
  assert.equal(await within(1, late.promise), undefined);
  late.resolve("late");
  assert.equal(await within(1, late.promise), "late");
});

Deno.test("who stops need not wait", async () => {
  const stop = new AbortController();
  const never = new Promise<never>(() => {});
  const waiting = within(LONG_MS, never, stop.signal);
  stop.abort(new Error("stopped"));
  await assert.rejects(waiting, /stopped/);
  await assert.rejects(within(LONG_MS, never, stop.signal), /stopped/);
});
