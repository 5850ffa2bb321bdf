/**
 * Where a key stands in a TOML file. The parser keeps no positions, but whoever writes a profile
 * needs the line of a wrong value.
 */

/** A way to a value: keys, and indexes in arrays. */
export type KeyPath = readonly (string | number)[];

function dotted(keys: string): string[] {
  return keys.split(".").map((key) => key.trim().replace(/^["'](.*)["']$/, "$1"));
}

interface Located {
  path: KeyPath;
  line: number;
}

function locateAll(text: string): Located[] {
  const seen = new Map<string, number>();
  let table: KeyPath = [];
  const found: Located[] = [];
  text.split("\n").forEach((content, index) => {
    const header = /^\s*(\[\[?)\s*([^\]]+?)\s*\]/.exec(content);
    const key = /^\s*([\w."'-]+)\s*=/.exec(content);
    if (header) {
      const count = seen.get(header[2]) ?? 0;
      seen.set(header[2], count + 1);
      table = header[1] === "[[" ? [...dotted(header[2]), count] : dotted(header[2]);
      found.push({ path: table, line: index + 1 });
    } else if (key) {
      found.push({ path: [...table, ...dotted(key[1])], line: index + 1 });
    }
  });
  return found;
}

/** The line of a value, counted from 1; of the nearest table around it where it has none. */
export function lineOf(text: string, path: KeyPath): number {
  const located = locateAll(text);
  for (let length = path.length; length > 0; length--) {
    const wanted = JSON.stringify(path.slice(0, length));
    const found = located.find((one) => JSON.stringify(one.path) === wanted);
    if (found) return found.line;
  }
  return 1;
}
