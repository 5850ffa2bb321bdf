import { join } from "node:path";
import { run } from "./process.ts";

const NO_PROJECT = ["--no-config", "--no-lock"];

/**
 * A file of an npm package, fetched by Deno's own client, so that a machine with nothing but Deno
 * can do it too. It lies in Deno's cache: not to be changed.
 */
export async function npmFile(name: string, version: string, path: string): Promise<string> {
  const deno = Deno.execPath();
  await run(deno, ["cache", ...NO_PROJECT, `npm:${name}@${version}`]);
  const { npmCache } = JSON.parse(await run(deno, ["info", "--json"]));
  for await (const registry of Deno.readDir(npmCache)) {
    const file = join(npmCache, registry.name, name, version, path);
    if (await isFile(file)) return file;
  }
  throw new Error(`The npm package ${name}@${version} holds no ${path}`);
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return false;
    }
    throw error;
  }
}
