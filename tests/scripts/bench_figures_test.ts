import { median, medianOf, type Series } from "../../scripts/bench/figures.ts";
import { judgeGrowth } from "../../scripts/bench/growth.ts";
import { parseOptions } from "../../scripts/bench/options.ts";
import { judge, memoryVerdict, verdict } from "../../scripts/bench/promises.ts";
import { presentStages } from "../../scripts/bench/rounds.ts";
import { STAGES } from "../../scripts/bench/steps.ts";
import { renderReport, table } from "../../scripts/bench/report.ts";
import { assert } from "../assert.ts";

function series(id: string, ...seconds: number[]): Series {
  return { id, title: `the ${id}`, samples: seconds.map((seconds) => ({ seconds })) };
}

const STARTUP = { empty: 20, version: 25 };

Deno.test("the median is the middle one, or between the two in the middle", () => {
  assert.equal(median([]), undefined);
  assert.equal(median([5, 1, 100]), 5);
  assert.equal(median([4, 1, 2, 100]), 3);
  assert.equal(medianOf(undefined, "seconds"), undefined);
  assert.equal(medianOf(series("a", 3, 1, 2), "seconds"), 2);
  assert.equal(medianOf(series("a", 3, 1, 2), "memory"), undefined);
});

Deno.test("a promise is met up to its limit, and open when something was not measured", () => {
  assert.deepEqual(verdict("p", 0.7, 0.7), { promise: "p", limit: 0.7, measured: 0.7, met: true });
  assert.equal(verdict("p", 0.7, 0.71).met, false);
  assert.deepEqual(verdict("p", 0.7, undefined), { promise: "p", limit: 0.7 });
});

Deno.test("steps whose program is missing are left out, those of lifeboat never", () => {
  const ids = (peers: Record<string, string>) =>
    presentStages(STAGES, peers).flatMap(({ steps }) => steps.map(({ id }) => id));
  assert.ok(ids({}).length >= 10 && ids({}).every((id) => id.startsWith("lifeboat-")));
  const more = ids({ bash: "5", tar: "1", pigz: "2" }).filter((id) => !ids({}).includes(id));
  assert.deepEqual(more, ["tar-pigz"]);
});

Deno.test("ratios are those of the medians", () => {
  const measured = [series("lifeboat-usual-first", 3, 9, 4), series("tar-pigz", 8, 7, 100)];
  const verdicts = judge(measured, { jobs: 2, startup: STARTUP });
  const of = (promise: string) => verdicts.find((one) => one.promise === promise)!;
  assert.deepEqual(of("first / tar | pigz -6"), {
    promise: "first / tar | pigz -6",
    limit: 0.7,
    measured: 0.5,
    met: true,
  });
  assert.equal(of("first / restic's first").met, undefined);
  assert.equal(of("archive without kit / solid gzip -6").met, undefined);
  assert.equal(of("--version / a program that does nothing").measured, 1.25);
});

Deno.test("each job beyond the second may take more memory, and the worst run counts", () => {
  const run = (memory: number): Series => ({
    ...series("lifeboat-restore"),
    samples: [{ seconds: 1, memory: 100e6 }, { seconds: 1, memory }],
  });
  assert.equal(memoryVerdict([run(256e6)], 2).met, true);
  assert.equal(memoryVerdict([run(257e6)], 2).met, false);
  assert.equal(memoryVerdict([run(257e6)], 1).met, false);
  assert.equal(memoryVerdict([run(320e6)], 3).met, true);
  assert.equal(memoryVerdict([{ ...run(999e6), id: "restic-first" }], 2).met, undefined);
});

Deno.test("growth is judged by the two largest homes that are alike", () => {
  const home = (bytes: number, seconds: number, isAlike = true) => ({
    bytes,
    files: 1000,
    isAlike,
    series: [series("lifeboat-usual-first", seconds)],
  });
  const growth = [home(100, 9), home(2000, 22), home(400, 4), home(4000, 900, false)];
  const [linear] = judgeGrowth(growth, 2);
  assert.ok(Math.abs(linear.measured! - 1.1) < 1e-9);
  assert.equal(linear.met, true);
  assert.equal(judgeGrowth(growth.slice(0, 1), 2)[0].met, undefined);
});

Deno.test("tables are Markdown, and aligned as plain text too", () => {
  assert.deepEqual(table(["what", "s"], [["tar | gzip", "1.25"], ["x", "10"]]), [
    "| what        |    s |",
    "| ----------- | ---: |",
    "| tar \\| gzip | 1.25 |",
    "| x           |   10 |",
  ]);
});

Deno.test("the report names the machine, what is missing, and what was not met", () => {
  const measured = [series("lifeboat-usual-first", 6), series("tar-pigz", 8)];
  const size = { archive: 1_040_000, solid: 1_000_000 };
  const text = renderReport({
    date: "2026-11-20T21:00:00.000Z",
    machine: { system: "here", processor: "Fast", cores: 2, memory: 24 * 2 ** 30, load: 1.5 },
    lifeboat: "lifeboat 1",
    peers: {},
    missing: ["restic", "borg"],
    home: { bytes: 400e6, files: 10_000 },
    rounds: 1,
    jobs: 2,
    series: measured,
    size,
    startup: STARTUP,
    growth: [],
    verdicts: judge(measured, { jobs: 2, size, startup: STARTUP }),
  });
  for (
    const line of [
      /^2026-11-20, Fast, 2 cores, 24 GiB, here\.$/,
      /^lifeboat 1, 2 jobs\. A home of 400 MB in 10,000 files, 1 round\.$/,
      /^\*\*The machine was busy \(load 1\.5\): these times mean little\.\*\*$/,
      /^Missing, so left out: restic, borg\.$/,
      /^\| the tar-pigz +\| +8\.00 \|/,
      /^\| first \/ tar \\\| pigz -6 +\| +0\.75 \| +at most 0\.70 \| NOT met \|$/,
      /^\| archive without kit \/ solid gzip -6 +\| +1\.040 \| +at most 1\.03 \| NOT met \|$/,
      /^\| restore \/ tar xzf +\| not measured \| +at most 0\.80 \| +\|$/,
      /^\| --version \/ a program that does nothing +\| +1\.25 \| +at most 1\.50 \| +met \|$/,
    ]
  ) {
    assert.ok(text.split("\n").some((shown) => line.test(shown)), `${line} in\n${text}`);
  }
});

Deno.test("sizes have units, and what is no option is refused with the usage", () => {
  const { size, rounds, listed } = parseOptions([]);
  assert.deepEqual({ size, rounds, listed }, { size: 400e6, rounds: 5, listed: 1000 });
  assert.equal(parseOptions(["--size", "1.5G"]).size, 1.5e9);
  assert.equal(parseOptions(["--quick"]).size, 60e6);
  assert.equal(parseOptions(["--quick", "--size", "20M", "--rounds", "2"]).size, 20e6);
  assert.equal(parseOptions(["--no-install"]).install, false);
  for (const args of [["--size", "4X"], ["--rounds", "0"], ["--jobs", "-1"], ["--huge"], ["x"]]) {
    assert.throws(() => parseOptions(args), /usage: deno task bench/, args.join(" "));
  }
});
