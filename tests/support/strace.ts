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
