/** Assertions of the tests: `node:assert/strict`, and one for the errors of this program. */
import assert from "node:assert/strict";

export { assert };

/** Asserts that `fn` throws, or rejects with, an error whose `code` is `code`; returns that error. */
export async function rejectsWith(
  fn: () => unknown | Promise<unknown>,
  code: string,
): Promise<Error & { code: string; kind?: string; hint?: string }> {
  try {
    await fn();
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error)) throw error;
    assert.equal(error.code, code, `expected error ${code}, got ${error.code}: ${error.message}`);
    return error as Error & { code: string };
  }
  assert.fail(`expected error ${code}, but nothing was thrown`);
}
