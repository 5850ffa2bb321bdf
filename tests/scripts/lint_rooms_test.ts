import { join } from "node:path";
import plugin, { ROOMS } from "../../scripts/lint/rooms.ts";
import { assert } from "../assert.ts";

const ROOT = join(import.meta.dirname!, "..", "..");

function lint(file: string, source: string): string[] {
  return Deno.lint.runPlugin(plugin, join(ROOT, file), source).map(({ message }) => message);
}

function assertFine(file: string, source: string): void {
  assert.deepEqual(lint(file, source), []);
}

function assertReported(file: string, source: string, message: RegExp): void {
  const messages = lint(file, source);
  assert.equal(messages.length, 1, `${file}: ${source}`);
  assert.match(messages[0], message);
}

Deno.test("every folder below src is in the list of rooms", async () => {
  for await (const { name, isDirectory } of Deno.readDir(join(ROOT, "src"))) {
    if (isDirectory) assert.ok(ROOMS.includes(name), name);
  }
});

Deno.test("a room may import its own files and the doors of rooms below it", () => {
  assertFine("src/backup/plan.ts", `import { a } from "./names.ts";`);
  assertFine("src/backup/deep/plan.ts", `import { a } from "../names.ts";`);
  assertFine("src/backup/plan.ts", `import { a } from "../base/mod.ts";`);
  assertFine("src/backup/plan.ts", `export * from "../archive/mod.ts";`);
  assertFine("src/backup/plan.ts", `import { Command } from "commander";`);
});

Deno.test("an import that goes up the list of rooms is reported", () => {
  const up = /base is below backup/;
  assertReported("src/base/fs.ts", `import { a } from "../backup/mod.ts";`, up);
  assertReported("src/base/fs.ts", `import type { A } from "../backup/mod.ts";`, up);
  assertReported("src/base/fs.ts", `export { a } from "../backup/mod.ts";`, up);
  assertReported("src/base/fs.ts", `export * from "../backup/mod.ts";`, up);
  assertReported("src/base/fs.ts", `await import("../backup/mod.ts");`, up);
  assertReported("src/catalog/mod.ts", `import { a } from "../doctor/mod.ts";`, /below doctor/);
});

Deno.test("an import past another room's door is reported", () => {
  assertReported("src/backup/plan.ts", `import { a } from "../base/fs.ts";`, /base\/mod\.ts/);
  assertReported("src/worker.ts", `import { a } from "./base/fs.ts";`, /base\/mod\.ts/);
  assertReported("main.ts", `import { a } from "./src/cli/backup.ts";`, /cli\/mod\.ts/);
});

Deno.test("main.ts and the worker may import every door", () => {
  assertFine("main.ts", `import { run } from "./src/cli/mod.ts"; import "./src/base/mod.ts";`);
  assertFine("src/worker.ts", `import { jobs } from "./capture/mod.ts";`);
});

Deno.test("an import of what is in no room, or in an unknown one, is reported", () => {
  assertReported("src/base/fs.ts", `import { a } from "../worker.ts";`, /no room/);
  assertReported("src/base/fs.ts", `import { a } from "../../tests/assert.ts";`, /no room/);
  assertReported("src/backup/a.ts", `import { a } from "../attic/mod.ts";`, /list of rooms/);
  assertReported("src/attic/a.ts", `import { a } from "../base/mod.ts";`, /list of rooms/);
});

Deno.test("a computed import is reported, since the compiled program cannot find it", () => {
  assertReported("src/cli/a.ts", "await import(name);", /computed import/);
});

Deno.test("file functions and process globals of Deno are for base and main.ts", () => {
  assertReported("src/backup/a.ts", `Deno.readTextFileSync("a");`, /use host\.fs/);
  assertReported("src/backup/a.ts", `await Deno.open("a");`, /use host\.fs/);
  assertReported("src/worker.ts", `Deno.removeSync("a");`, /use host\.fs/);
  assertReported("src/cli/a.ts", `Deno.env.get("A");`, /Host/);
  assertReported("src/cli/a.ts", `Deno.exit(1);`, /main\.ts/);
  assertFine("src/cli/a.ts", `Deno.stdout.isTerminal(); new Deno.Command("a");`);
  assertFine("src/base/a.ts", `Deno.readTextFileSync("a"); Deno.env.get("A");`);
  assertFine("main.ts", `Deno.exit(Deno.args.length);`);
});

Deno.test("node:fs is for base", () => {
  for (const name of ["node:fs", "node:fs/promises", "fs"]) {
    assertReported("src/backup/a.ts", `import { cp } from "${name}";`, /use host\.fs/);
    assertFine("src/base/a.ts", `import { cp } from "${name}";`);
  }
  assertFine("src/backup/a.ts", `import { join } from "node:path";`);
});

Deno.test("tests and scripts are free to import and to touch files", () => {
  assertFine("tests/base/fs_test.ts", `import { a } from "../../src/base/fs.ts";`);
  assertFine("scripts/build.ts", `import { existsSync } from "node:fs"; Deno.removeSync("a");`);
});
