import { join } from "node:path";
import { assert } from "../assert.ts";
import { folderState } from "./folder_state.ts";
import { CONFIRM, type Scene } from "./scene.ts";

/** How a restore must end. */
export interface Refusal {
  exit: number;
  code: string;
}

/** The archive may be whole, but what it would do is not accepted. */
export const UNSAFE: Refusal = { exit: 2, code: "unsafe_archive" };
/** The archive is broken. */
export const DAMAGED: Refusal = { exit: 3, code: "damaged_archive" };

/** Everything of a user and around, but for lifeboat's own keys, state and cache. */
export function everythingOf({ folder, user }: Scene): string[] {
  const own = [join(user, ".local"), join(user, ".cache"), join(user, ".config")];
  return folderState(folder).filter((line) =>
    !line.startsWith(`${user} `) && !own.some((path) => line.startsWith(path))
  );
}

/**
 * The same without what a restore that fails late leaves: the backup it made before, and the time at
 * which it put its own folder into the home and took it away.
 */
function withoutSafety(scene: Scene): string[] {
  const touched = [`${scene.backups} `, `${scene.home} `];
  return everythingOf(scene).filter((line) =>
    !touched.some((path) => line.startsWith(path)) &&
    !/\/(pre-restore-|\.lifeboat\.lock)/.test(line)
  );
}

/** A crafted backup: its bytes, or what makes it at a path. */
export type Crafted = Uint8Array | ((path: string) => Promise<void>);

async function layDown({ backups }: Scene, crafted: Crafted): Promise<string> {
  const path = join(backups, "codex-backup-20260101-000000.tar.gz");
  await Deno.mkdir(backups, { recursive: true });
  if (typeof crafted === "function") await crafted(path);
  else await Deno.writeFile(path, crafted);
  return path;
}

async function assertApplyEndsSo(scene: Scene, path: string, refusal: Refusal): Promise<void> {
  const command = ["restore", path, "--apply", CONFIRM, "--json"];
  const { code, json, stderr } = await scene.run(command);
  const ended = [code, json.error?.code];
  assert.deepEqual(ended, [refusal.exit, refusal.code], json.error?.message ?? stderr);
}

async function assertFaultIsFound(scene: Scene, path: string): Promise<void> {
  const verified = await scene.run(["verify", path, "--json"]);
  assert.ok(verified.code !== 0 && verified.json.ok === false, "verify finds nothing wrong");
  const listed = await scene.run(["list", "--json"]);
  assert.equal(listed.code, 0, "list goes on");
  await scene.run(["show", path]);
}

/**
 * Lays a crafted backup among the others and asserts that no command changes anything, that its dry
 * run and its restore end as they must, that `verify` finds fault with it, and that `list` goes on.
 */
export async function assertRefused(
  scene: Scene,
  crafted: Crafted,
  refusal: Refusal,
): Promise<void> {
  const path = await layDown(scene, crafted);
  const before = everythingOf(scene);
  const { code, json, stderr } = await scene.run(["restore", path, "--json"]);
  const ended = [code, json.error?.code];
  assert.deepEqual(ended, [refusal.exit, refusal.code], json.error?.message ?? stderr);
  await assertApplyEndsSo(scene, path, refusal);
  await assertFaultIsFound(scene, path);
  assert.deepEqual(everythingOf(scene), before);
}

/**
 * The same where the fault lies in what only a restore reads: the home was saved before, and nothing
 * else has changed.
 */
export async function assertRefusedLate(
  scene: Scene,
  crafted: Crafted,
  refusal: Refusal,
): Promise<void> {
  const path = await layDown(scene, crafted);
  const before = withoutSafety(scene);
  await assertApplyEndsSo(scene, path, refusal);
  await assertFaultIsFound(scene, path);
  assert.deepEqual(withoutSafety(scene), before);
}
