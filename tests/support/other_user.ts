import { runTool } from "./oracles.ts";
import type { Scene } from "./scene.ts";

/** `nobody`, who owns nothing on a system. */
const NOBODY = "65534";

/**
 * What the program is to be started by so that permissions hold: root may read everything, so a test
 * that runs as root hands the scene to another user and runs the program as that one.
 */
export async function asPlainUser(scene: Scene): Promise<{ under: string[] }> {
  if (Deno.uid() !== 0) return { under: [] };
  await runTool(["chown", "-R", "-h", `${NOBODY}:${NOBODY}`, scene.folder]);
  const ids = [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups"];
  return { under: ["/usr/bin/setpriv", ...ids] };
}
