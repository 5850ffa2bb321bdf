import { createMeter, parseTime, runToEnd } from "../../scripts/bench/measure.ts";
import { findPeers, installCommand, PEERS, type Versions } from "../../scripts/bench/peers.ts";
import { assert } from "../assert.ts";
import { withTempDir } from "../support/host.ts";

const DENO = Deno.execPath();

Deno.test("what GNU time notes is read, also after a line about how the program ended", () => {
  assert.deepEqual(parseTime("1.25 0.75 2048\n"), { cpu: 2, memory: 2 << 20 });
  assert.equal(parseTime("Command exited with non-zero status 1\n0.00 0.10 9\n").cpu, 0.1);
});

Deno.test("a program is measured from start to end", () =>
  withTempDir(async (folder) => {
    const hasTime = "time" in await findPeers();
    const meter = createMeter(folder, hasTime);
    const wait = "await new Promise((resolve) => setTimeout(resolve, 200))";
    const { seconds, cpu, memory } = await meter.run({ args: [DENO, "eval", wait] });
    assert.ok(seconds >= 0.2, `${seconds} s`);
    assert.equal(cpu !== undefined && memory !== undefined && memory > 10e6, hasTime);
  }));

Deno.test("a program that fails ends the benchmark with what it said", async () => {
  const code = 'console.error("no room"); console.log("{}"); Deno.exit(3)';
  const failing = runToEnd({ args: [DENO, "eval", code] });
  await assert.rejects(failing, /eval .* ended with 3:\nno room\n\{\}$/);
});

Deno.test("only root on a Debian installs, and only what is missing", () => {
  const all: Versions = Object.fromEntries(PEERS.map(({ program }) => [program, "1.0"]));
  const { borg: _, time: __, ...some } = all;
  assert.equal(installCommand(all, 0), undefined);
  assert.equal(installCommand(some, 1000), undefined);
  assert.equal(installCommand(some, null), undefined);
  assert.deepEqual(installCommand(some, 0)?.slice(-2), ["borgbackup", "time"]);
});
