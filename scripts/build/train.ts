/**
 * What a program begins with that learns what V8 makes of its chunks: at its end it writes that into
 * the folder that LIFEBOAT_CODE_CACHE names, together with what earlier runs have put there.
 */
import { Buffer } from "node:buffer";
import type { Script } from "node:vm";
import { runChunks } from "./loader.ts";

const caches = Deno.env.get("LIFEBOAT_CODE_CACHE")!;
const learnt = new Map<string, Script>();

globalThis.addEventListener("unload", () => {
  for (const [name, script] of learnt) {
    Deno.writeFileSync(`${caches}/${name}.cache`, Buffer.from(script.createCachedData()));
  }
});

await runChunks({ scripts: `${import.meta.dirname}/chunks`, caches }, "main", (name, script) => {
  // Nobody would hear of it later: the program would only be slower.
  if (script.cachedDataRejected) throw new Error(`V8 does not take what it has made of ${name}`);
  learnt.set(name, script);
});
