import { realFs, retryWhileHeld } from "../../src/base/mod.ts";
import { assert } from "../assert.ts";
import { faultyFs, systemError } from "../support/faulty_fs.ts";
import { withTempDir } from "../support/host.ts";

/** Renames a file whose first renames fail; tells the pauses that were made, and what was thrown. */
async function renameHeld(platform: "windows" | "linux", errno: string, failures: number) {
  const pauses: number[] = [];
  let error: unknown;
  let renamed = false;
  await withTempDir((folder) => {
    Deno.writeTextFileSync(`${folder}/a`, "");
    const fs = faultyFs(realFs, ({ index }) => index < failures ? systemError(errno) : undefined);
    try {
      const wait = (ms: number) => void pauses.push(ms);
      retryWhileHeld(platform, () => fs.rename(`${folder}/a`, `${folder}/b`), wait);
    } catch (thrown) {
      error = thrown;
    }
    renamed = [...Deno.readDirSync(folder)].map(({ name }) => name).join() === "b";
  });
  return { pauses, error: (error as { code?: string })?.code, renamed };
}

Deno.test("on Windows a file that is held for a moment is renamed when it is free", async () => {
  for (const errno of ["EACCES", "EPERM", "EBUSY"]) {
    const { pauses, error, renamed } = await renameHeld("windows", errno, 3);
    assert.deepEqual({ pauses, error, renamed }, {
      pauses: [10, 20, 40],
      error: undefined,
      renamed: true,
    });
  }
});

Deno.test("a file that stays held is given up after some seconds, with the system's error", async () => {
  const { pauses, error, renamed } = await renameHeld("windows", "EBUSY", Infinity);
  assert.equal(error, "EBUSY");
  assert.equal(renamed, false);
  assert.equal(pauses.reduce((sum, ms) => sum + ms), 2550);
});

Deno.test("what is no matter of holding fails at once, and so does everything elsewhere", async () => {
  for (const [platform, errno] of [["windows", "ENOSPC"], ["linux", "EACCES"]] as const) {
    const { pauses, error } = await renameHeld(platform, errno, 1);
    assert.deepEqual({ pauses, error }, { pauses: [], error: errno });
  }
});

Deno.test("it waits by itself between two attempts", () => {
  let attempts = 0;
  retryWhileHeld("windows", () => {
    if (++attempts < 3) throw systemError("EBUSY");
  });
  assert.equal(attempts, 3);
});
