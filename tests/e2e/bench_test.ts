import { dirname, join } from "node:path";
import type { Report } from "../../scripts/bench/report.ts";
import { run } from "../../scripts/build/process.ts";
import { assert } from "../assert.ts";
import { withTempDir } from "../support/host.ts";

const ROOT = dirname(dirname(import.meta.dirname!));

Deno.test("the benchmark measures every step on a small home and judges every promise", () =>
  withTempDir(async (folder) => {
    const [out, home] = [join(folder, "bench.json"), join(folder, ".codex")];
    const options = ["--quick", "--size", "8M", "--no-install", "--home", home, "--out", out];
    const script = join(ROOT, "scripts", "bench.ts");
    const printed = await run(Deno.execPath(), ["run", "-A", script, ...options]);
    const report: Report = JSON.parse(Deno.readTextFileSync(out));
    assert.ok(report.home.bytes > 8e6 && report.home.files > 200);
    const ours = report.series.filter(({ id }) => id.startsWith("lifeboat-"));
    assert.equal(ours.length, 13);
    for (const { id, title, samples } of report.series) {
      assert.equal(samples.length, 1, id);
      assert.ok(samples[0].seconds > 0, id);
      assert.ok(printed.includes(title.replaceAll("|", "\\|")), title);
    }
    const judged = report.verdicts.filter(({ measured }) => measured !== undefined);
    assert.ok(judged.length >= 4, "those that need nothing but lifeboat");
    if (report.missing.length === 0) assert.equal(judged.length, report.verdicts.length);
    for (const { promise } of report.verdicts) {
      assert.ok(printed.includes(promise.replaceAll("|", "\\|")), promise);
    }
    const left = [...Deno.readDirSync(folder)].map(({ name }) => name);
    assert.deepEqual(left.sort(), [".codex", "bench.json"]);
  }));
