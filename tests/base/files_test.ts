import { assert, rejectsWith } from "../assert.ts";
import { ensureDir, lstatIfThere, readFile, realFs, replaceFile } from "../../src/base/mod.ts";
import { faultyFs, systemError } from "../support/faulty_fs.ts";
import { withTempDir } from "../support/host.ts";

const PLATFORM = Deno.build.os === "windows" ? "windows" : "linux";

Deno.test("replaceFile leaves the old content and no rest when any step fails", async () => {
  await withTempDir((folder) => {
    const path = `${folder}/settings`;
    Deno.writeTextFileSync(path, "old");
    for (const errno of ["ENOSPC", "EIO"]) {
      for (let failing = 0;; failing++) {
        let reached = false;
        const fs = faultyFs(realFs, ({ index, operation }) => {
          if (index !== failing || operation === "remove" || operation === "close") return;
          reached = true;
          return systemError(errno);
        });
        try {
          replaceFile(fs, path, "new", PLATFORM);
        } catch {
          // The failure is what the test asks for; what matters is what is left.
        }
        const names = [...Deno.readDirSync(folder)].map((entry) => entry.name);
        assert.deepEqual(names, ["settings"], `rest after call ${failing} failed`);
        assert.ok(["old", "new"].includes(Deno.readTextFileSync(path)));
        if (!reached) break;
        Deno.writeTextFileSync(path, "old");
      }
    }
  });
});

Deno.test("readFile refuses a file above its limit", async () => {
  await withTempDir(async (folder) => {
    Deno.writeFileSync(`${folder}/big`, new Uint8Array(11));
    await rejectsWith(() => readFile(realFs, `${folder}/big`, 10), "file_too_large");
  });
});

Deno.test("ensureDir makes private folders and refuses a file in the way", async () => {
  await withTempDir(async (folder) => {
    ensureDir(realFs, `${folder}/a/b/c`, PLATFORM);
    if (PLATFORM !== "windows") assert.equal(realFs.stat(`${folder}/a/b`).mode, 0o700);
    Deno.writeTextFileSync(`${folder}/file`, "");
    await rejectsWith(() => ensureDir(realFs, `${folder}/file/x`, PLATFORM), "not_a_folder");
  });
});

// Only Linux file systems take such names; elsewhere the test shows that nothing is lost wrongly.
Deno.test("names that are not UTF-8 are listed as lost, the others as entries", async () => {
  await withTempDir(async (folder) => {
    Deno.writeTextFileSync(`${folder}/good`, "");
    Deno.symlinkSync("nowhere", `${folder}/really \uFFFD`);
    const onLinux = Deno.build.os === "linux";
    const script = `: > "$1/$(printf 'bad\\377')"`;
    if (onLinux) await new Deno.Command("sh", { args: ["-c", script, "sh", folder] }).output();
    const { entries, lost } = realFs.list(folder);
    assert.deepEqual(entries.map((entry) => entry.name), ["good", "really \uFFFD"]);
    assert.deepEqual(lost, onLinux ? ["bad\\xff"] : []);
  });
});

Deno.test("a folder that another process makes in the same moment is fine", () =>
  withTempDir((folder) => {
    const fs = {
      ...realFs,
      makeDir(path: string, mode?: number) {
        realFs.makeDir(path, mode);
        realFs.makeDir(path, mode); // the other one was here first
      },
    };
    ensureDir(fs, `${folder}/a/b`, "linux");
    assert.ok(Deno.statSync(`${folder}/a/b`).isDirectory);
  }));

Deno.test("below a link that leads to itself is nothing", () =>
  withTempDir((folder) => {
    Deno.symlinkSync("a", `${folder}/a`);
    assert.equal(lstatIfThere(realFs, `${folder}/a`)?.kind, "symlink");
    assert.equal(lstatIfThere(realFs, `${folder}/a/b/c`), undefined);
  }));
