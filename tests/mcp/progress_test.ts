import fc from "fast-check";
import { type ProgressMessage, progressMessages } from "../../src/mcp/progress.ts";
import { assert } from "../assert.ts";

Deno.test("each phase is told at once, and what follows soon after is left out", () => {
  let now = 0;
  const sent: ProgressMessage[] = [];
  const report = progressMessages((message) => void sent.push(message), () => now);
  report({ phase: "reading", files: 0, bytes: 0, totalBytes: 100 });
  report({ phase: "reading", files: 1, bytes: 10, totalBytes: 100 });
  now = 300;
  report({ phase: "reading", files: 2, totalFiles: 4, bytes: 50, totalBytes: 100 });
  report({ phase: "verifying", files: 0, bytes: 0 });
  assert.deepEqual(sent, [
    { progress: 0, message: "reading: 0 files" },
    { progress: 0.5, message: "reading: 2 of 4 files, 50 %" },
    { progress: 1, message: "verifying: 0 files" },
  ]);
});

Deno.test("progress only ever grows, whatever the engine reports", () => {
  const count = fc.integer({ min: 0, max: 1000 });
  const progress = fc.record({
    phase: fc.constantFrom("a", "b", "c"),
    files: count,
    bytes: count,
    totalBytes: fc.option(count, { nil: undefined }),
    totalFiles: fc.option(count, { nil: undefined }),
  });
  fc.assert(fc.property(fc.array(progress), (reports) => {
    let now = 0;
    const sent: number[] = [];
    const report = progressMessages((one) => void sent.push(one.progress), () => now += 200);
    reports.forEach(report);
    assert.ok(sent.every((value, index) => index === 0 || value > sent[index - 1]));
  }));
});
