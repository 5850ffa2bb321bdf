/** The timers' files, as the tools of their systems read them. */
import { join } from "node:path";
import {
  changedCrontab,
  crontabLine,
  launchdAgent,
  systemdService,
  systemdTimer,
  windowsTask,
} from "../../src/agents/timers.ts";
import { assert } from "../assert.ts";
import { withTempDir } from "../support/host.ts";

const ODD = `/tmp/it's a "home" 100% $HOME & <b>\\`;

const command = {
  program: "/bin/echo",
  args: ["schedule", "run", ODD],
  env: { CODEX_HOME: ODD },
  minute: 7,
};

/** What a Python script makes of a text; its last word is JSON. */
function python(script: string, text: string): unknown {
  const { success, stdout, stderr } = new Deno.Command("python3", {
    args: ["-c", script, text],
  }).outputSync();
  assert.ok(success, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

Deno.test("systemd accepts the units", () =>
  withTempDir((folder) => {
    const service = join(folder, "lifeboat.service");
    Deno.writeTextFileSync(service, systemdService(command));
    Deno.writeTextFileSync(join(folder, "lifeboat.timer"), systemdTimer(command));
    const { success, stderr } = new Deno.Command("systemd-analyze", {
      args: ["verify", "--user", service, join(folder, "lifeboat.timer")],
      env: { XDG_RUNTIME_DIR: folder },
    }).outputSync();
    const said = new TextDecoder().decode(stderr);
    assert.ok(success, said);
    assert.ok(!said.includes(folder), said); // it names files that it finds fault with
    assert.match(systemdTimer(command), /^OnCalendar=\*-\*-\* \*:07:00$/m);
  }));

Deno.test("systemd reads odd words as they are meant", () => {
  const line = (key: string) => new RegExp(`^${key}=(.*)$`, "m").exec(systemdService(command))![1];
  const word = `"/tmp/it's a \\"home\\" 100%% $$HOME & <b>\\\\"`;
  assert.equal(line("ExecStart"), `"/bin/echo" "schedule" "run" ${word}`);
  // Environment= expands no variables (systemd.exec).
  const variable = word.replace('"/tmp', '"CODEX_HOME=/tmp').replace("$$", "$");
  assert.equal(line("Environment"), variable);
});

Deno.test("the property list is what was meant", () => {
  const script = "import sys, json, plistlib; " +
    "print(json.dumps(plistlib.loads(sys.argv[1].encode())))";
  const plist = python(script, launchdAgent(command)) as Record<string, unknown>;
  assert.deepEqual(plist.ProgramArguments, [command.program, ...command.args]);
  assert.deepEqual(plist.EnvironmentVariables, command.env);
  assert.deepEqual(plist.StartCalendarInterval, { Minute: 7 });
});

Deno.test("the task of Windows parses, and its arguments are what was meant", () => {
  const script = "import sys, json; from xml.etree import ElementTree as e; " +
    "n = '{http://schemas.microsoft.com/windows/2004/02/mit/task}'; " +
    "r = e.fromstring(sys.argv[1].split('?>', 1)[1]); " +
    "print(json.dumps({x.tag.replace(n, ''): x.text for x in r.iter()}))";
  const program = "C:\\Program Files\\a & b\\lifeboat.exe";
  const task = python(script, windowsTask({ ...command, program })) as Record<string, string>;
  assert.equal(task.Command, program);
  assert.equal(task.Arguments, `schedule run "/tmp/it's a \\"home\\" 100% $HOME & <b>\\\\"`);
  assert.equal(task.Interval, "PT1H");
  assert.equal(task.StartWhenAvailable, "true");
});

Deno.test("a line of a crontab says to sh what was meant", () => {
  const line = crontabLine(command);
  assert.match(line, /^7 \* \* \* \* /);
  // As cron does it: the part behind the five fields, with its % unescaped.
  const shell = line.split(" ").slice(5).join(" ").replaceAll("\\%", "%")
    .replace(">/dev/null 2>&1", "");
  const { stdout } = new Deno.Command("/bin/sh", { args: ["-c", shell] }).outputSync();
  assert.equal(new TextDecoder().decode(stdout), `schedule run ${ODD}\n`);
});

Deno.test("only the line of lifeboat changes in a crontab", () => {
  const mine = "# my jobs\n0 5 * * * backup # of mine\n";
  const first = changedCrontab(mine, crontabLine(command));
  assert.ok(first.startsWith(mine));
  const second = changedCrontab(first, crontabLine({ ...command, minute: 9 }));
  assert.deepEqual([second.split("\n").length, second.includes("9 * * * *")], [4, true]);
  assert.equal(changedCrontab(second, undefined), mine);
  assert.equal(changedCrontab("", undefined), "");
});
