/** Isolated homes, with the compiled program. */
import { join } from "node:path";
import { assert } from "../assert.ts";
import { PROGRAM } from "../support/lifeboat.ts";
import { talk } from "../support/pseudo_terminal.ts";
import { CONFIRM, namesIn, type Scene, withScene } from "../support/scene.ts";

interface Made {
  path: string;
  user_home: string;
}

interface Drilled {
  ok: boolean;
  backup: string;
  home: string;
}

async function makeIsolated(scene: Scene, ...args: string[]): Promise<Made> {
  const { code, json, stderr } = await scene.run<Made>(["isolate", "create", ...args, "--json"]);
  assert.equal(code, 0, stderr);
  return json;
}

function exec(scene: Scene, id: string, options: string[], script: string) {
  const command = ["--", "/bin/sh", "-c", script];
  const env = { PATH: "/usr/bin:/bin", CODEX_HOME: scene.home, SECRET_TOKEN: "t" };
  return scene.run(["isolate", "exec", id, ...options, ...command], { env });
}

Deno.test("a program in an isolated home has other homes, and its exit code is passed on", () =>
  withScene(async (scene) => {
    const { path } = await makeIsolated(scene, "helper");
    const shown = await exec(
      scene,
      "helper",
      [],
      'echo "$CODEX_HOME" "$HOME" "$SECRET_TOKEN"; exit 7',
    );
    assert.equal(shown.code, 7);
    assert.equal(shown.stdout, `${path} ${join(path, "home")} t\n`);
    const options = ["--clear-env", "SECRET_TOKEN", "--clear-env", "HOME", "--env", "A=b=c"];
    const cleared = await exec(scene, "helper", options, 'echo "$HOME" "$SECRET_TOKEN" "$A"');
    assert.equal(cleared.stdout, `${join(path, "home")}  b=c\n`);
    assert.match(cleared.stderr, /HOME says where the home is/);
  }));

Deno.test("what is after the dashes is the program's, and options of its own are not ours", () =>
  withScene(async (scene) => {
    await makeIsolated(scene, "helper");
    const args = ["--", "/usr/bin/printf", "%s\n", "--json", "--version", "$(id)", ""];
    const { code, stdout } = await scene.run(["isolate", "exec", "helper", ...args]);
    assert.deepEqual([code, stdout], [0, "--json\n--version\n$(id)\n\n"]);
  }));

Deno.test("what cannot be started is refused, and what ends a program is passed on", () =>
  withScene(async (scene) => {
    await makeIsolated(scene, "helper");
    const refusals: [args: string[], code: number, message: RegExp][] = [
      [["none", "--", "true"], 10, /no isolated home none/],
      [["helper", "--", "no-such-program"], 10, /no program no-such-program/],
      [["helper"], 2, /No program was named/],
      [["helper", "--env", "my-secret-value", "--", "true"], 2, /--env needs a name/],
      [["--openclaw-agent", "main", "--", "true"], 10, /OpenClaw has no agent main/],
      [["--json", "helper", "--", "true"], 2, /no JSON form/],
    ];
    for (const [args, code, message] of refusals) {
      const outcome = await scene.run(["isolate", "exec", ...args], { env: { PATH: "/bin" } });
      assert.equal(outcome.code, code, args.join(" ") + outcome.stderr);
      assert.match(outcome.stdout + outcome.stderr, message);
      assert.ok(!(outcome.stdout + outcome.stderr).includes("my-secret-value"));
    }
    assert.equal((await exec(scene, "helper", [], "kill -TERM $$")).code, 128 + 15);
    const passed = 'trap "exit 3" TERM; kill -TERM $PPID; while :; do sleep 0.05; done';
    assert.equal((await exec(scene, "helper", [], passed)).code, 3);
  }));

Deno.test("Ctrl-C on a terminal reaches the program once, and lifeboat waits for its end", () =>
  withScene(async (scene) => {
    await makeIsolated(scene, "helper");
    const script = 'n=0; trap "n=\\$((n+1)); echo caught \\$n; [ \\$n = 3 ] && exit 5" INT; ' +
      "echo ready; while :; do sleep 0.05; done";
    const command = [PROGRAM, "isolate", "exec", "helper", "--", "/bin/sh", "-c", script];
    const program = talk(scene.user, command);
    await program.sees("ready");
    for (const n of [1, 2, 3]) {
      await program.presses("\x03");
      await program.sees(`caught ${n}`);
    }
    assert.equal((await program.end()).code, 5);
  }));

