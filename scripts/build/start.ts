/** What a compiled program begins with. */
import { runChunks } from "./loader.ts";

const folder = import.meta.dirname;
await runChunks({ scripts: `${folder}/chunks`, caches: `${folder}/caches` }, "main");
