import { assert } from "../assert.ts";
import type { SampleEntry } from "./archives.ts";

/** What a program that unpacks is expected to bring back. */
export interface Fidelity {
  /** Steps in which it knows times, ms; without it, times are not looked at. */
  timeStep?: number;
  modes?: boolean;
}

/** Asserts that everything below `folder` is what was stored, and nothing more. */
export function assertExtracted(
  folder: string,
  entries: SampleEntry[],
  { timeStep, modes }: Fidelity,
): void {
  for (const { path, content, mtimeMs, mode } of entries) {
    const info = Deno.statSync(`${folder}/${path}`);
    assert.equal(info.isDirectory, !content, path);
    if (content) assert.ok(sameBytes(Deno.readFileSync(`${folder}/${path}`), content), path);
    if (modes) assert.equal(info.mode! & 0o7777, mode, path);
    if (timeStep) {
      // Deno's stat drops the sign of times before 1970.
      const steps = (ms: number) => Math.floor(Math.abs(ms) / timeStep);
      assert.equal(steps(info.mtime!.getTime()), steps(mtimeMs), path);
    }
  }
  const names = new Set(entries.map(({ path }) => path));
  for (const path of filesBelow(folder, "")) assert.ok(names.has(path), `unexpected ${path}`);
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

function* filesBelow(folder: string, prefix: string): Generator<string> {
  for (const entry of Deno.readDirSync(folder)) {
    const path = `${prefix}${entry.name}`;
    if (entry.isDirectory) yield* filesBelow(`${folder}/${entry.name}`, `${path}/`);
    else yield path;
  }
}
