/** Schedules: the timer's own command is carried out as the timer would. */
import { join } from "node:path";
import { assert } from "../assert.ts";
import { callHook } from "../support/hook_call.ts";
import { makeSmallHome, namesIn, type Scene, withScene } from "../support/scene.ts";
import type { ScheduledRun, StatusResult } from "../../src/upkeep/mod.ts";
import type { InstallResult } from "../../src/agents/mod.ts";

/** A folder for PATH with programs that are scripts; each notes in `calls` how it was called. */
function fakePrograms({ folder }: Scene, scripts: Record<string, string>): string {
  const bin = join(folder, "bin");
  Deno.mkdirSync(bin);
  for (const [name, script] of Object.entries(scripts)) {
    const text = `#!/bin/sh\necho "${name} $*" >>"${join(folder, "calls")}"\n${script}\n`;
    Deno.writeTextFileSync(join(bin, name), text, { mode: 0o755 });
  }
  return bin;
}

/** What the programs were called with. */
function callsIn({ folder }: Scene): string[] {
  return Deno.readTextFileSync(join(folder, "calls")).trim().split("\n");
}

/** A crontab that is a file. */
function crontab(folder: string): string {
  const file = join(folder, "crontab");
  return `if [ "$1" = -l ]; then /bin/cat "${file}"; else /bin/cat "$1" >"${file}"; fi`;
}

/** Carries a line for `sh` out, with the environment that cron gives. */
async function asTimer(scene: Scene, line: string): Promise<number> {
  const { code } = await new Deno.Command("/bin/sh", {
    args: ["-c", line],
    env: { HOME: scene.user, TMPDIR: scene.temp, PATH: "/usr/bin:/bin" },
    clearEnv: true,
  }).output();
  return code;
}

Deno.test("with systemd, the unit's own command backs the homes up, and status knows", () =>
  withScene(async (scene) => {
    const { run, user, published } = scene;
    const env = { PATH: fakePrograms(scene, { systemctl: "exit 0" }) };
    const install = ["schedule", "install", "--every", "6h", "--keep-daily", "7", "--json"];
    const dry = await run<InstallResult>([...install, "--dry-run"], { env });
    assert.deepEqual([dry.code, namesIn(join(user, ".config"))], [0, []]);
    const { code, json } = await run<InstallResult>(install, { env });
    assert.equal(code, 0);
    const units = join(user, ".config", "systemd", "user");
    assert.deepEqual(namesIn(units), ["lifeboat.service", "lifeboat.timer"]);
    assert.deepEqual(json.edits.map(({ action }) => action), ["create", "create"]);
    assert.ok(callsIn(scene).includes("systemctl --user enable --now lifeboat.timer"));

    const unit = Deno.readTextFileSync(join(units, "lifeboat.service"));
    const [, command] = /^ExecStart=(.*)$/m.exec(unit)!;
    assert.equal(await asTimer(scene, command), 0);
    assert.equal(published().filter((name) => name.endsWith(".tar.gz")).length, 1);
    assert.equal(await asTimer(scene, command), 0); // an hour later: not yet time
    assert.equal(published().filter((name) => name.endsWith(".tar.gz")).length, 1);

    const status = (await run<StatusResult>(["status", "--json"])).json;
    assert.deepEqual([status.ok, status.schedule?.failure], [true, null]);
    assert.equal(status.homes[0].last_drill?.ok, true);
    assert.match((await run(["status"])).stdout, /Schedule +every 6 hours, last run just now/);
    assert.match((await run(["schedule", "show"])).stdout, /Keeps +7 daily/);

    await run(["uninstall", "schedule"], { env });
    assert.deepEqual(namesIn(units), []);
    assert.ok(callsIn(scene).includes("systemctl --user disable --now lifeboat.timer"));
    assert.equal((await run(["schedule", "run", "--json"])).code, 10);
  }));

Deno.test("without systemd a line in the crontab does it, and other lines stay", () =>
  withScene(async (scene) => {
    const { run, folder, published } = scene;
    const mine = "5 4 * * * something of mine\n";
    Deno.writeTextFileSync(join(folder, "crontab"), mine);
    const env = { PATH: fakePrograms(scene, { crontab: crontab(folder) }) };
    const codexHome = join(scene.user, "odd 'place' 100%");
    await Deno.rename(scene.home, codexHome);
    const install = ["schedule", "install", "--at", "03:30", "--json"];
    const { json } = await run<InstallResult>(install, { env: { ...env, CODEX_HOME: codexHome } });
    assert.equal(json.ok, true, JSON.stringify(json));
    const [first, line] = Deno.readTextFileSync(join(folder, "crontab")).trim().split("\n");
    assert.equal(first + "\n", mine);
    assert.match(line, /^30 \* \* \* \* CODEX_HOME=/);
    const command = line.split(" ").slice(5).join(" ").replaceAll("\\%", "%");
    assert.equal(await asTimer(scene, command), 0);
    assert.equal(published().filter((name) => name.endsWith(".tar.gz")).length, 1);
    await run(["schedule", "remove"], { env });
    assert.equal(Deno.readTextFileSync(join(folder, "crontab")), mine);
  }));

