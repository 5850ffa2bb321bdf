/** The frame of the command line: version, help, usage errors, JSON, exit codes. */
import { basename, join } from "node:path";
import { assert } from "../assert.ts";
import { PROGRAM } from "../support/lifeboat.ts";
import { CONFIRM, type Scene, withScene } from "../support/scene.ts";

Deno.test("--version tells the program's version and what it stands on", () =>
  withScene(async ({ run }) => {
    const { version } = JSON.parse(
      Deno.readTextFileSync(new URL("../../deno.json", import.meta.url)),
    );
    const human = await run(["--version"]);
    const form =
      /^lifeboat (\S+) \(deno \d+\.\d+\.\d+, sqlite 3\.\d+\.\d+, (\S+)\)( \[fallback runtime\])?\n$/;
    assert.deepEqual(form.exec(human.stdout)?.slice(1, 3), [version, Deno.build.target]);
    const { json } = await run(["--version", "--json"]);
    assert.equal(json.version, version);
    assert.equal(json.target, Deno.build.target);
  }));

Deno.test("with --json stdout is one JSON document, also for help and usage errors", () =>
  withScene(async ({ run }) => {
    const lines: [args: string[], code: number][] = [
      [["--jobs", "2", "nonsense"], 2],
      [["--help"], 0],
      [["backup", "--help"], 0],
      [["nonsense"], 2],
      [["backup", "--nonsense"], 2],
      [["backup", "--mode", "fast"], 2],
      [["show"], 2],
      [["show", "none"], 10],
      [["verify", "/no/such/file"], 10],
      [["list"], 0],
      [["profiles", "show", "none"], 10],
      [["doctor", "--home", "/no/such/home"], 10],
      [["backup", "--no-archive", "--no-directory"], 2],
    ];
    for (const [args, expected] of lines) {
      const { code, json, stderr } = await run([...args, "--json"]);
      assert.equal(code, expected, args.join(" "));
      assert.equal(json.ok, expected === 0, args.join(" "));
      assert.equal(stderr, "", args.join(" "));
      if (json.ok) continue;
      const { code: name, message, hint } = json.error!;
      assert.match(name, /^[a-z_]+$/);
      assert.ok(message.length > 0 && typeof hint === "string", args.join(" "));
    }
  }));

Deno.test("without --json an error goes to stderr, with what to do", () =>
  withScene(async ({ run }) => {
    const { code, stdout, stderr } = await run(["show", "none"]);
    assert.deepEqual([code, stdout], [10, ""]);
    assert.match(stderr, /^error: There is no backup none\nhint: {2}Looked .*lifeboat backup\n$/);
  }));

Deno.test("off a terminal nothing is coloured, and no progress is shown", () =>
  withScene(async ({ run }) => {
    for (const args of [["backup", "--kit", "light"], ["list"], ["show", "latest"], ["doctor"]]) {
      const { stdout, stderr } = await run(args);
      assert.ok(!stdout.includes("\x1b"), args.join(" "));
      assert.equal(stderr, "", args.join(" "));
    }
  }));

Deno.test("what is finished but not well exits with 1", () =>
  withScene(async ({ run, backUp, home }) => {
    const { archive } = await backUp("--no-directory");
    const bytes = Deno.readFileSync(archive!);
    bytes[bytes.length >> 1] ^= 1;
    Deno.writeFileSync(archive!, bytes);
    const verified = await run(["verify", archive!, "--json"]);
    assert.deepEqual([verified.code, verified.json.ok], [1, false]);
    Deno.writeTextFileSync(join(home, "config.toml"), "this is = = no TOML");
    const examined = await run(["doctor", "--json"]);
    assert.deepEqual([examined.code, examined.json.ok], [1, false]);
  }));

Deno.test("a restore without a terminal and without the flag is refused, and changes nothing", () =>
  withScene(async ({ run, backUp, home, published }) => {
    await backUp();
    const before = published();
    Deno.writeTextFileSync(join(home, "config.toml"), "changed = true\n");
    const { code, json } = await run(["restore", "latest", "--apply", "--json"]);
    assert.equal(code, 2);
    assert.equal(json.error?.code, "confirmation_required");
    assert.ok(json.error?.hint.includes(CONFIRM));
    assert.equal(Deno.readTextFileSync(join(home, "config.toml")), "changed = true\n");
    assert.deepEqual(published(), before);
  }));

Deno.test("a backup of another agent is not put into a home by mistake", () =>
  withScene(async ({ run, backUp }) => {
    const { archive } = await backUp();
    const args = ["restore", archive!, "--profile", "claude-code", "--json"];
    const { code, json } = await run(args);
    assert.deepEqual([code, json.error?.code], [2, "profile_mismatch"]);
  }));

/** Starts a backup that takes a while, sends signals, and waits for its end. */
async function backUpAndStop(scene: Scene, signals: Deno.Signal[]) {
  const child = new Deno.Command(PROGRAM, {
    args: ["backup", "--kit", "full", "--json"],
    clearEnv: true,
    env: { HOME: scene.user },
    stdout: "piped",
    stderr: "null",
  }).spawn();
  while (scene.published().length === 0) await new Promise((wake) => setTimeout(wake, 10));
  for (const signal of signals) child.kill(signal);
  const { code, stdout } = await child.output();
  return { code, printed: new TextDecoder().decode(stdout) };
}

// On Windows a signal from another process ends the program at once.
Deno.test("a folder named latest where the user is does not stand for the newest backup", () =>
  withScene(async (scene) => {
    const { archive } = await scene.backUp("--no-directory");
    Deno.mkdirSync(join(scene.user, "latest", "files"), { recursive: true });
    const { json } = await scene.run<{ id: string }>(["verify", "latest", "--json"]);
    assert.equal(json.id, basename(archive!).replace(".tar.gz", ""));
    assert.equal((await scene.run(["verify", "./latest", "--json"])).code, 2);
  }));

if (Deno.build.os !== "windows") {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.test(`${signal} stops a backup with 130 and leaves nothing behind`, () =>
      withScene(async (scene) => {
        const { code, printed } = await backUpAndStop(scene, [signal]);
        assert.deepEqual([code, JSON.parse(printed).error.code], [130, "interrupted"]);
        assert.deepEqual(scene.published(), []);
      }));
  }

  Deno.test("a second signal ends the program at once; the next backup clears what it left", () =>
    withScene(async (scene) => {
      const { code } = await backUpAndStop(scene, ["SIGINT", "SIGTERM"]);
      assert.equal(code, 130);
      const { warnings } = await scene.backUp();
      const left = scene.published().filter((name) => name.endsWith(".partial"));
      assert.deepEqual(left, []);
      for (const warning of warnings) {
        assert.match(warning, /left by a backup that was interrupted/);
      }
    }));
}

Deno.test("init writes a configuration that --config can lead away from", () =>
  withScene(async ({ run, user, folder }) => {
    const first = await run(["init"]);
    assert.equal(first.code, 0);
    assert.match(first.stdout, /Configuration +.*config\.toml {2}written, with comments/);
    assert.match(first.stdout, /lifeboat backup --profile all/);
    const other = join(folder, "other.toml");
    Deno.writeTextFileSync(other, `[snapshots]\nfolder = '${join(folder, "elsewhere")}'\n`);
    assert.equal((await run(["--config", other, "snapshot", "take"])).code, 0);
    assert.ok(Deno.statSync(join(folder, "elsewhere")).isDirectory);
    const none = await run(["snapshot", "status", "--config", join(user, "none"), "--json"]);
    assert.deepEqual([none.code, none.json.error?.code], [2, "no_such_file"]);
  }));
