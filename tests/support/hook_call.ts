import { PROGRAM } from "./lifeboat.ts";
import type { Scene } from "./scene.ts";

/** Calls a hook as an agent does: the compiled program, one event on stdin. */
export async function callHook(scene: Scene, agent: string, event: unknown) {
  const child = new Deno.Command(PROGRAM, {
    args: ["hook", agent],
    env: { HOME: scene.user, TMPDIR: scene.temp },
    clearEnv: true,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const input = child.stdin.getWriter();
  await input.write(new TextEncoder().encode(JSON.stringify(event)));
  await input.close();
  const { code, stdout, stderr } = await child.output();
  return { code, said: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
}