Deno.test("where there is no timer at all, it is said what to call instead", () =>
  withScene(async ({ run }) => {
    const { code, json } = await run(["schedule", "install", "--json"], { env: { PATH: "/none" } });
    assert.deepEqual([code, json.error?.code], [3, "no_timer"]);
    assert.match(json.error!.message, /crontab (is not installed|.* failed)/);
    assert.match(json.error!.hint, /lifeboat schedule run/);
  }));

Deno.test("a run that fails is told on the desktop once, in status, and when a session starts", () =>
  withScene(async (scene) => {
    const { run, user, backups } = scene;
    const scripts = { systemctl: "exit 0", "notify-send": "exit 0" };
    const env = { PATH: fakePrograms(scene, scripts) };
    await run(["schedule", "install"], { env });
    const event = { session_id: "s1", cwd: user, hook_event_name: "SessionStart" };
    assert.equal((await callHook(scene, "codex", event)).said, "");

    Deno.mkdirSync(join(user, "Documents"));
    Deno.writeTextFileSync(backups, "a file where the backups should go");
    const failed = await run<ScheduledRun>(["schedule", "run", "--json"], { env });
    assert.deepEqual([failed.code, failed.json.notified], [1, true]);
    assert.equal(failed.json.backups[0].backup_id, null);
    const again = await run<ScheduledRun>(["schedule", "run", "--json"], { env });
    assert.deepEqual([again.json.ran, again.json.notified], [true, false]);
    assert.equal(callsIn(scene).filter((call) => call.startsWith("notify-send")).length, 1);

    const status = await run<StatusResult>(["status", "--json"]);
    assert.deepEqual([status.code, status.json.schedule!.findings[0].code], [1, "schedule_failed"]);
    const { code, said } = await callHook(scene, "codex", event);
    assert.match(JSON.parse(said).systemMessage, /^Lifeboat: The last scheduled backup failed/);
    assert.equal(code, 0);

    Deno.removeSync(backups);
    assert.equal((await run<ScheduledRun>(["schedule", "run", "--json"], { env })).json.ok, true);
    assert.equal((await callHook(scene, "codex", event)).said, "");
  }, makeSmallHome));

Deno.test("the rules of a schedule remove older backups, only after a good run", () =>
  withScene(async (scene) => {
    const { run, published } = scene;
    const env = { PATH: fakePrograms(scene, { systemctl: "exit 0" }) };
    await run(["schedule", "install", "--keep-last", "1"], { env });
    const archives = () => published().filter((name) => name.endsWith(".tar.gz"));
    const first = await run<ScheduledRun>(["schedule", "run", "--json"], { env });
    assert.deepEqual([first.json.ok, first.json.removed, archives().length], [true, [], 1]);
    const next = await run<ScheduledRun>(["schedule", "run", "--now", "--json"], { env });
    assert.deepEqual(next.json.removed, [first.json.backups[0].backup_id]);
    assert.equal(archives().length, 1);
  }));

Deno.test("a scheduled backup is encrypted and copied elsewhere; one that cannot be read is not tried", () =>
  withScene(async (scene) => {
    const { run, folder } = scene;
    const env = { PATH: fakePrograms(scene, { systemctl: "exit 0" }) };
    const disk = join(folder, "disk");
    Deno.mkdirSync(disk);
    await run(["backends", "add", "folder", "--name", "disk", "--path", disk]);
    const { stderr } = new Deno.Command("age-keygen").outputSync();
    const [recipient] = /age1\w+/.exec(new TextDecoder().decode(stderr))!;
    const plain = await run(["schedule", "install", "--storage", "disk", "--json"], { env });
    assert.deepEqual([plain.code, plain.json.error?.code], [2, "plaintext_refused"]);
    const none = ["schedule", "install", "--recipient", "nobody", "--json"];
    assert.equal((await run(none, { env })).json.error?.code, "bad_recipient");
    const flags = ["--recipient", recipient, "--storage", "disk"];
    assert.equal((await run(["schedule", "install", ...flags], { env })).code, 0);
    const { code, json } = await run<ScheduledRun>(["schedule", "run", "--json"], { env });
    assert.deepEqual([code, json.failures], [0, []]);
    assert.deepEqual(json.drills, []);
    const remote = await run<{ backups: { encrypted: boolean }[] }>(
      ["list", "--remote", "disk", "--json"],
      { env },
    );
    assert.deepEqual(remote.json.backups.map(({ encrypted }) => encrypted), [true]);
  }));

Deno.test("a schedule that makes no sense is refused", () =>
  withScene(async ({ run, user }) => {
    for (const flags of [["--every", "soon"], ["--at", "25:00"], ["--keep-last", "0"]]) {
      const { code, json } = await run(["schedule", "install", ...flags, "--json"]);
      assert.deepEqual([code, json.error?.code], [2, "usage"], flags.join(" "));
    }
    assert.deepEqual(namesIn(join(user, ".config")), []);
  }));
