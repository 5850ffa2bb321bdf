/** Homes with files that cannot be captured as they are: what a backup makes of each. */
import { join } from "node:path";
import type { BackupResult } from "../../src/backup/mod.ts";
import type { Manifest } from "../../src/archive/mod.ts";
import { assert } from "../assert.ts";
import { folderState } from "../support/folder_state.ts";
import { runTool } from "../support/oracles.ts";
import { asPlainUser } from "../support/other_user.ts";
import type { RunSettings } from "../support/lifeboat.ts";
import { makeSampleClaudeHome } from "../support/sample_home.ts";
import { type Scene, withScene } from "../support/scene.ts";
import { needTool } from "../support/strace.ts";

/** What a backup that was published says of the home. */
interface Made {
  result: BackupResult;
  manifest: Manifest;
  /** `path: code` of what could not be captured. */
  failed: string[];
}

/** Backs up; the home must stay as it is, and nothing but the backup may appear. */
async function backUp(
  scene: Scene,
  code: 0 | 1,
  settings: RunSettings = {},
  ...options: string[]
): Promise<Made> {
  const args = ["backup", "--kit", "light", ...options, "--json"];
  const outcome = await scene.run<BackupResult>(args, settings);
  assert.equal(outcome.code, code, outcome.stdout + outcome.stderr);
  const { json: result } = outcome;
  assert.deepEqual([result.ok, result.status], code === 0 ? [true, "ok"] : [false, "partial"]);
  const verified = await scene.run(["verify", result.archive!, "--json"], settings);
  assert.equal(verified.code, 0, verified.stdout);
  const manifest: Manifest = JSON.parse(await Deno.readTextFile(result.manifest!));
  assert.deepEqual(manifest.errors, result.errors);
  const failed = result.errors.map(({ relative_path, code }) => `${relative_path}: ${code}`);
  return { result, manifest, failed: failed.sort() };
}

function skippedAs({ manifest }: Made, reason: string): string[] {
  return manifest.skipped.filter((one) => one.reason === reason).map((one) => one.relative_path);
}

/** Runs the program so that a system call fails whenever it names or uses a file. */
function failing(path: string, call: string, errno: string): RunSettings {
  needTool("strace", ["-V"], /strace/, "strace");
  const inject = `inject=${call}:error=${errno}`;
  const options = ["-f", "-qq", "-o", "/dev/null", "-P", path, "-e", `trace=${call}`, "-e", inject];
  return { under: ["/usr/bin/strace", ...options] };
}

if (Deno.build.os !== "windows") {
  Deno.test("what may not be read is an error each, and the rest is published as partial", () =>
    withScene(async (scene) => {
      const [file, folder] = [join(scene.home, "secret\u001b[31m.md"), join(scene.home, "closed")];
      await Deno.writeTextFile(file, "mine");
      await Deno.mkdir(folder);
      await Deno.writeTextFile(join(folder, "inside.md"), "mine");
      const before = folderState(scene.home);
      const settings = await asPlainUser(scene);
      for (const path of [file, folder]) await Deno.chmod(path, 0);
      const made = await backUp(scene, 1, settings);
      assert.deepEqual(made.failed, ["closed: unreadable", "secret\u001b[31m.md: unreadable"]);
      const { stdout, code } = await scene.run(["backup", "--kit", "light"], settings);
      assert.equal(code, 1);
      assert.match(stdout, /secret\\x1b\[31m\.md/);
      await Deno.chmod(file, 0o644);
      await Deno.chmod(folder, 0o755);
      assert.deepEqual(folderState(scene.home), before);
    }));

  Deno.test("FIFOs and sockets are skipped, and links that lead in a circle are kept as links", () =>
    withScene(async (scene) => {
      await runTool(["mkfifo", join(scene.home, "pipe")]);
      const listener = Deno.listen({ transport: "unix", path: join(scene.home, "socket") });
      const links = { here: ".", up: "..", one: "other", other: "one", self: "self" };
      for (const [name, target] of Object.entries(links)) {
        await Deno.symlink(target, join(scene.home, name));
      }
      const before = folderState(scene.home);
      const made = await backUp(scene, 0);
      assert.deepEqual(folderState(scene.home), before);
      listener.close();
      assert.deepEqual(skippedAs(made, "special_file"), ["pipe", "socket"]);
      const kept = made.manifest.symlinks.filter(({ relative_path }) => relative_path in links);
      const found = kept.map(({ relative_path, target }) => [relative_path, target]);
      assert.deepEqual(Object.fromEntries(found), links);
    }));
}

if (Deno.build.os === "linux") {
  Deno.test("names that are not UTF-8 are told, and what is in such a folder is not lost quietly", () =>
    withScene(async (scene) => {
      const script = 'mkdir "$(printf "folder\\377")" && printf x > "$(printf "file\\303.md")"';
      await runTool(["sh", "-c", script], { cwd: scene.home });
      const list = () => runTool(["find", scene.home, "-printf", "%p %T@ %C@\\0"]);
      const before = await list();
      const made = await backUp(scene, 1);
      const names = ["file\\xc3.md: name_not_utf8", "folder\\xff: name_not_utf8"];
      assert.deepEqual(made.failed, names);
      assert.deepEqual(await list(), before);
    }));

  Deno.test("a file that is gone when its turn comes is told as vanished, and all is well", () =>
    withScene(async (scene) => {
      const path = join(scene.home, "prompts", "two words.md");
      const made = await backUp(scene, 0, failing(path, "openat", "ENOENT"));
      assert.deepEqual(skippedAs(made, "vanished"), ["prompts/two words.md"]);
    }));

  Deno.test("a file that the disk cannot give back is an error", () =>
    withScene(async (scene) => {
      const path = join(scene.home, "memories", "MEMORY.md");
      const made = await backUp(scene, 1, failing(path, "read", "EIO"));
      assert.deepEqual(made.failed, ["memories/MEMORY.md: unreadable"]);
    }));
}

Deno.test("configuration that is half written is captured as it is, and flagged", () =>
  withScene(async (scene) => {
    const { stateFile, home, secrets } = await makeSampleClaudeHome(scene.user);
    scene.secrets.push(...secrets);
    const half = (await Deno.readTextFile(stateFile)).slice(0, 200);
    await Deno.writeTextFile(stateFile, half);
    const before = folderState(home);
    const { result } = await backUp(scene, 0, {}, "--profile", "claude-code");
    assert.match(result.warnings.join("\n"), /\.claude\.json does not parse/);
    const copy = join(result.backup_dir!, "extra", "claude-json", ".claude.json");
    assert.equal(await Deno.readTextFile(copy), half);
    assert.equal(await Deno.readTextFile(stateFile), half);
    assert.deepEqual(folderState(home), before);
  }));

// deno-lint-ignore no-control-regex -- these are the characters looked for
const UNPRINTABLE = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]/;

Deno.test("a name with control characters reaches no terminal as it is", () =>
  withScene(async (scene) => {
    await scene.backUp();
    const commands = [
      ["backup", "--dry-run"],
      ["backup", "--kit", "light"],
      ["show", "latest", "--files"],
      ["verify", "latest"],
      ["restore", "latest", "--files"],
      ["list"],
      ["doctor"],
      ["restore", "no\u001b[31msuch"],
    ];
    for (const command of commands) {
      const { stdout, stderr } = await scene.run(command);
      assert.doesNotMatch(stdout + stderr, UNPRINTABLE, command[0]);
    }
  }));
