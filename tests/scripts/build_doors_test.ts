import { dirname, join } from "node:path/posix";
import { pastDoors, readSources, type Sources } from "../../scripts/build/doors.ts";
import { assert } from "../assert.ts";

const ROOT = dirname(dirname(import.meta.dirname!));

const HOUSE = {
  "src/base/mod.ts":
    'export * from "./errors.ts";\nexport { type Path, pathsOf } from "./paths.ts";\n',
  "src/base/errors.ts": "export class Fault {}\nexport interface Kind {}\n",
  "src/base/paths.ts": "function pathsOf() {}\nexport { pathsOf };\nexport type Path = string;\n",
  "src/seal/mod.ts":
    'export { lock } from "./lock.ts";\nexport { pathsOf } from "../base/mod.ts";\n',
  "src/seal/lock.ts": "export const lock = 1;\n",
};

/** What becomes of a file in a house of two rooms, and the narrow doors that it gets. */
function led(text: string): { text: string; doors: string[] } {
  const path = "src/cli/list.ts";
  const sources = pastDoors(new Map(Object.entries({ ...HOUSE, [path]: text })));
  const doors = [...sources].filter(([name]) => name.includes("/door-"));
  return { text: sources.get(path)!, doors: doors.map(([name, text]) => `${name}: ${text}`) };
}

Deno.test("an import through a door leads to the files that have what it asks for", () => {
  assert.equal(
    led('import {\n  Fault,\n  type Path,\n  pathsOf as p,\n} from "../base/mod.ts";\n').text,
    'import { Fault } from "../base/errors.ts"; ' +
      'import { type Path, pathsOf as p } from "../base/paths.ts";\n',
  );
  assert.equal(
    led('import type { Kind } from "../base/mod.ts";').text,
    'import type { Kind } from "../base/errors.ts";',
  );
  assert.equal(
    led('import { lock, pathsOf } from "../seal/mod.ts";').text,
    'import { lock } from "../seal/lock.ts"; import { pathsOf } from "../base/paths.ts";',
  );
});

Deno.test("a lazy import gets a door of its own, and the same one for the same things", () => {
  const { text, doors } = led(`
    const { lock } = await import("../seal/mod.ts");
    const again = (await import("../seal/mod.ts")).lock;
    const { pathsOf, Fault } = await import(
      "../base/mod.ts"
    );`);
  assert.match(text, /const \{ lock \} = await import\("\.\.\/seal\/door-1\.ts"\)/);
  assert.match(text, /\(await import\("\.\.\/seal\/door-1\.ts"\)\)\.lock/);
  assert.match(text, /const \{ pathsOf, Fault \} = await import\("\.\.\/base\/door-2\.ts"\)/);
  assert.deepEqual(doors, [
    'src/seal/door-1.ts: export { lock } from "./lock.ts";\n',
    'src/base/door-2.ts: export { pathsOf } from "./paths.ts";\nexport { Fault } from "./errors.ts";\n',
  ]);
});

Deno.test("imports that are led through no door stay as they are", () => {
  for (
    const text of [
      'import { a } from "./names.ts";',
      'import { Command } from "commander";',
      'const { a } = await import("./names.ts");',
      'const seal = () => import("../seal/mod.ts");',
    ]
  ) assert.equal(led(text).text, text);
});

Deno.test("what is not found behind a door is still asked for there", () => {
  assert.equal(
    led('import { Falt, Fault } from "../base/mod.ts";').text,
    'import { Falt } from "../base/mod.ts"; import { Fault } from "../base/errors.ts";',
  );
  const lazy = led('const { a } = await import("../none/mod.ts");');
  assert.deepEqual(lazy.doors, ['src/none/door-1.ts: export { a } from "./mod.ts";\n']);
});

const IMPORT = /(?:^|; )(?:import|export) ((?:type )?\{[^}]*\}|[\w* ]+) from "([^"]+)"/gm;

/** All that is loaded with a file: what it imports, and what that imports; not what is imported later. */
function loadedWith(sources: Sources, path: string, loaded = new Set<string>()): Set<string> {
  if (loaded.has(path)) return loaded;
  loaded.add(path);
  for (const [, names, to] of sources.get(path)?.matchAll(IMPORT) ?? []) {
    const isErased = names.startsWith("type ") || !/[{,]\s*(?!type )\w|^\w/.test(names);
    if (!isErased) loadedWith(sources, to.startsWith(".") ? join(dirname(path), to) : to, loaded);
  }
  return loaded;
}

/** The rooms and packages of files. */
function roomsOf(files: Set<string>): string[] {
  const rooms = [...files].filter((path) => path !== "main.ts" && !path.startsWith("node:"))
    .map((path) => /^src\/(\w+)\//.exec(path)?.[1] ?? path);
  return [...new Set(rooms)].sort();
}

/** Characters of code, without what is said about it. */
function weightOf(sources: Sources, files: Set<string>): number {
  const code = [...files].map((path) => sources.get(path)?.replace(/\/\*[^]*?\*\//g, "") ?? "");
  return code.reduce((sum, { length }) => sum + length, 0);
}

/** What is loaded with the thing of a name that a file asks for when it is needed. */
function loadedLater(sources: Sources, path: string, name: string): Set<string> {
  const pattern = new RegExp(`\\b${name}\\b[^;]*?import\\(\\s*"([^"]+)"`);
  const found = pattern.exec(sources.get(path)!);
  assert.ok(found, `${path} imports ${name} later`);
  return loadedWith(sources, join(dirname(path), found[1]));
}

const program = pastDoors(await readSources(ROOT));

Deno.test("what every start loads is next to nothing", () => {
  const loaded = loadedWith(program, "main.ts");
  assert.deepEqual(roomsOf(loaded), ["base", "cli"]);
  assert.ok(weightOf(program, loaded) < 20_000, [...loaded].join("\n"));
});

Deno.test("a hook loads what compares a folder, and the store when something was touched", () => {
  const looks = loadedLater(program, "src/cli/start.ts", "runHookCommand");
  assert.deepEqual(roomsOf(looks), ["base", "cli", "hooks", "profiles", "snapshots"]);
  assert.ok(!looks.has("node:sqlite"));
  assert.ok(weightOf(program, looks) < 60_000, [...looks].join("\n"));
  const records = loadedLater(program, "src/hooks/hook.ts", "recordFolder");
  const rooms = ["base", "capture", "hooks", "profiles", "snapshots"];
  assert.deepEqual(roomsOf(records), rooms);
  assert.ok(weightOf(program, records) < 150_000, [...records].join("\n"));
});

Deno.test("a list of snapshots loads no other command, and little of the engine", () => {
  const command = loadedLater(program, "src/cli/commands.ts", "snapshot");
  assert.deepEqual(roomsOf(command), ["base", "cli", "commander"]);
  assert.ok(weightOf(program, command) < 70_000, [...command].join("\n"));
  const list = loadedLater(program, "src/cli/snapshot_look.ts", "listSnapshots");
  for (const file of loadedLater(program, "src/cli/snapshot_scope.ts", "withStoreThere")) {
    list.add(file);
  }
  assert.deepEqual(roomsOf(list), ["base", "profiles", "snapshots"]);
  assert.ok(weightOf(program, list) < 60_000, [...list].join("\n"));
});
