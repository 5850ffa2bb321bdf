/**
 * Leads imports past the doors of rooms. In the sources a room is entered by its `mod.ts` alone, which
 * hands out all that the room has to give; a bundle of them would load all of it with the first thing
 * that is asked for. In the program each import leads to the file that has what it asks for: to read
 * and parse 20 KB takes 1 ms, and an agent waits for each of its hooks.
 */
import * as system from "node:path";
import { dirname, join, relative } from "node:path/posix";
import { filesBelow } from "./fingerprint.ts";

/** Source files by their path in the project, with forward slashes. */
export type Sources = Map<string, string>;

/** The program's sources, below the project's folder. */
export async function readSources(root: string): Promise<Sources> {
  const sources: Sources = new Map();
  for (const input of ["main.ts", "src"]) {
    for await (const path of filesBelow(root, input)) {
      if (path.endsWith(".ts")) sources.set(path, await Deno.readTextFile(system.join(root, path)));
    }
  }
  return sources;
}

/** Writes the sources past the doors into a folder, from which they can be bundled. */
export async function copyPastDoors(root: string, folder: string): Promise<void> {
  for (const [path, text] of pastDoors(await readSources(root))) {
    await Deno.mkdir(system.join(folder, dirname(path)), { recursive: true });
    await Deno.writeTextFile(system.join(folder, path), text);
  }
  for (const file of ["deno.json", "deno.lock"]) {
    await Deno.copyFile(system.join(root, file), system.join(folder, file));
  }
}

const DOOR = /\/mod\.ts$/;
const STATIC = /^import (type )?\{([^}]*)\} from "(\.[^"]+)";/gm;
const LAZY = /const \{([^}]*)\} = await import\(\s*"(\.[^"]+)",?\s*\)/g;
const LAZY_ONE = /\(await import\("(\.[^"]+)"\)\)\.(\w+)/g;

/** The same sources with their imports led past the doors, and the narrow doors that lazy ones need. */
export function pastDoors(sources: Sources): Sources {
  const house: House = { sources, doors: new Map(), narrow: new Map() };
  const led: Sources = new Map();
  for (const [path, text] of sources) led.set(path, leadPast(house, path, text));
  for (const { path, text } of house.narrow.values()) led.set(path, text);
  return led;
}

interface House {
  sources: Sources;
  /** Which file has what a door hands out, by the door and the name. */
  doors: Map<string, Map<string, string>>;
  /** Doors that hand out just what one lazy import asks for, by that. */
  narrow: Map<string, { path: string; text: string }>;
}

function leadPast(house: House, path: string, text: string): string {
  const folder = dirname(path);
  return text
    .replace(STATIC, (whole, type: string = "", names: string, to: string) => {
      if (!DOOR.test(to)) return whole;
      return importsOf(house, join(folder, to), wordsOf(names))
        .map(([file, words]) => `import ${type}{ ${words} } from "${way(folder, file)}";`).join(
          " ",
        );
    })
    .replace(LAZY, (whole, names: string, to: string) => {
      if (!DOOR.test(to)) return whole;
      const door = narrowDoor(house, join(folder, to), wordsOf(names));
      return `const {${names}} = await import("${way(folder, door)}")`;
    })
    .replace(LAZY_ONE, (whole, to: string, name: string) => {
      if (!DOOR.test(to)) return whole;
      const door = narrowDoor(house, join(folder, to), [name]);
      return `(await import("${way(folder, door)}")).${name}`;
    });
}

/** What stands between braces, such as `a`, `type A` and `a as b`. */
function wordsOf(names: string): string[] {
  return names.split(",").map((word) => word.trim()).filter((word) => word !== "");
}

function nameIn(word: string): string {
  return word.replace(/^type /, "").replace(/ as .*/, "");
}

function way(folder: string, file: string): string {
  const path = relative(folder, file);
  return path.startsWith(".") ? path : `./${path}`;
}

/** Files and what is asked of each of them: of the door itself what is not found behind it. */
function importsOf(house: House, door: string, words: string[]): [file: string, words: string][] {
  const files = Map.groupBy(words, (word) => behind(house, door).get(nameIn(word)) ?? door);
  return [...files].map(([file, words]) => [file, words.join(", ")]);
}

function narrowDoor(house: House, door: string, names: string[]): string {
  const key = `${door} ${names.toSorted()}`;
  const known = house.narrow.get(key);
  if (known) return known.path;
  const path = join(dirname(door), `door-${house.narrow.size + 1}.ts`);
  const text = importsOf(house, door, names)
    .map(([file, words]) => `export { ${words} } from "${way(dirname(door), file)}";\n`).join("");
  house.narrow.set(key, { path, text });
  return path;
}

const OWN = /^export (?:async )?(?:function\*?|const|class|interface|type) (\w+)/gm;
const OWN_LIST = /^export (?:type )?\{([^}]*)\};/gm;
const LISTED = /^export (?:type )?\{([^}]*)\} from "(\.[^"]+)";/gm;
const ALL = /^export \* from "(\.[^"]+)";/gm;

/** Which file has what a file exports, by name. */
function behind(house: House, path: string): Map<string, string> {
  const known = house.doors.get(path);
  if (known) return known;
  const text = house.sources.get(path) ?? "";
  const found = new Map<string, string>();
  house.doors.set(path, found);
  const beside = (from: string) => behind(house, join(dirname(path), from));
  for (const [, name] of text.matchAll(OWN)) found.set(name, path);
  for (const [, names] of text.matchAll(OWN_LIST)) {
    for (const name of wordsOf(names)) found.set(nameIn(name), path);
  }
  for (const [, names, from] of text.matchAll(LISTED)) {
    for (const name of wordsOf(names).map(nameIn)) {
      found.set(name, beside(from).get(name) ?? join(dirname(path), from));
    }
  }
  for (const [, from] of text.matchAll(ALL)) {
    for (const [name, file] of beside(from)) found.set(name, file);
  }
  return found;
}
