import { createMeter, renderProgress } from "../../src/cli/progress.ts";
import { assert } from "../assert.ts";
import { recordingTerminal } from "../support/recording_terminal.ts";

Deno.test("progress with a known total shows share, rate and time left", () => {
  const progress = { phase: "reading", files: 12, totalFiles: 40, bytes: 25e6, totalBytes: 100e6 };
  assert.equal(
    renderProgress(progress, 5000, 120),
    "reading  [#####---------------]  25 %  25 MB of 100 MB  12 files  5.0 MB/s  15 s left",
  );
});

Deno.test("progress without a total shows what was done and how fast", () => {
  const progress = { phase: "reading", files: 1, bytes: 2e6 };
  assert.equal(renderProgress(progress, 1000, 80), "reading  2.0 MB  1 file  2.0 MB/s");
});

Deno.test("progress gives up its last parts rather than wrap a narrow terminal", () => {
  const progress = { phase: "reading", files: 12, bytes: 25e6, totalBytes: 100e6 };
  const full = renderProgress(progress, 5000, 200);
  for (let columns = 8; columns < 100; columns++) {
    const line = renderProgress(progress, 5000, columns);
    assert.ok(line.length < columns || line === "reading", `${columns}: ${line}`);
    assert.ok(full.startsWith(line));
  }
});

Deno.test("bytes beyond the announced total stay at 100 %", () => {
  const progress = { phase: "reading", files: 3, bytes: 120, totalBytes: 100 };
  assert.match(renderProgress(progress, 1000, 80), /100 %/);
});

Deno.test("work shorter than half a second shows nothing", () => {
  const { terminal, errors } = recordingTerminal({ errIsTerminal: true });
  const meter = createMeter(terminal, false);
  meter.report({ phase: "reading", files: 1, bytes: 1 });
  meter.stop();
  assert.equal(errors(), "");
});

Deno.test("longer work shows a line and clears it", async () => {
  const { terminal, errors } = recordingTerminal({ errIsTerminal: true });
  const meter = createMeter(terminal, false);
  meter.report({ phase: "reading", files: 1, bytes: 1 });
  await new Promise((resolve) => setTimeout(resolve, 700));
  meter.stop();
  assert.match(errors(), /reading {2}1 B {2}1 file/);
  assert.ok(errors().endsWith("\r\x1b[K"));
});

Deno.test("progress is silent off a terminal and with --quiet", async () => {
  for (const [errIsTerminal, quiet] of [[false, false], [true, true]]) {
    const { terminal, errors } = recordingTerminal({ errIsTerminal });
    const meter = createMeter(terminal, quiet);
    meter.report({ phase: "reading", files: 1, bytes: 1 });
    await new Promise((resolve) => setTimeout(resolve, 650));
    meter.stop();
    assert.equal(errors(), "");
  }
});
