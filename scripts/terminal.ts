/** How the scripts talk: lines on stderr, and an exit code. */

/** Tells the person who started the script something. */
export function say(line: string): void {
  // deno-lint-ignore no-console -- the only place where scripts write to the terminal
  console.error(line);
}

/** Runs a script's main function; a failure becomes its message and exit 1. */
export async function runScript(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    say(`error: ${error instanceof Error ? error.message : error}`);
    Deno.exit(1);
  }
}
