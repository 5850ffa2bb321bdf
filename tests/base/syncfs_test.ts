import { join } from "node:path";
import { realFs } from "../../src/base/mod.ts";
import { kernelTellsSyncErrors } from "../../src/base/syncfs.ts";
import { assert, rejectsWith } from "../assert.ts";
import { withTempDir } from "../support/host.ts";

Deno.test("only kernels whose syncfs tells of failed writes are relied on", () => {
  const told = ["5.8.0", "5.15.167.4-microsoft-standard-WSL2", "6.1.0-17-amd64", "10.0"];
  const untold = ["5.7.19", "4.18.0-553.el8_10.x86_64", "3.10.0", "", "unknown"];
  for (const release of told) assert.ok(kernelTellsSyncErrors(release), release);
  for (const release of untold) assert.ok(!kernelTellsSyncErrors(release), release);
});

Deno.test("a file system of the kernel's own cannot be synced as a whole", () => {
  assert.equal(realFs.canSyncAll(Deno.build.os === "linux" ? "/proc" : "/"), false);
});

Deno.test("syncing all of a file system is one call, and a failure is told", async () => {
  await withTempDir(async (folder) => {
    if (!realFs.canSyncAll(folder)) return;
    realFs.syncAll(folder);
    await rejectsWith(() => realFs.syncAll(join(folder, "not there")), "not_synced");
  });
});
