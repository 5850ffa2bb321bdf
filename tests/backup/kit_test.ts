import { join } from "node:path";
import { addKitExecutable, listKitExecutables, removeKitExecutable } from "../../src/backup/mod.ts";
import { assert, rejectsWith } from "../assert.ts";
import { faultyFs, systemError } from "../support/faulty_fs.ts";
import { testHost, withTempDir } from "../support/host.ts";
import { fakeProgram } from "../support/programs.ts";

const MAC = "aarch64-apple-darwin";
const WINDOWS = "x86_64-pc-windows-msvc";

Deno.test("executables for other systems are stored, listed and forgotten", () =>
  withTempDir(async (folder) => {
    const host = testHost(folder);
    assert.deepEqual(listKitExecutables(host), []);
    const mac = join(folder, "Downloads-lifeboat");
    Deno.writeFileSync(mac, fakeProgram(MAC, "1.2.3"));
    Deno.writeFileSync(join(folder, "lifeboat.exe"), fakeProgram(WINDOWS, "1.2.3"));
    const added = addKitExecutable(host, mac);
    assert.deepEqual([added.target, added.version], [MAC, "1.2.3"]);
    assert.equal(added.name, `restore-standalone-${MAC}`);
    if (Deno.build.os !== "windows") assert.equal(host.fs.stat(added.path).mode, 0o700);
    assert.deepEqual(Deno.readFileSync(added.path), Deno.readFileSync(mac));
    addKitExecutable(host, join(folder, "lifeboat.exe"));
    assert.deepEqual(
      listKitExecutables(host).map(({ name }) => name),
      [`restore-standalone-${MAC}`, `restore-standalone-${WINDOWS}.exe`],
    );
    removeKitExecutable(host, MAC);
    assert.deepEqual(listKitExecutables(host).map(({ target }) => target), [WINDOWS]);
    await rejectsWith(() => removeKitExecutable(host, MAC), "not_in_kit");
  }));

Deno.test("a newer executable for the same system takes the older one's place", () =>
  withTempDir((folder) => {
    const host = testHost(folder);
    const file = join(folder, "lifeboat");
    for (const version of ["1.0.0", "1.1.0"]) {
      Deno.writeFileSync(file, fakeProgram(MAC, version));
      addKitExecutable(host, file);
    }
    assert.deepEqual(listKitExecutables(host).map(({ version }) => version), ["1.1.0"]);
  }));

Deno.test("what is no lifeboat is not taken into the kit", () =>
  withTempDir(async (folder) => {
    const host = testHost(folder);
    const file = join(folder, "file");
    const contents: Record<string, Uint8Array> = {
      "another program": fakeProgram(MAC, "1.0.0").fill(0, 4096),
      "one that claims another system": fakeProgram(MAC, "1.0.0", WINDOWS),
      "a text": new TextEncoder().encode("#!/bin/sh\n".repeat(20)),
      "an empty file": new Uint8Array(0),
    };
    for (const [what, content] of Object.entries(contents)) {
      Deno.writeFileSync(file, content);
      const error = await rejectsWith(() => addKitExecutable(host, file), "not_lifeboat");
      assert.equal(error.kind, "refused", what);
    }
    await rejectsWith(() => addKitExecutable(host, folder), "no_such_file");
    await rejectsWith(() => addKitExecutable(host, join(folder, "none")), "no_such_file");
    assert.deepEqual(listKitExecutables(host), []);
  }));

Deno.test("a full disk leaves the stored executable as it was", () =>
  withTempDir((folder) => {
    const host = testHost(folder);
    const file = join(folder, "lifeboat");
    Deno.writeFileSync(file, fakeProgram(MAC, "1.0.0"));
    addKitExecutable(host, file);
    Deno.writeFileSync(file, fakeProgram(MAC, "2.0.0"));
    for (const operation of ["write", "sync", "rename"]) {
      const fs = faultyFs(host.fs, (call) => {
        return call.operation === operation ? systemError("ENOSPC") : undefined;
      });
      assert.throws(() => addKitExecutable({ ...host, fs }, file), /ENOSPC/);
      const names = host.fs.list(join(host.folders.state, "kit")).entries.map(({ name }) => name);
      assert.deepEqual(names, [`restore-standalone-${MAC}`], operation);
      assert.equal(listKitExecutables(host)[0].version, "1.0.0");
    }
  }));
