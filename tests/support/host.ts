import { type Host, ownFolders, realFs } from "../../src/base/mod.ts";
import "./libraries.ts";

/** A host whose user lives in `folder`, on the real file system and this platform. */
export function testHost(folder: string, changes: Partial<Host> = {}): Host {
  return {
    fs: realFs,
    platform: Deno.build.os === "windows" || Deno.build.os === "darwin" ? Deno.build.os : "linux",
    arch: Deno.build.arch,
    env: {},
    userHome: folder,
    folders: ownFolders({}, folder, "linux"),
    build: { version: "0.0.0-test", target: Deno.build.target, runtime: "source" },
    kit: new URL("../../kit/", import.meta.url),
    cores: 2,
    now: () => new Date("2026-11-20T12:00:00Z"),
    signal: new AbortController().signal,
    progress: () => {},
    ...changes,
  };
}

/** Removes a folder; a process that a hook has started may still be writing in it for a moment. */
export async function removeFolder(folder: string): Promise<void> {
  for (let tries = 1;; tries++) {
    try {
      return await Deno.remove(folder, { recursive: true });
    } catch (error) {
      if (tries === 50 || (error as { code?: string }).code !== "ENOTEMPTY") throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** Runs a test with an empty folder that is removed afterwards; its path has no links in it. */
export async function withTempDir(use: (folder: string) => void | Promise<void>): Promise<void> {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "lifeboat-test-" }));
  try {
    await use(folder);
  } finally {
    await removeFolder(folder);
  }
}
