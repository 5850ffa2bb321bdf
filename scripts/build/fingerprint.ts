import { join } from "node:path";
import { sha256, sha256Of } from "../../src/base/mod.ts";

const INPUTS = ["deno.json", "deno.lock", "kit", "main.ts", "scripts/build", "src"];

/** A hash over all that goes into the program; `circumstances` are what is no file. */
export async function fingerprint(root: string, circumstances: string): Promise<string> {
  const hash = sha256();
  const add = (text: string) => hash.update(new TextEncoder().encode(`${text}\n`));
  add(circumstances);
  for (const input of INPUTS) {
    for await (const path of filesBelow(root, input)) {
      add(`${path} ${sha256Of(await Deno.readFile(join(root, path)))}`);
    }
  }
  return hash.hex();
}

/** All files in a folder, or the file itself: relative to the project, with forward slashes. */
export async function* filesBelow(root: string, path: string): AsyncGenerator<string> {
  const full = join(root, path);
  if ((await Deno.stat(full)).isFile) return yield path;
  const names = (await Array.fromAsync(Deno.readDir(full), (entry) => entry.name)).sort();
  for (const name of names) yield* filesBelow(root, `${path}/${name}`);
}
