import { machineOf, platformReport } from "../../src/doctor/platform.ts";
import { sandboxFindings } from "../../src/doctor/codex_home.ts";
import { assert } from "../assert.ts";
import { testHost } from "../support/host.ts";

Deno.test("systems and processors are named as the original tool names them", () => {
  assert.equal(machineOf("linux", "x86_64"), "x86_64");
  assert.equal(machineOf("linux", "aarch64"), "aarch64");
  assert.equal(machineOf("darwin", "aarch64"), "arm64");
  assert.equal(machineOf("darwin", "x86_64"), "x86_64");
  assert.equal(machineOf("windows", "x86_64"), "AMD64");
  assert.equal(machineOf("windows", "aarch64"), "ARM64");
  const report = platformReport(testHost("/home/sam", { platform: "windows", arch: "x86_64" }));
  assert.deepEqual([report.system, report.machine, report.lifeboat], [
    "Windows",
    "AMD64",
    "0.0.0-test",
  ]);
});

Deno.test("the Windows sandbox is spoken of on Windows only, where Codex has set one up", () => {
  const codes = (platform: "linux" | "windows", names: string[]) =>
    sandboxFindings(platform, names).map(({ code }) => code);
  assert.deepEqual(codes("windows", ["config.toml", "cap_sid"]), ["windows_sandbox"]);
  assert.deepEqual(codes("windows", [".sandbox-bin"]), ["windows_sandbox"]);
  assert.deepEqual(codes("windows", ["config.toml"]), []);
  assert.deepEqual(codes("linux", ["cap_sid", ".sandbox"]), []);
});
