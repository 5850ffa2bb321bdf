import { readInvocation } from "../../src/cli/invocation.ts";
import { assert } from "../assert.ts";

Deno.test("the names of the original mean JSON and plain error strings", () => {
  for (
    const argv0 of [
      "codex-environment-backup",
      "/usr/local/bin/agent-environment-backup",
      "C:\\Tools\\codex-environment-backup.exe",
    ]
  ) {
    const { oldName, json } = readInvocation(["list-backups"], argv0);
    assert.deepEqual({ oldName, json }, { oldName: true, json: true }, argv0);
  }
});

Deno.test("any other name prints for a person unless --json is there", () => {
  assert.equal(readInvocation(["list"], "/opt/lifeboat").json, false);
  assert.equal(readInvocation(["list", "--json"], "lifeboat").json, true);
  assert.equal(readInvocation(["--json", "list"], "lifeboat").json, true);
  assert.equal(readInvocation(["list", "--", "--json"], "lifeboat").json, false);
  assert.equal(readInvocation(["list"], "lifeboat").oldName, false);
});

Deno.test("the version is asked for wherever the option stands", () => {
  assert.equal(readInvocation(["--version"], "lifeboat").version, true);
  assert.equal(readInvocation(["--json", "-V"], "lifeboat").version, true);
  assert.equal(readInvocation(["list"], "lifeboat").version, false);
});
