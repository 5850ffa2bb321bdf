/** What the tools of macOS and Windows tell of processes and the files they have open. */
import type { Process, Sighting } from "./process.ts";

/** `ps` for {@linkcode parsePs}; the C locale decides how the time is written. */
export const PS_ARGS = ["-A", "-o", "pid=,ppid=,lstart=,comm="];

/** `lsof` for {@linkcode parseLsof}: nothing is looked up in the network. */
export const LSOF_ARGS = ["-n", "-P", "-w", "-F", "pftn"];

/** `tasklist` for {@linkcode parseTasklist}. */
export const TASKLIST_ARGS = ["/FO", "CSV", "/NH"];

/** Reads what `ps` prints; times are local. */
export function parsePs(text: string): Process[] {
  return text.split("\n").flatMap((line) => {
    const [, pid, parent, started, command] =
      /^\s*(\d+)\s+(\d+)\s+\w{3}\s+(\w{3}\s+\d+\s+[\d:]+\s+\d{4})\s+(.*\S)\s*$/.exec(line) ?? [];
    if (command === undefined) return [];
    const name = command.slice(command.lastIndexOf("/") + 1);
    const time = Date.parse(started);
    const startedAtMs = Number.isNaN(time) ? undefined : time;
    return [{ pid: Number(pid), parent: Number(parent), name, startedAtMs }];
  });
}

/** Undoes how `lsof` writes a backslash, and bytes that it takes for unprintable. */
function unescape(name: string): string {
  const plain = name.replaceAll(/(?:\\x[0-9a-f]{2})+/gi, (bytes) => {
    const values = bytes.slice(2).split("\\x").map((hex) => parseInt(hex, 16));
    return new TextDecoder().decode(new Uint8Array(values));
  });
  return plain.replaceAll("\\\\", "\\");
}

/**
 * One open file of the home for each process that has any, from what `lsof` prints: a line per
 * field, `p` before the files of a process, `f` before each file. Folders, programs that run and
 * working folders are no open files here.
 */
export function parseLsof(text: string, isOwn: (path: string) => boolean): Sighting[] {
  const found = new Map<number, Sighting>();
  let [pid, descriptor, type] = [0, "", ""];
  for (const line of text.split("\n")) {
    const value = line.slice(1);
    if (line[0] === "p") pid = Number(value);
    else if (line[0] === "f") [descriptor, type] = [value, ""];
    else if (line[0] === "t") type = value;
    else if (line[0] === "n" && /^\d+$/.test(descriptor) && type === "REG" && !found.has(pid)) {
      const path = unescape(value);
      if (isOwn(path)) found.set(pid, { pid, why: "open_file", path });
    }
  }
  return [...found.values()];
}

/** Reads what `tasklist` prints: quoted columns, the program's name and its pid first. */
export function parseTasklist(text: string): Process[] {
  return text.split("\n").flatMap((line) => {
    const [, name, pid] = /^"([^"]+)","(\d+)",/.exec(line) ?? [];
    return pid === undefined ? [] : [{ pid: Number(pid), name }];
  });
}
