import { Buffer } from "node:buffer";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import type { Script } from "node:vm";
import {
  type ChunkFolders,
  type ChunkFunction,
  packScripts,
  refuseCircles,
  scriptOf,
  writeScripts,
} from "../../scripts/build/chunks.ts";
import { runChunks } from "../../scripts/build/loader.ts";
import { assert } from "../assert.ts";
import { withTempDir } from "../support/host.ts";

/** Runs a chunk as a script among others; what it exports. */
async function run(chunk: string, others: Record<string, object> = {}) {
  const { script, needs } = await scriptOf(chunk, false);
  const exports: Record<string, unknown> = {};
  const load = (name: string) => others[name];
  const lazily = (name: string) => Promise.resolve(others[name]);
  const start: ChunkFunction = (0, eval)(script);
  start(exports, load, lazily, { url: "file:///program" });
  return { exports, needs };
}

Deno.test("a chunk has all that it imports, wherever its imports stand", async () => {
  const { exports, needs } = await run(
    'import{a as b,c}from"./one.js";import $ from"node:process";var x=b+c;' +
      'import*as all from"./two.js";import d,{e}from"./two.js";import"./three.js";' +
      "var y=[$.pid,all.e,d,e];export{x as sum,y};",
    { one: { a: 1, c: 2 }, two: { default: 4, e: 5 }, three: {}, "node:process": { pid: 3 } },
  );
  assert.deepEqual(exports, { sum: 3, y: [3, 5, 4, 5] });
  assert.deepEqual(needs, ["one", "two", "two", "three"]);
});

Deno.test("a chunk loads others later, and knows where it is", async () => {
  const chunk = 'var later=()=>import("./one.js"),at=import.meta.url;export{later,at};';
  const { exports, needs } = await run(chunk, { one: { a: 1 } });
  assert.equal(exports.at, "file:///program");
  assert.deepEqual(await (exports.later as () => Promise<unknown>)(), { a: 1 });
  assert.deepEqual(needs, []);
});

Deno.test("what only looks like an import or an export stays as it is", async () => {
  const { exports } = await run(
    'var x=\'import{a}from"./one.js";export{x};\',y=/import"q"/.source;/* export{y} */export{x,y};',
  );
  assert.deepEqual(exports, { x: 'import{a}from"./one.js";export{x};', y: 'import"q"' });
});

Deno.test("a chunk that no script can stand for stops the build", async () => {
  const refused = {
    "export const a=1;": /exports in another way/,
    'export*from"./one.js";': /another way|cannot have/,
    'import a from"npm:left-pad";': /neither a chunk nor in Deno: npm:left-pad/,
    'import("./"+name);': /neither a chunk nor in Deno/,
    "var a=1;export{};": /Unexpected token 'export'/,
  };
  for (const [chunk, message] of Object.entries(refused)) {
    await assert.rejects(scriptOf(chunk, false), message, chunk);
  }
});

Deno.test("chunks that need each other stop the build", () => {
  const needs = (of: Record<string, string[]>) => new Map(Object.entries(of));
  refuseCircles(needs({ main: ["a", "b"], a: ["b"], b: ["node:fs"] }));
  assert.throws(
    () => refuseCircles(needs({ main: ["a"], a: ["b"], b: ["a"] })),
    /need each other: main, a, b, a$/,
  );
});

/** Runs a program of two chunks that notes what it has done; its scripts by name. */
async function runProgram(folders: ChunkFolders): Promise<Map<string, Script>> {
  const scripts = new Map<string, Script>();
  const done: string[] = [];
  Object.assign(globalThis, { done });
  await runChunks(folders, "main", (name, script) => scripts.set(name, script));
  assert.deepEqual(done, ["add", "main 3", "once"]);
  return scripts;
}

const PROGRAM = {
  "main.js": 'import{add}from"./add.js";done.push("main "+add(1,2));' +
    'await import("./add.js");done.push("once");',
  "add.js": 'done.push("add");var sum=(a,b)=>a+b;export{sum as add};',
};

function withProgram(use: (folders: ChunkFolders) => Promise<void>): Promise<void> {
  return withTempDir(async (folder) => {
    const chunks = join(folder, "chunks");
    await Deno.mkdir(chunks);
    for (const [name, text] of Object.entries(PROGRAM)) {
      await Deno.writeTextFile(join(chunks, name), text);
    }
    const folders = { scripts: join(folder, "scripts"), caches: join(folder, "caches") };
    await writeScripts(chunks, folders, "main");
    await use(folders);
  });
}

Deno.test("a program takes what V8 has made of its chunks before", async () => {
  await withProgram(async (folders) => {
    for (const [name, script] of await runProgram(folders)) {
      const cache = Buffer.from(script.createCachedData());
      await Deno.writeFile(join(folders.caches, `${name}.cache`), cache);
    }
    const scripts = await runProgram(folders);
    assert.deepEqual([...scripts.values()].map((script) => script.cachedDataRejected), [
      false,
      false,
    ]);
  });
});

Deno.test("a program runs with what another V8 has made, and with deflated chunks", async () => {
  await withProgram(async (folders) => {
    await Deno.writeTextFile(join(folders.caches, "main.cache"), "made by another V8, not this");
    await packScripts(folders);
    const packed = await Deno.readFile(join(folders.scripts, "add.script"));
    const { script } = await scriptOf(PROGRAM["add.js"], false);
    assert.deepEqual(packed, new Uint8Array(deflateSync(script, { level: 9 })));
    const scripts = await runProgram(folders);
    assert.equal(scripts.get("main")!.cachedDataRejected, true);
  });
});

Deno.test("a chunk that fails fails again, and is not taken for loaded", async () => {
  await withProgram(async (folders) => {
    const first = 'await import("./broken.js").catch(()=>{});await import("./broken.js");';
    const scripts = { main: first, broken: 'throw new Error("broken");' };
    for (const [name, text] of Object.entries(scripts)) {
      const { script } = await scriptOf(text, name === "main");
      await Deno.writeTextFile(join(folders.scripts, `${name}.script`), script);
      await Deno.writeFile(join(folders.caches, `${name}.cache`), new Uint8Array());
    }
    await assert.rejects(runChunks(folders, "main"), /^Error: broken$/);
  });
});
