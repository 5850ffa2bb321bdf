import { join } from "node:path";
import { unifiedDiff } from "../../src/snapshots/unified_diff.ts";
import { assert } from "../assert.ts";
import { withTempDir } from "../support/host.ts";
import { randomNumbers } from "../support/killing.ts";

/** What `patch` makes of a text and a diff: an oracle that cares for nothing but the result. */
async function patched(folder: string, before: string, diff: string[]): Promise<string> {
  const file = join(folder, "file");
  Deno.writeTextFileSync(file, before);
  const patch = join(folder, "patch");
  Deno.writeTextFileSync(patch, `--- file\n+++ file\n${diff.join("\n")}\n`);
  const { success, stderr } = await new Deno.Command("git", {
    args: ["apply", "--unidiff-zero", "-p0", "patch"],
    cwd: folder,
    env: { GIT_CEILING_DIRECTORIES: folder },
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return Deno.readTextFileSync(file);
}

Deno.test("git turns one text into the other by the diff", async () => {
  await withTempDir(async (folder) => {
    const random = randomNumbers(7);
    for (let round = 0; round < 40; round++) {
      const lines = Array.from({ length: 30 }, () => `line ${Math.floor(random() * 12)}`);
      const changed = lines.flatMap((line) => {
        const at = random();
        return at < 0.1 ? [] : at < 0.2 ? [line, "new"] : at < 0.3 ? ["other"] : [line];
      });
      const end = () => random() < 0.5 ? "\n" : "";
      const [before, after] = [lines.join("\n") + end(), changed.join("\n") + end()];
      const diff = unifiedDiff(before, after);
      assert.equal(await patched(folder, before, diff), after);
    }
  });
});

Deno.test("a diff shows three lines around a change, as diff -u does", () => {
  const lines = Array.from({ length: 20 }, (_, index) => `${index}`);
  const before = `${lines.join("\n")}\n`;
  assert.deepEqual(unifiedDiff(before, before.replace("\n10\n", "\nten\n")), [
    "@@ -8,7 +8,7 @@",
    ...[" 7", " 8", " 9", "-10", "+ten", " 11", " 12", " 13"],
  ]);
  assert.deepEqual(unifiedDiff(before, before), []);
  assert.deepEqual(unifiedDiff("", "a\n"), ["@@ -0,0 +1 @@", "+a"]);
  assert.deepEqual(unifiedDiff("a", "a\n"), [
    "@@ -1 +1 @@",
    "-a",
    "\\ No newline at end of file",
    "+a",
  ]);
});

Deno.test("texts that have little in common are shown as replaced", () => {
  const text = (word: string) => Array.from({ length: 3000 }, (_, n) => `${word} ${n}\n`).join("");
  const diff = unifiedDiff(text("a"), text("b"));
  assert.deepEqual([diff.length, diff[0]], [6001, "@@ -1,3000 +1,3000 @@"]);
});
