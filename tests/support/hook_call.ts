import { PROGRAM } from "./lifeboat.ts";
import type { Scene } from "./scene.ts";

/** Starts a hook as an agent does: the compiled program, which waits for one event on stdin. */
export function startHook({ user, temp }: Scene, agent: string): Deno.ChildProcess {
  return new Deno.Command(PROGRAM, {
    args: ["hook", agent],
    env: { HOME: user, TMPDIR: temp },
    clearEnv: true,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Calls a hook with an event. */
export async function callHook(scene: Scene, agent: string, event: unknown) {
  const child = startHook(scene, agent);
  const input = child.stdin.getWriter();
  await input.write(new TextEncoder().encode(JSON.stringify(event)));
  await input.close();
  const { code, stdout, stderr } = await child.output();
  return { code, said: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
}
