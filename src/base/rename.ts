/**
 * Renaming without replacing. Deno's rename replaces a file at the target, so that another program's
 * file would be lost that came there between looking and renaming; Linux can do both in one step.
 */
import { lstatSync } from "node:fs";
import { optionalLibrary } from "./optional_library.ts";

const AT_FDCWD = -100;
const RENAME_NOREPLACE = 1;

/** Not before glibc 2.28. */
const library = optionalLibrary(() =>
  Deno.build.os !== "linux" ? null : Deno.dlopen("libc.so.6", {
    renameat2: { parameters: ["i32", "buffer", "i32", "buffer", "u32"], result: "i32" },
  }).symbols
);

const encoder = new TextEncoder();

function inOneStep(from: string, to: string): boolean {
  const [source, target] = [from, to].map((path) => encoder.encode(path + "\0"));
  return library()?.renameat2(AT_FDCWD, source, AT_FDCWD, target, RENAME_NOREPLACE) === 0;
}

/**
 * Renames where nothing is at the target, else throws AlreadyExists. Where the system or the file
 * system cannot do it in one step, the target is looked at right before.
 */
export function renameExclusively(from: string, to: string): void {
  if (inOneStep(from, to)) return;
  if (lstatSync(to, { throwIfNoEntry: false })) {
    throw new Deno.errors.AlreadyExists(`${to} is there already`);
  }
  Deno.renameSync(from, to);
}
