import { addToRun, emptyRun, endsBefore, isFull, type Run } from "../../src/archive/runs.ts";
import { assert } from "../assert.ts";

interface Small {
  path: string;
  size: number;
}

function lengthInTar(size: number): number {
  return 512 + Math.ceil(size / 512) * 512;
}

/** The runs that these files are put in, as lists of their paths. */
function runsOf(files: Small[]): string[][] {
  const runs: Run[] = [emptyRun()];
  for (const { path, size } of files) {
    if (endsBefore(runs.at(-1)!, path, lengthInTar(size))) runs.push(emptyRun());
    const header = new Uint8Array(512);
    addToRun(runs.at(-1)!, [path, size, 0, 0, null], {
      length: header.length,
      blocks: () => header,
    }, new Uint8Array(size));
    if (isFull(runs.at(-1)!)) runs.push(emptyRun());
  }
  for (const run of runs) {
    assert.equal(run.raw, run.entries.reduce((sum, [, size]) => sum + lengthInTar(size), 0));
    assert.ok(run.raw % 512 === 0 && run.raw < (2 << 20) + 512);
  }
  return runs.map((run) => run.entries.map(([path]) => path));
}

function filesOf(count: number, sizeOf: (index: number) => number): Small[] {
  const pathOf = (index: number) => `files/sessions/2026/${String(index).padStart(6, "0")}.jsonl`;
  return Array.from({ length: count }, (_, at) => ({ path: pathOf(at), size: sizeOf(at) }));
}

const MIXES: [string, number, (index: number) => number][] = [
  ["tiny files", 6000, () => 300],
  ["files of some KiB", 3000, (index) => index * 7919 % 9000],
  ["files of some hundred KiB", 200, (index) => index * 104_729 % 400_000],
];

for (const [name, count, sizeOf] of MIXES) {
  Deno.test(`runs of ${name} are neither short nor long`, () => {
    const runs = runsOf(filesOf(count, sizeOf));
    const total = filesOf(count, sizeOf).reduce((sum, { size }) => sum + size + 768, 0);
    const average = total / runs.length;
    assert.ok(average > 150_000 && average < 600_000, `average ${average}`);
  });

  Deno.test(`a new file among ${name} changes few runs`, () => {
    const files = filesOf(count, sizeOf);
    const before = new Set(runsOf(files).map((paths) => paths.join()));
    for (const place of [0, 10, Math.floor(count / 3), count - 2]) {
      const { path } = files[place];
      const more = files.toSpliced(place + 1, 0, { path: `${path}-new`, size: 5000 });
      const changed = runsOf(more).filter((paths) => !before.has(paths.join()));
      assert.ok(changed.length <= 5, `${changed.length} of ${before.size} runs changed`);
    }
  });
}
