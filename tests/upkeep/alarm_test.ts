import { join } from "node:path";
import { alarm, notificationCommand, notify } from "../../src/upkeep/alarm.ts";
import { noteRun, writeSchedule } from "../../src/upkeep/schedule.ts";
import { assert } from "../assert.ts";
import { testHost, withTempDir } from "../support/host.ts";

const DAYS = 86_400_000;

Deno.test("there is an alarm when the last run failed, or is too long ago", () =>
  withTempDir((folder) => {
    const host = testHost(folder);
    const ago = (days: number) => new Date(host.now().getTime() - days * DAYS);
    assert.equal(alarm(host), undefined, "nothing is scheduled");
    writeSchedule(host, { every_hours: 24, at: null, keep: {}, recipients: [], storage: null });
    assert.equal(alarm(host), undefined, "it has just been set up");
    noteRun(host, ago(1), null);
    assert.equal(alarm(host), undefined);
    noteRun(host, ago(3), null);
    assert.match(alarm(host)!, /3 days ago/);
    noteRun(host, ago(0), "no room is left");
    assert.match(alarm(host)!, /failed: no room is left/);
  }));

Deno.test("on no system is the text of a notification part of a script", () => {
  const text = `$(touch x); "'\`; exit --`;
  for (const platform of ["linux", "darwin", "windows"] as const) {
    const { args, env = {} } = notificationCommand(platform, text);
    const whole = [...args, ...Object.values(env)].filter((one) => one === text);
    assert.equal(whole.length, 1, platform);
    const parts = [...args, ...Object.values(env)].filter((one) => one.includes("touch x"));
    assert.equal(parts.length, 1, platform);
  }
});

Deno.test("a notification is handed to the desktop, and none is no failure", () =>
  withTempDir(async (folder) => {
    const PATH = join(folder, "bin");
    assert.equal(await notify(testHost(folder, { platform: "linux", env: { PATH } }), "x"), false);
    Deno.mkdirSync(PATH);
    const script = '#!/bin/sh\nfor word; do printf "%s\\n" "$word"; done >"$OUT"\n';
    Deno.writeTextFileSync(join(PATH, "notify-send"), script, { mode: 0o755 });
    const env = { PATH, OUT: join(folder, "said") };
    assert.ok(await notify(testHost(folder, { platform: "linux", env }), "it's $HOME"));
    const said = Deno.readTextFileSync(env.OUT).trim().split("\n");
    assert.deepEqual(said.slice(-2), ["Lifeboat", "it's $HOME"]);
  }));
