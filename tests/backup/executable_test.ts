import { join } from "node:path";
import { executableTarget, programInfo } from "../../src/backup/executable.ts";
import { realFs } from "../../src/base/mod.ts";
import { assert } from "../assert.ts";
import { withTempDir } from "../support/host.ts";
import { fakeProgram, HEADERS } from "../support/programs.ts";

Deno.test("a program's header tells the system that it was made for", () => {
  for (const [target, header] of Object.entries(HEADERS)) {
    assert.equal(executableTarget(header), target);
  }
});

Deno.test("what has no header of a known program has no target", () => {
  const unknownMachine = HEADERS["x86_64-unknown-linux-gnu"].slice();
  unknownMachine[18] = 0xf3;
  const peBeyondEnd = HEADERS["x86_64-pc-windows-msvc"].slice();
  new DataView(peBeyondEnd.buffer).setUint32(0x3c, 0xffff_fff0, true);
  for (const head of [new Uint8Array(0), new Uint8Array(64), unknownMachine, peBeyondEnd]) {
    assert.equal(executableTarget(head), undefined);
  }
});

Deno.test("the build record is found wherever it lies, also across two pieces", () =>
  withTempDir((folder) => {
    const file = join(folder, "program");
    const program = fakeProgram("aarch64-apple-darwin", "1.2.3-rc.1");
    const piece = 1 << 20;
    for (const after of [0, 1, piece - 400, piece - 350, piece - 300, piece, 2 * piece]) {
      const longer = new Uint8Array(program.length + after);
      longer.set(program);
      Deno.writeFileSync(file, longer);
      const found = programInfo(realFs, file);
      assert.deepEqual(
        found,
        { target: "aarch64-apple-darwin", version: "1.2.3-rc.1" },
        `${after}`,
      );
    }
  }));
