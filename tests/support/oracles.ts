/** Other people's programs that read what we write, as far as this machine has them. */

import { assert } from "../assert.ts";

/** Runs a program to its end; fails the test when it fails. Returns its stdout. */
export async function runTool(
  command: string[],
  options: { stdin?: Uint8Array; cwd?: string; env?: Record<string, string> } = {},
): Promise<Uint8Array> {
  const { stdin, cwd, env } = options;
  const [program, ...args] = command;
  const child = new Deno.Command(program, {
    args,
    cwd,
    env,
    stdin: stdin ? "piped" : "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const output = child.output();
  if (stdin) {
    const writer = child.stdin.getWriter();
    await writer.write(stdin);
    await writer.close();
  }
  const { success, stdout, stderr } = await output;
  assert.ok(success, `${command.join(" ")}: ${new TextDecoder().decode(stderr)}`);
  return stdout;
}

/** The same, with text coming back. */
export async function toolText(
  command: string[],
  options?: Parameters<typeof runTool>[1],
): Promise<string> {
  return new TextDecoder().decode(await runTool(command, options));
}

/** Whether a program is there and is what its name promises. */
export function hasTool(program: string, args: string[], sign: RegExp): boolean {
  try {
    const { stdout, stderr } = new Deno.Command(program, {
      args,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).outputSync();
    const decoder = new TextDecoder();
    return sign.test(decoder.decode(stdout) + decoder.decode(stderr));
  } catch {
    return false;
  }
}

/** Which of them this machine has. */
export const TOOLS = {
  gnuTar: hasTool("tar", ["--version"], /GNU tar/),
  bsdtar: hasTool("bsdtar", ["--version"], /libarchive/),
  busybox: hasTool("busybox", ["--help"], /BusyBox/),
  sevenZip: hasTool("7z", ["i"], /7-Zip/),
  python: hasTool("python3", ["--version"], /^Python 3/),
  gunzip: hasTool("gunzip", ["--version"], /gzip|gunzip/i),
  zstd: hasTool("zstd", ["--version"], /Zstandard|zstd/i),
  unzip: hasTool("unzip", ["-v"], /UnZip/),
};