Deno.test("an isolated home is backed up and comes back to its own place, never over the personal one", () =>
  withScene(async (scene) => {
    const { path } = await makeIsolated(scene, "helper");
    const skill = join(path, "home", ".agents", "skills", "mine");
    Deno.mkdirSync(skill, { recursive: true });
    Deno.writeTextFileSync(join(skill, "SKILL.md"), "of the helper");
    Deno.writeTextFileSync(join(path, "AGENTS.md"), "be kind");
    const personal = Deno.readTextFileSync(join(scene.home, "config.toml"));
    const own = await scene.backUp();
    const backup = await scene.backUp("--profile", "codex", "--isolated", "helper");
    await Deno.remove(path, { recursive: true });

    const latest = await scene.run<{ plan: { target_home: string; backup_dir: string } }>(
      ["restore", "latest", "--json"],
    );
    assert.equal(latest.json.plan.target_home, scene.home);
    assert.ok(latest.json.plan.backup_dir.includes(own.backup_id), latest.json.plan.backup_dir);
    const named = await scene.run<{ plan: { target_home: string } }>(
      ["restore", backup.backup_id, "--json"],
    );
    assert.equal(named.json.plan.target_home, path);
    const shown = await scene.run(["restore", backup.backup_id]);
    assert.match(shown.stdout, /lifeboat restore \S+ --isolated helper --apply/);
    assert.match((await scene.run(["list"])).stdout, /isolated: helper/);

    const args = ["restore", "latest", "--isolated", "helper", "--apply", CONFIRM, "--json"];
    const restored = await scene.run(args);
    assert.equal(restored.code, 0, JSON.stringify(restored.json.error));
    assert.equal(Deno.readTextFileSync(join(skill, "SKILL.md")), "of the helper");
    assert.equal(Deno.readTextFileSync(join(path, "AGENTS.md")), "be kind");
    assert.equal(Deno.readTextFileSync(join(scene.home, "config.toml")), personal);
    const listed = await scene.run<{ homes: Made[] }>(["isolate", "list", "--json"]);
    assert.equal(listed.json.homes[0].user_home, join(path, "home"));
  }));

Deno.test("a drill of one isolated home tries its newest backup, and no other home's", () =>
  withScene(async (scene) => {
    const { path } = await makeIsolated(scene, "helper");
    const none = await scene.run(["drill", "--isolated", "helper"]);
    assert.equal(none.code, 10);
    assert.match(none.stderr, /lifeboat backup --isolated helper/);
    const backup = await scene.backUp("--isolated", "helper");
    const { json } = await scene.run<Drilled>(["drill", "--isolated", "helper", "--json"]);
    assert.deepEqual([json.ok, json.backup, json.home], [true, backup.backup_id, path]);
    for (const more of [["--profile", "all"], ["--home", scene.user]]) {
      const refused = await scene.run(["drill", "--isolated", "helper", ...more]);
      assert.equal(refused.code, 2);
    }
  }));

Deno.test("status tells of isolated homes, and how each is backed up", () =>
  withScene(async (scene) => {
    await makeIsolated(scene, "helper");
    const { stdout } = await scene.run(["status"]);
    assert.match(stdout, /Codex \(helper\)/);
    assert.match(stdout, /lifeboat backup --isolated helper/);
  }));

Deno.test("a backup of all profiles takes isolated homes along", () =>
  withScene(async (scene) => {
    const { path } = await makeIsolated(scene, "helper", "--share-home");
    const args = ["backup", "--profile", "all", "--kit", "light", "--no-directory", "--json"];
    const { code, json } = await scene.run<{ results: { profile: string; ok: boolean }[] }>(args);
    assert.equal(code, 0);
    assert.equal(json.results.filter(({ profile }) => profile === "codex").length, 2);
    const list = await scene.run<{ backups: { isolated: string | null; home: string }[] }>(
      ["list", "--json"],
    );
    const homes = list.json.backups.map(({ isolated, home }) => [isolated, home]).sort();
    assert.deepEqual(homes, [[null, scene.home], ["helper", path]]);
  }));

Deno.test("removing an isolated home asks on a terminal, and elsewhere needs a word", () =>
  withScene(async (scene) => {
    const { path } = await makeIsolated(scene, "helper");
    const refused = await scene.run(["isolate", "remove", "helper", "--json"]);
    assert.deepEqual([refused.code, refused.json.error?.code], [2, "confirmation_required"]);
    const asked = talk(scene.user, [PROGRAM, "isolate", "remove", "helper"]);
    await asked.sees("Type REMOVE");
    await asked.types("no");
    assert.equal((await asked.end()).code, 2);
    assert.deepEqual([namesIn(path), scene.published()], [["home"], []]);
    const removed = await scene.run<{ backup: string }>(
      ["isolate", "remove", "helper", "--yes", "--json"],
    );
    assert.equal(removed.code, 0, JSON.stringify(removed.json.error));
    assert.ok(Deno.statSync(removed.json.backup).isFile);
    assert.deepEqual(namesIn(join(path, "..")), []);
  }));
