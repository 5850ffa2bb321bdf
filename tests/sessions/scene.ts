/** A user with both agents' homes, for the tests of sessions. */
import { dirname } from "node:path";
import type { Host } from "../../src/base/mod.ts";
import { findProfile, resolveHome } from "../../src/profiles/mod.ts";
import { openHome, type SessionSource } from "../../src/sessions/mod.ts";
import { testHost, withTempDir } from "../support/host.ts";
import {
  makeSampleClaudeHome,
  makeSampleCodexHome,
  type SampleCodexHome,
} from "../support/sample_home.ts";

/** What a test of sessions has. */
export interface SessionsScene {
  folder: string;
  codex: SampleCodexHome;
  claude: Awaited<ReturnType<typeof makeSampleClaudeHome>>;
  host: Host;
  open(profile: string, changes?: Partial<Host>): SessionSource;
  both(): SessionSource[];
}

/** Runs a test with four conversations of Codex and four of Claude Code. */
export function withSessions(use: (scene: SessionsScene) => Promise<void>): Promise<void> {
  return withTempDir(async (folder) => {
    const codex = await makeSampleCodexHome(`${folder}/.codex`);
    const claude = await makeSampleClaudeHome(folder);
    const open = (profile: string, changes: Partial<Host> = {}) => {
      const host = testHost(folder, changes);
      return openHome(host, resolveHome(host, findProfile(host, profile)));
    };
    const both = () => [open("codex"), open("claude-code")];
    await use({ folder, codex, claude, host: testHost(folder), open, both });
  });
}

/** Writes a file and the folders it needs. */
export async function write(path: string, text: string, mtime?: string): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true });
  await Deno.writeTextFile(path, text);
  if (mtime) await Deno.utime(path, new Date(mtime), new Date(mtime));
}

/** One line of a rollout or session. */
export function jsonLine(value: unknown): string {
  return JSON.stringify(value) + "\n";
}
