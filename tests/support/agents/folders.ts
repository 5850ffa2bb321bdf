/** Where the real agents and their scratch homes lie: in the user's cache folder, never in /tmp. */
import { join } from "node:path";
import { ownFolders, type Platform, userHomeOf } from "../../../src/base/mod.ts";
import { removeFolder } from "../host.ts";

const env = Deno.env.toObject();
const platform: Platform = Deno.build.os === "windows" || Deno.build.os === "darwin"
  ? Deno.build.os
  : "linux";

/** The folder kept between runs of the tests: `$XDG_CACHE_HOME/lifeboat-tests`. */
export function testCacheFolder(): string {
  return join(ownFolders(env, userHomeOf(env, platform), platform).cache + "-tests");
}

/**
 * Runs a test with an empty folder below the cache folder, since Codex treats homes in the system's
 * temporary folder differently; removed afterwards. Its path has no links in it.
 */
export async function withAgentFolder(
  use: (folder: string) => void | Promise<void>,
): Promise<void> {
  await Deno.mkdir(testCacheFolder(), { recursive: true });
  const made = await Deno.makeTempDir({ dir: testCacheFolder(), prefix: "home-" });
  const folder = await Deno.realPath(made);
  try {
    await use(folder);
  } finally {
    await removeFolder(folder);
  }
}
