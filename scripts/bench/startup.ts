/**
 * The least time that each command takes from start to end, in ms. They take turns, so that what
 * else the machine does meets all of them alike; the least is the time without that.
 */
export async function measureStarts(commands: string[][], rounds: number): Promise<number[]> {
  const least = commands.map(() => Infinity);
  for (let round = 0; round < rounds; round++) {
    for (const [i, [program, ...args]] of commands.entries()) {
      const command = new Deno.Command(program, { args, stdout: "null", stderr: "null" });
      const started = performance.now();
      const { success } = await command.output();
      least[i] = Math.min(least[i], performance.now() - started);
      if (!success) throw new Error(`${program} ${args.join(" ")} failed`);
    }
  }
  return least;
}
