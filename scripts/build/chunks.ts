/**
 * Turns the chunks of a bundle, which are ES modules, into scripts. What V8 has made of a script it
 * gives to whoever asks, and takes it back (`vm.Script`, `cachedData`); what it has made of a module
 * Deno keeps in a file with a predictable name in the temporary folder, or not at all.
 */
import { type Export, type Import, init, parse } from "es-module-lexer";
import { join } from "node:path";
import { Script } from "node:vm";
import { deflateSync } from "node:zlib";

/** What the script of a chunk is: a function. The first chunk's is asynchronous, since it may wait. */
export type ChunkFunction = (
  exports: object,
  load: (name: string) => object,
  loadLazily: (name: string) => Promise<object>,
  meta: { url: string },
) => void | Promise<void>;

/** Where the parts of chunks lie, by their names. */
export interface ChunkFolders {
  /** `NAME.script`, as text or deflated. */
  scripts: string;
  /** `NAME.cache`: what V8 has made of it, or nothing. What another V8 has made is passed over. */
  caches: string;
}

/** Writes each chunk `NAME.js` of a folder as `NAME.script` into another, and an empty `NAME.cache`. */
export async function writeScripts(
  chunks: string,
  { scripts, caches }: ChunkFolders,
  first: string,
): Promise<void> {
  for (const folder of [scripts, caches]) await Deno.mkdir(folder);
  const needs = new Map<string, string[]>();
  for await (const file of Deno.readDir(chunks)) {
    const name = file.name.slice(0, -".js".length);
    const chunk = await scriptOf(await Deno.readTextFile(join(chunks, file.name)), name === first);
    needs.set(name, chunk.needs);
    await Deno.writeTextFile(join(scripts, `${name}.script`), chunk.script);
    await Deno.writeFile(join(caches, `${name}.cache`), new Uint8Array());
  }
  refuseCircles(needs);
}

/**
 * Deflates the scripts that have no cache, which are seldom needed: a program reads all that is in it
 * before it begins, a megabyte in a millisecond.
 */
export async function packScripts({ scripts, caches }: ChunkFolders): Promise<void> {
  for await (const file of Deno.readDir(scripts)) {
    const name = file.name.slice(0, -".script".length);
    if ((await Deno.stat(join(caches, `${name}.cache`))).size > 0) continue;
    const path = join(scripts, file.name);
    await Deno.writeFile(path, deflateSync(await Deno.readFile(path), { level: 9 }));
  }
}

/** A chunk as a script. */
export interface ChunkScript {
  /** A {@linkcode ChunkFunction}. */
  script: string;
  /** Other chunks that it loads before all else. */
  needs: string[];
}

/** Of a {@linkcode ChunkFunction}; longer than any name that is left in a bundle. */
const PARAMETERS = "chunkExports,loadChunk,loadLazily,chunkMeta";

/** A part of a text, and what stands in its place. */
interface Change {
  start: number;
  end: number;
  text: string;
}

/**
 * A chunk as a script: what it imports is there before it begins, what it exports is there when it has
 * ended. As with modules, as long as no chunks need each other and nothing that is exported is assigned
 * to later.
 */
export async function scriptOf(chunk: string, isFirst: boolean): Promise<ChunkScript> {
  await init();
  const [imports, exports] = parse(chunk);
  const fixed = imports.filter(({ type }) => type === "static");
  const leaving = statementsOf(chunk, exports);
  const body = changed(chunk, [
    ...imports.flatMap(changesFor),
    ...leaving.map(({ start, end }) => ({ start, end, text: "" })),
  ]);
  const head = fixed.map((one) =>
    loading(chunk.slice(one.importStart, one.start - 1), nameOf(one))
  );
  const tail = leaving.flatMap(({ names }) => pairs(names)).map(([local, name]) =>
    `${name}:${local}`
  );
  const script = `(${isFirst ? "async " : ""}function(${PARAMETERS}){"use strict";` +
    `${head.join("")}\n${body}\n;Object.assign(chunkExports,{${tail}});})`;
  new Script(script); // throws where V8 does not understand it
  return { script, needs: fixed.map(nameOf).filter((name) => !isBuiltin(name)) };
}

