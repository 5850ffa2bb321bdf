/** Loads the chunks of a compiled program: scripts, each with what V8 has made of it before. */
import process from "node:process";
import { Script } from "node:vm";
import type { ChunkFolders, ChunkFunction } from "./chunks.ts";

/**
 * Runs the program that begins with a chunk.
 *
 * @param watch called with each chunk before it runs
 */
export async function runChunks(
  folders: ChunkFolders,
  first: string,
  watch?: (name: string, script: Script) => void,
): Promise<void> {
  const loaded = new Map<string, object>();
  const start = (name: string): { exports: object; ending: void | Promise<void> } => {
    const exports = {};
    const script = read(folders, name);
    watch?.(name, script);
    const run: ChunkFunction = script.runInThisContext();
    const ending = run(exports, load, lazily, { url: import.meta.url });
    loaded.set(name, exports); // one that fails is none that was loaded
    return { exports, ending };
  };
  const load = (name: string) =>
    name.startsWith("node:") ? builtin(name) : loaded.get(name) ?? start(name).exports;
  const lazily = (name: string) => Promise.try(load, name);
  await start(first).ending;
}

const decoder = new TextDecoder();
/** What each script begins with, being a function in parentheses; nothing that is deflated does. */
const PARENTHESIS = 0x28;

function read({ scripts, caches }: ChunkFolders, name: string): Script {
  const filename = `${scripts}/${name}.script`;
  const bytes = Deno.readFileSync(filename);
  const cache = Deno.readFileSync(`${caches}/${name}.cache`);
  const script = bytes[0] === PARENTHESIS ? bytes : inflated(bytes);
  const cachedData = cache.length > 0 ? cache : undefined;
  return new Script(decoder.decode(script), { filename, cachedData });
}

function inflated(bytes: Uint8Array): Uint8Array {
  return process.getBuiltinModule("node:zlib").inflateSync(bytes);
}

function builtin(name: string): object {
  const found = process.getBuiltinModule(name);
  if (!found) throw new Error(`The runtime has no ${name}`);
  return found;
}
