import { realFs } from "../../src/base/mod.ts";
import { connectionTo, hasConnection } from "../../src/capture/lock_owner.ts";
import { assert } from "../assert.ts";
import { makeDatabase } from "../support/databases.ts";
import { faultyFs, systemError } from "../support/faulty_fs.ts";
import { withTempDir } from "../support/host.ts";

const info = { ...realFs.lstat("."), device: 0xfe00, inode: 2162884 };

Deno.test("a lock on the connection byte of the file means a connection", () => {
  const line = "1: POSIX  ADVISORY  READ 8926 fe:00:2162884 128 128\n";
  assert.ok(hasConnection(line, info));
  assert.ok(hasConnection(line.replace("128 128", "0 EOF"), info));
  assert.ok(!hasConnection(line.replace("128 128", "120 123"), info));
  assert.ok(!hasConnection(line.replace("2162884", "2162885"), info));
  assert.ok(!hasConnection(line.replace("fe:00", "08:01"), info));
  assert.ok(!hasConnection(line.replace("POSIX ", "FLOCK "), info));
  assert.ok(!hasConnection(line.replace("1: ", "1: -> "), info));
  assert.ok(!hasConnection("", info));
});

Deno.test("large device numbers are written as the kernel does", () => {
  // Major 259, minor 5: an NVMe disk.
  const nvme = { ...info, device: (259 << 8) | 5 };
  assert.ok(hasConnection("1: POSIX  ADVISORY  READ 1 103:05:2162884 128 128\n", nvme));
});

Deno.test("where locks cannot be listed nothing is known", () => {
  const fs = faultyFs(
    realFs,
    ({ operation }) => operation === "open" ? systemError("ENOENT") : undefined,
  );
  assert.equal(connectionTo(fs, info), "unknown");
});

Deno.test("a connection is seen while a database is open, and not afterwards", () =>
  withTempDir((folder) => {
    if (Deno.build.os !== "linux") return;
    const database = makeDatabase(`${folder}/a.sqlite`, "wal");
    const shm = realFs.lstat(`${folder}/a.sqlite-shm`);
    assert.equal(connectionTo(realFs, shm), "open");
    database.close();
    assert.equal(connectionTo(realFs, shm), "none");
  }));