/** The chunk, or module of the runtime, that an import names. */
function nameOf({ specifier }: Import): string {
  const name = /^(?:\.\/(.+)\.js|(node:.+))$/.exec(specifier ?? "");
  if (!name) throw new Error(`A chunk imports what is neither a chunk nor in Deno: ${specifier}`);
  return name[1] ?? name[2];
}

function isBuiltin(name: string): boolean {
  return name.startsWith("node:");
}

function changesFor(one: Import): Change[] {
  const { type, start, end, importStart, importEnd } = one;
  if (type === "static") return [{ start: importStart, end: importEnd, text: "" }];
  if (type === "import-meta") return [{ start, end, text: "chunkMeta" }];
  if (type !== "dynamic") throw new Error(`A chunk has what a script cannot have: ${type}`);
  return [{ start: importStart, end: importEnd, text: `loadLazily(${quoted(nameOf(one))})` }];
}

const quoted = JSON.stringify;

const EXPORT = /export\s*\{([^}]*)\}/y;

/** The statements by which a chunk exports. */
function statementsOf(chunk: string, exports: readonly Export[]) {
  return [...new Set(exports.map(({ exportStart }) => exportStart))].map((start) => {
    EXPORT.lastIndex = start;
    const found = EXPORT.exec(chunk);
    if (!found) {
      throw new Error(`A chunk exports in another way: ${chunk.slice(start, start + 80)}`);
    }
    return { start, end: EXPORT.lastIndex, names: found[1] };
  });
}

const IMPORT = /^import(?:\s+([\w$]+))?\s*,?\s*(?:\*\s*as\s+([\w$]+)|\{([^}]*)\})?\s*(?:from\s*)?$/;

/** What loads what an import asks for; `clause` is what stands before the name. */
function loading(clause: string, name: string): string {
  const found = IMPORT.exec(clause);
  if (!found) throw new Error(`A chunk imports in another way: ${clause}`);
  const [, standard, all, names = ""] = found;
  const parts = pairs(names).map(([name, local]) => `${name}:${local}`);
  // What Deno tells of a module of its own is its default, too.
  const wholes = [all, isBuiltin(name) ? standard : undefined].filter((local) => local);
  if (standard && !isBuiltin(name)) parts.push(`default:${standard}`);
  const wanted = [...wholes, ...(parts.length > 0 ? [`{${parts}}`] : [])];
  const loaded = `loadChunk(${quoted(name)});`;
  return wanted.map((want) => `const ${want}=${loaded}`).join("") || loaded;
}

/** `a as b, c` as pairs of the name before `as` and the one after it. */
function pairs(names: string): [string, string][] {
  return names.split(",").map((word) => word.trim()).filter((word) => word !== "").map((word) => {
    const [before, after = before] = word.split(/\s+as\s+/);
    return [before, after];
  });
}

function changed(text: string, changes: Change[]): string {
  let [done, at] = ["", 0];
  for (const { start, end, text: other } of changes.toSorted((a, b) => a.start - b.start)) {
    done += text.slice(at, start) + other;
    at = end;
  }
  return done + text.slice(at);
}

/** Throws where chunks need each other: one of them would find nothing in the other. */
export function refuseCircles(needs: Map<string, string[]>): void {
  const done = new Set<string>();
  const visit = (name: string, above: string[]) => {
    const path = [...above, name];
    if (above.includes(name)) throw new Error(`Chunks need each other: ${path.join(", ")}`);
    if (done.has(name)) return;
    for (const other of needs.get(name) ?? []) visit(other, path);
    done.add(name);
  };
  for (const name of needs.keys()) visit(name, []);
}
