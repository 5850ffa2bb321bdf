import { countStep, countTests, sum, summaryLine } from "../../scripts/ci/counts.ts";
import { assert } from "../assert.ts";

const GOOD = "ok | 12 passed | 0 failed (1s)";
const BAD = "FAILED | 3 passed (4 steps) | 2 failed (1 step) | 5 ignored | 1 filtered out (20ms)";

Deno.test("the summaries of several test runs in one output are added up", () => {
  const output =
    `running 12 tests\na ... ok (1ms)\n\n${GOOD}\n\nmore\n\n${BAD}\n\nerror: Test failed`;
  assert.deepEqual(countTests(output), { passed: 15, failed: 2, skipped: 5 });
});

Deno.test("what only looks like a summary is not counted", () => {
  assert.deepEqual(countTests(` ${GOOD}\nx ${GOOD}`), { passed: 0, failed: 0, skipped: 0 });
});

Deno.test("a step without tests counts as one check", () => {
  assert.deepEqual(countStep("Checked 71 files", true), { passed: 1, failed: 0, skipped: 0 });
  assert.deepEqual(countStep("Found 6 problems", false), { passed: 0, failed: 1, skipped: 0 });
});

Deno.test("a step that fails counts at least one failure, even when all its tests passed", () => {
  assert.deepEqual(countStep(GOOD, false), { passed: 12, failed: 1, skipped: 0 });
  assert.deepEqual(countStep(BAD, false), { passed: 3, failed: 2, skipped: 5 });
  assert.deepEqual(countStep(GOOD, true), { passed: 12, failed: 0, skipped: 0 });
});

Deno.test("the last line names skipped tests only when there are some", () => {
  const counts = sum([countTests(GOOD), countTests(BAD)]);
  assert.equal(summaryLine(counts), "15 passed, 2 failed, 5 skipped");
  assert.equal(summaryLine(countTests(GOOD)), "12 passed, 0 failed");
});
