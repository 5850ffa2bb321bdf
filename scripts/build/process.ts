export interface RunOptions {
  cwd?: string;
  env?: Record<string, string>;
}

/** Runs a program to its end and gives back its stdout; a failure throws what it said. */
export async function run(
  program: string,
  args: string[],
  options: RunOptions = {},
): Promise<string> {
  const { success, code, stdout, stderr } = await new Deno.Command(program, { args, ...options })
    .output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
  if (success) return text(stdout);
  throw new Error(`${program} ${args.join(" ")} ended with ${code}:\n${text(stderr)}`);
}
