/** Work that outlives this process. */

/**
 * Starts a program that nobody waits for, with nothing to read and nobody who reads it. Throws when it
 * cannot be started.
 *
 * @param cwd a folder that will not be in anybody's way
 */
export function startDetached(program: string, args: string[], cwd: string): void {
  const child = new Deno.Command(program, {
    args,
    cwd,
    stdin: "null",
    stdout: "null",
    stderr: "null",
    detached: true,
  }).spawn();
  child.unref();
}
