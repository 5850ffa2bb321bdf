/** How many checks passed, failed, and were left out. */
export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** The sum of several counts. */
export function sum(counts: Counts[]): Counts {
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const { passed, failed, skipped } of counts) {
    total.passed += passed;
    total.failed += failed;
    total.skipped += skipped;
  }
  return total;
}

// As in `ok | 12 passed (3 steps) | 1 failed | 2 ignored | 4 filtered out (1s)`.
const SUMMARY = /^(?:ok|FAILED) \| (\d+) passed(?: \([^)]*\))? \| (\d+) failed(.*)$/gm;

/** Adds up the summary lines of all runs of `deno test` in an output without colours. */
export function countTests(output: string): Counts {
  const runs = Array.from(output.matchAll(SUMMARY), ([, passed, failed, rest]) => ({
    passed: Number(passed),
    failed: Number(failed),
    skipped: Number(rest.match(/ (\d+) ignored/)?.[1] ?? 0),
  }));
  return sum(runs);
}

/** What a step contributes: its tests, or itself as one check; one that fails never counts nothing. */
export function countStep(output: string, succeeded: boolean): Counts {
  const tests = countTests(output);
  if (tests.passed + tests.failed + tests.skipped === 0) {
    return { passed: succeeded ? 1 : 0, failed: succeeded ? 0 : 1, skipped: 0 };
  }
  return { ...tests, failed: succeeded ? tests.failed : Math.max(tests.failed, 1) };
}

/** The line that a run ends with. */
export function summaryLine({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed` + (skipped > 0 ? `, ${skipped} skipped` : "");
}
