import { join } from "node:path";
import { assert } from "../assert.ts";
import { withTempDir } from "../support/host.ts";

const KIT = new URL("../../kit/restore/", import.meta.url);

/** The POSIX shells of this machine; the launchers must run under each. */
function shells(): string[][] {
  const known = [["/bin/sh"], ["/bin/dash"], ["/bin/bash", "--posix"], ["/bin/busybox", "sh"]];
  return known.filter(([path]) => {
    try {
      return Deno.statSync(path).isFile;
    } catch {
      return false;
    }
  });
}

interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/** Starts a launcher with an empty environment, so without a PATH. */
async function launch(shell: string[], script: string, args: string[] = []): Promise<Ended> {
  const [program, ...options] = shell;
  const { code, stdout, stderr } = await new Deno.Command(program, {
    args: [...options, script, ...args],
    clearEnv: true,
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

/** Calls with each launcher and shell, in a folder whose name would break bad quoting. */
async function eachLauncher(
  prepare: (folder: string) => void,
  check: (ended: Ended, folder: string) => void,
): Promise<void> {
  await withTempDir(async (base) => {
    const folder = join(base, `it's a "home" $HOME & 备份`);
    await Deno.mkdir(folder);
    for (const name of ["restore-environment.sh", "restore-environment.command"]) {
      await Deno.copyFile(new URL(name, KIT), join(folder, name));
    }
    prepare(folder);
    for (const shell of shells()) {
      for (const name of ["restore-environment.sh", "restore-environment.command"]) {
        check(await launch(shell, join(folder, name), ["restore", "a  b", "*"]), folder);
      }
    }
  });
}

const ECHO = "/bin/echo"; // a program for this system, whatever that is
const BY_HAND = /RESTORE\.md says how to put them back by hand/;

function write(path: string, bytes: Uint8Array, mode = 0o755): void {
  Deno.writeFileSync(path, bytes, { mode });
}

/** A program of this system made into one for a processor that nobody has. */
function foreignProgram(): Uint8Array {
  const bytes = Uint8Array.from(Deno.readFileSync(ECHO));
  if (Deno.build.os === "linux") bytes.set([0xfe, 0xca], 18);
  else bytes.set([0x7f, 0x45, 0x4c, 0x46]);
  return bytes;
}

Deno.test("the launchers start the restorer beside them and pass arguments on unchanged", async () => {
  await eachLauncher(
    (folder) => Deno.copyFileSync(ECHO, join(folder, "restore-standalone")),
    ({ code, stdout, stderr }) => {
      assert.deepEqual({ code, stdout, stderr }, {
        code: 0,
        stdout: "restore a  b *\n",
        stderr: "",
      });
    },
  );
});

Deno.test("the launchers take the executable for this system out of several", async () => {
  await eachLauncher(
    (folder) => {
      write(join(folder, "restore-standalone"), foreignProgram());
      write(join(folder, "restore-standalone-a.exe"), new TextEncoder().encode("MZ\x90"));
      Deno.copyFileSync(ECHO, join(folder, "restore-standalone-b"));
    },
    ({ code, stdout }) => assert.deepEqual([code, stdout], [0, "restore a  b *\n"]),
  );
});

Deno.test("without a restorer the launchers say what to do, in both languages", async () => {
  await eachLauncher(() => {}, ({ code, stdout, stderr }, folder) => {
    assert.equal(code, 3);
    assert.equal(stdout, "");
    assert.match(stderr, /This backup holds no restorer for this system/);
    assert.ok(stderr.includes(`lifeboat restore "${folder}"`));
    assert.match(stderr, /此备份中没有适用于本系统的恢复程序/);
    assert.match(stderr, BY_HAND);
  });
});

Deno.test("a restorer for another system is named and never started", async () => {
  await eachLauncher(
    (folder) => {
      write(join(folder, "restore-standalone.exe"), new TextEncoder().encode("MZ\x90"));
      // Without its header's processor this would be taken for a script by some shells.
      write(join(folder, "restore-standalone-x"), foreignProgram());
      write(join(folder, "restore-standalone-y"), new TextEncoder().encode("MZ\necho started\n"));
    },
    ({ code, stdout, stderr }) => {
      assert.equal(code, 3);
      assert.equal(stdout, "");
      assert.match(stderr, /there is one for: .*Windows/);
    },
  );
});

Deno.test("a restorer that may not be started is explained", async () => {
  await eachLauncher(
    (folder) => write(join(folder, "restore-standalone"), Deno.readFileSync(ECHO), 0o644),
    ({ code, stderr }) => {
      assert.equal(code, 3);
      assert.match(stderr, /noexec/);
      assert.match(stderr, /chmod \+x restore-standalone/);
      assert.match(stderr, BY_HAND);
    },
  );
});

/** A program whose loader is missing, as glibc's is on Alpine. */
function programWithoutLoader(): Uint8Array {
  const text = new TextDecoder("latin1").decode(Deno.readFileSync(ECHO));
  return Uint8Array.from(text.replace("/ld-linux", "/ld-lynux"), (char) => char.charCodeAt(0));
}

if (Deno.build.os === "linux") {
  Deno.test("where glibc is missing the launchers say that it is needed", async () => {
    await eachLauncher(
      (folder) => write(join(folder, "restore-standalone"), programWithoutLoader()),
      ({ code, stderr }) => {
        assert.equal(code, 3);
        assert.match(stderr, /does not start \(code 127\)/);
        assert.match(stderr, /It needs a Linux with glibc/);
        assert.match(stderr, BY_HAND);
      },
    );
  });
}

async function kitText(name: string): Promise<string> {
  return await Deno.readTextFile(new URL(name, KIT));
}

Deno.test("the shell launchers call no program but the restorer", async () => {
  const script = await kitText("restore-environment.sh");
  const builtins = [
    "case",
    "echo",
    "exec",
    "exit",
    "export",
    "for",
    "if",
    "printf",
    "read",
    "shift",
  ];
  const words = script.split("\n")
    .filter((line) => !line.trimStart().startsWith("#") && !/^\s*["?*]/.test(line))
    .map((line) => /^\s*([a-z]+)\s/.exec(line)?.[1])
    .filter((word) => word !== undefined);
  const known = [...builtins, "stop", "look_at", "continue", "then", "else", "elif", "done", "fi"];
  assert.deepEqual(words.filter((word) => !known.includes(word)), []);
});

Deno.test("the Windows launchers quote every path and never expand one twice", async () => {
  const cmd = await kitText("restore-environment.cmd");
  assert.match(cmd, /^@echo off\r\n/);
  assert.ok(!/[^\r]\n/.test(cmd), "cmd.exe loses its labels without CRLF");
  assert.match(cmd, /setlocal DisableDelayedExpansion\r\n/); // a ! in the path stays
  assert.deepEqual(cmd.match(/%~dp0/g), ["%~dp0", "%~dp0"]);
  for (const line of cmd.split("\r\n").filter((line) => line.includes("%~dp0"))) {
    assert.match(line, /^set "restorer=%~dp0restore-standalone[\w-]*\.exe"$/);
  }
  for (const [use] of cmd.matchAll(/.?%restorer%.?/g)) assert.equal(use, '"%restorer%"');
  assert.ok(!/^\s*(call|for|\()/im.test(cmd), "these would expand or cut a path");
  assert.match(cmd, /\r\n"%restorer%" %\*\r\nexit \/b %errorlevel%\r\n/);

  const ps1 = await kitText("restore-environment.ps1");
  assert.match(ps1, /Test-Path -LiteralPath \$restorer/); // [ and ] in the path stay
  assert.match(ps1, /& \$restorer @args\n\s+exit \$LASTEXITCODE/);
  assert.ok(!/Invoke-Expression|\biex\b/i.test(ps1));
});

Deno.test("the Windows launchers say what to do without a restorer", async () => {
  for (const name of ["restore-environment.cmd", "restore-environment.ps1"]) {
    const script = await kitText(name);
    assert.match(script, /This backup holds no restorer for Windows/);
    assert.match(script, BY_HAND);
    assert.match(script, /exit (\/b )?3/);
  }
});

Deno.test("the texts explain the restorer and the way by hand, in both languages", async () => {
  for (const name of ["RESTORE.md", "RESTORE_INSTRUCTIONS.txt"]) {
    const text = await kitText(name);
    for (
      const needed of [
        "restore-environment.cmd",
        "restore-environment.command",
        "sh restore-environment.sh",
        "type `?RESTORE",
        "cp -pR files/\\. {{HOME_QUOTED}}/",
        "-wal",
        "-shm",
        "-journal",
        "恢复你的",
        "输入 `?RESTORE",
        "手动恢复",
      ]
    ) {
      assert.match(text, new RegExp(needed), `${name}: ${needed}`);
    }
    const placeholders = new Set(text.match(/\{\{\w+\}\}/g));
    assert.deepEqual(placeholders, new Set(["{{PROFILE_NAME}}", "{{HOME}}", "{{HOME_QUOTED}}"]));
  }
});
