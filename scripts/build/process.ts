export interface RunOptions {
  cwd?: string;
  env?: Record<string, string>;
  /** Nothing else is in its environment. */
  clearEnv?: boolean;
  /** What it reads from stdin. */
  input?: string;
}

/** Runs a program to its end and gives back its stdout; a failure throws what it said. */
export async function run(
  program: string,
  args: string[],
  { input = "", ...options }: RunOptions = {},
): Promise<string> {
  const piped = { stdin: "piped", stdout: "piped", stderr: "piped" } as const;
  const child = new Deno.Command(program, { args, ...options, ...piped }).spawn();
  await new Blob([input]).stream().pipeTo(child.stdin);
  const { success, code, stdout, stderr } = await child.output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
  if (success) return text(stdout);
  throw new Error(`${program} ${args.join(" ")} ended with ${code}:\n${text(stderr)}`);
}
