/** System calls of the compiled program, as strace (Linux) tells them. */
import { join } from "node:path";
import { assert } from "../assert.ts";
import { hasTool } from "./oracles.ts";
import type { Scene } from "./scene.ts";

/** Calls that name a file, that change one through an open file, and all about the network. */
const TRACED =
  "trace=%file,%network,fchmod,fchown,fsetxattr,fremovexattr,ftruncate,fallocate,write,pwrite64,writev,pwritev";

/** Whatever of these names a path changes it. */
const CHANGES =
  /^(rename|unlink|mkdir|rmdir|mknod|link|symlink|f?chmod|[fl]?chown|utime|futimesat|f?truncate|fallocate|[fl]?setxattr|[fl]?removexattr|p?write)/;
const OPENS_FOR_WRITING = /^(open|creat).*\b(O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|O_TMPFILE)\b/;

/** Calls one line each, `name(arguments…`, with the path of every open file and folder spelled out. */
export type Calls = string[];

/** Fails with what to install where a tool of Linux is not there. */
export function needTool(tool: string, args: string[], sign: RegExp, debianPackage: string): void {
  assert.ok(hasTool(tool, args, sign), `this test needs the Debian package ${debianPackage}`);
}

/** Runs the program, or another copy of it, under strace; fails unless it exits with 0. */
export async function traceCalls(scene: Scene, args: string[], program?: string): Promise<Calls> {
  needTool("strace", ["-V"], /strace/, "strace");
  const log = join(scene.folder, "strace.log");
  const under = [
    "/usr/bin/strace",
    "-f",
    "--seccomp-bpf",
    "-qq",
    "-y",
    "-s",
    "0",
    "-e",
    TRACED,
    "-o",
    log,
  ];
  const outcome = await scene.run(args, { under, program });
  assert.equal(outcome.code, 0, outcome.stdout + outcome.stderr);
  const lines = (await Deno.readTextFile(log)).split("\n");
  await Deno.remove(log);
  return lines.map((line) => line.replace(/^\d+ +/, "")).filter((line) => /^\w+\(/.test(line));
}

/** Of these calls, those that create, change, write or remove something, or open it for writing. */
export function changesIn(calls: Calls): Calls {
  return calls.filter((call) => CHANGES.test(call) || OPENS_FOR_WRITING.test(call));
}

/** Of these calls, those that speak to the network. */
export function networkCalls(calls: Calls): Calls {
  return calls.filter((call) => /\bAF_INET6?\b/.test(call));
}

/** Bytes that went to a file. */
export interface WrittenBytes {
  path: string;
  bytes: Uint8Array;
}

/** Calls by which bytes reach a file, or by which a file comes to have them without being written. */
const WRITES =
  "trace=write,pwrite64,writev,pwritev,pwritev2,sendfile,copy_file_range,splice,linkat";
/** More than is written at once, so that all of it is told. */
const MOST_AT_ONCE = String(16 << 20);

/** All that the program writes to files, in order; fails unless it exits with 0. */
export async function traceWrites(scene: Scene, args: string[]): Promise<WrittenBytes[]> {
  needTool("strace", ["-V"], /strace/, "strace");
  const log = join(scene.folder, "strace.log");
  const options = ["-f", "--seccomp-bpf", "-qq", "-y", "-xx", "-s", MOST_AT_ONCE, "-e", WRITES];
  const under = ["/usr/bin/strace", ...options, "-o", log];
  const outcome = await scene.run(args, { under });
  assert.equal(outcome.code, 0, outcome.stdout + outcome.stderr);
  const lines = (await Deno.readTextFile(log)).split("\n");
  await Deno.remove(log);
  return lines.flatMap((line) => {
    const path = /<((?:\\x..)+)>/.exec(line)?.[1];
    if (path === undefined) return [];
    assert.match(line, /^\d+ +p?write/, "bytes that strace does not show");
    const bytes = [...line.matchAll(/"((?:\\x..)*)"/g)].map(([, hex]) => hex).join("");
    return [{ path: new TextDecoder().decode(unhex(path)), bytes: unhex(bytes) }];
  });
}

function unhex(escapes: string): Uint8Array {
  return Uint8Array.fromHex(escapes.replaceAll("\\x", ""));
}

/** Bytes that the program reads of each file, by its path; fails unless it exits with 0. */
export async function traceReads(scene: Scene, args: string[]): Promise<Map<string, number>> {
  needTool("strace", ["-V"], /strace/, "strace");
  const log = join(scene.folder, "strace.log");
  const calls = "trace=read,pread64,readv,preadv,mmap,sendfile,copy_file_range";
  const under = ["/usr/bin/strace", "-f", "-qq", "-y", "-s", "0", "-e", calls, "-o", log];
  const outcome = await scene.run(args, { under });
  assert.equal(outcome.code, 0, outcome.stdout + outcome.stderr);
  const lines = (await Deno.readTextFile(log)).split("\n");
  await Deno.remove(log);
  const read = new Map<string, number>();
  for (const line of lines) {
    const path = /<([^>]*)>/.exec(line)?.[1] ?? "";
    const bytes = /^\d+ +p?read\w*\(.* = (\d+)$/.exec(line)?.[1] ??
      /^\d+ +mmap\([^,]*, (\d+),/.exec(line)?.[1];
    if (bytes !== undefined) read.set(path, (read.get(path) ?? 0) + Number(bytes));
  }
  return read;
}
