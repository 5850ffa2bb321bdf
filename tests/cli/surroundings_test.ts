import { join } from "node:path";
import { readInvocation } from "../../src/cli/invocation.ts";
import {
  isGuided,
  isRestorer,
  meantArgs,
  programName,
  surroundingBackup,
} from "../../src/cli/surroundings.ts";
import { assert } from "../assert.ts";
import { testHost, withTempDir } from "../support/host.ts";

function makeExtracted(folder: string): void {
  Deno.mkdirSync(join(folder, "files"), { recursive: true });
  Deno.writeTextFileSync(join(folder, "manifest.json"), "{}");
}

Deno.test("a program beside manifest.json and files is the restorer of that backup", () =>
  withTempDir((folder) => {
    makeExtracted(folder);
    const host = testHost(folder, { executable: join(folder, "any-name") });
    assert.ok(isRestorer(host));
    assert.equal(surroundingBackup(host), folder);
    assert.equal(programName(host), `.${Deno.build.os === "windows" ? "\\" : "/"}any-name`);
  }));

Deno.test("a program called restore-standalone is a restorer wherever it lies", () =>
  withTempDir((folder) => {
    const at = (name: string) => testHost(folder, { executable: join(folder, name) });
    assert.ok(isRestorer(at("restore-standalone")));
    assert.ok(isRestorer(at("restore-standalone-aarch64-apple-darwin")));
    assert.ok(!isRestorer(at("lifeboat")));
    assert.equal(surroundingBackup(at("restore-standalone")), undefined);
  }));

Deno.test("a manifest.json without files is not taken for a backup", () =>
  withTempDir((folder) => {
    Deno.writeTextFileSync(join(folder, "manifest.json"), "{}");
    assert.ok(!isRestorer(testHost(folder, { executable: join(folder, "lifeboat") })));
  }));

Deno.test("the sources, run by Deno, are no restorer", () =>
  withTempDir((folder) => {
    const host = testHost(folder);
    assert.ok(!isRestorer(host));
    assert.equal(programName(host), "lifeboat");
  }));

function meant(args: string[], restorer: boolean): string[] {
  return meantArgs(readInvocation(args, "lifeboat"), restorer);
}

Deno.test("a program that is given no command says how things are", () => {
  assert.deepEqual(meant([], false), ["status"]);
  assert.deepEqual(meant(["--json"], false), ["status", "--json"]);
  assert.deepEqual(meant(["--help"], false), ["--help"]);
  assert.deepEqual(meantArgs(readInvocation([], "codex-environment-backup"), false), []);
});

Deno.test("a restorer that is given no command restores", () => {
  assert.deepEqual(meant(["--apply", "--confirm"], true), ["restore", "--apply", "--confirm"]);
  assert.deepEqual(meant(["verify", "."], true), ["verify", "."]);
  assert.deepEqual(meant(["--help"], true), ["--help"]);
  assert.deepEqual(meant(["list", "--json"], false), ["list", "--json"]);
});

Deno.test("a restorer that is started by a double-click guides the user", () => {
  const args = meant([], true);
  assert.deepEqual(args.slice(0, 2), ["restore", "--apply"]);
  assert.ok(isGuided(args));
  assert.ok(!isGuided(["restore", "--apply"]));
});
