import {
  commandCandidates,
  type CommandRequest,
  findCommand,
  invocationOf,
  realFs,
  runCommand,
} from "../../src/base/mod.ts";
import { assert } from "../assert.ts";
import { withTempDir } from "../support/host.ts";

Deno.test("a program is looked for in the absolute folders of PATH only", () => {
  const env = { PATH: "/usr/bin::.:bin:/opt/x" };
  assert.deepEqual(commandCandidates("codex", env, "linux"), ["/usr/bin/codex", "/opt/x/codex"]);
  assert.deepEqual(commandCandidates("codex", env, "darwin"), ["/usr/bin/codex", "/opt/x/codex"]);
  assert.deepEqual(commandCandidates("codex", {}, "linux"), []);
});

Deno.test("on Windows the extensions of PATHEXT are tried in each folder in turn", () => {
  const env = { Path: 'C:\\a;"C:\\b c";rel', PathExt: ".EXE;.CMD;.PS1;.JS" };
  assert.deepEqual(commandCandidates("codex", env, "windows"), [
    "C:\\a\\codex.exe",
    "C:\\a\\codex.cmd",
    "C:\\b c\\codex.exe",
    "C:\\b c\\codex.cmd",
  ]);
  assert.deepEqual(commandCandidates("codex.CMD", env, "windows")[0], "C:\\a\\codex.CMD");
  assert.deepEqual(commandCandidates("x", { PATH: "C:\\a" }, "windows"), [
    "C:\\a\\x.com",
    "C:\\a\\x.exe",
    "C:\\a\\x.bat",
    "C:\\a\\x.cmd",
  ]);
});

Deno.test("a batch file is run by cmd.exe, with plain arguments only", () => {
  const env = { systemroot: "D:\\Win" };
  const shim = "C:\\Users\\a & b\\npm\\codex.cmd";
  assert.deepEqual(invocationOf(shim, ["mcp", "list"], env, "windows"), {
    program: "D:\\Win\\System32\\cmd.exe",
    args: ["/d", "/v:off", "/s", "/c", `""${shim}" mcp list"`],
    raw: true,
  });
  for (const arg of ["a b", "%PATH%", "a&b", 'a"b', "a^b", "a|b", ""]) {
    assert.equal(invocationOf(shim, [arg], env, "windows"), undefined, arg);
  }
  assert.equal(invocationOf("C:\\%TEMP%\\codex.cmd", [], env, "windows"), undefined);
});

Deno.test("a program that is no batch file is started itself, whatever its arguments", () => {
  const args = ["a b", "%x%", "$(y)"];
  for (const [program, platform] of [["C:\\codex.exe", "windows"], ["/bin/x.cmd", "linux"]]) {
    assert.deepEqual(invocationOf(program, args, {}, platform as "windows" | "linux"), {
      program,
      args,
      raw: false,
    });
  }
});

const posix = Deno.build.os !== "windows";

if (posix) {
  const request = (script: string, changes: Partial<CommandRequest> = {}): CommandRequest => ({
    program: "/bin/sh",
    args: ["-c", script],
    env: { PATH: "/usr/bin:/bin", GREETING: "hello" },
    cwd: "/",
    timeoutMs: 5_000,
    maxOutputBytes: 1_000,
    signal: new AbortController().signal,
    ...changes,
  });

  Deno.test("only a file that may be executed is found", () =>
    withTempDir(async (folder) => {
      for (const place of ["a", "b", "c"]) await Deno.mkdir(`${folder}/${place}`);
      await Deno.mkdir(`${folder}/a/tool`);
      await Deno.writeTextFile(`${folder}/b/tool`, "", { mode: 0o644 });
      await Deno.writeTextFile(`${folder}/c/tool`, "", { mode: 0o755 });
      const env = { PATH: `${folder}/a:${folder}/none:${folder}/b:${folder}/c` };
      assert.equal(findCommand(realFs, "tool", env, "linux"), `${folder}/c/tool`);
      assert.equal(findCommand(realFs, "other", env, "linux"), undefined);
    }));

  Deno.test("a program gets its own environment and no input, and its output is told apart", async () => {
    const outcome = await runCommand(request('cat; echo "$GREETING $HOME"; echo no >&2; exit 3'));
    assert.deepEqual(outcome, { ended: "exited", code: 3, stdout: "hello \n", stderr: "no\n" });
  });

  Deno.test("only the beginning of a long output is kept", async () => {
    const { stdout, code } = await runCommand(
      request('i=0; while [ $i -lt 20000 ]; do echo "line $i"; i=$((i+1)); done'),
    );
    assert.equal(code, 0);
    assert.equal(stdout.length, 1_000);
    assert.ok(stdout.startsWith("line 0\nline 1\n"));
  });

  Deno.test("a program that takes too long is killed with all that it started", () =>
    withTempDir(async (folder) => {
      const script = `(sleep 1; touch ${folder}/late) & echo begun; sleep 30`;
      const { ended, stdout } = await runCommand(request(script, { timeoutMs: 300 }));
      assert.deepEqual([ended, stdout], ["timeout", "begun\n"]);
      await new Promise((resolve) => setTimeout(resolve, 1_200));
      assert.deepEqual([...Deno.readDirSync(folder)], []);
    }));

  Deno.test("a program that leaves something behind does not hold us up", async () => {
    const start = performance.now();
    const { ended, stdout } = await runCommand(request("sleep 5 & echo done"));
    assert.deepEqual([ended, stdout], ["exited", "done\n"]);
    assert.ok(performance.now() - start < 3_000);
  });

  Deno.test("a program is killed when the user wants to stop", async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 100);
    await assert.rejects(runCommand(request("sleep 30", { signal: stop.signal })), {
      name: "AbortError",
    });
  });

  Deno.test("a program that cannot be started is an error", async () => {
    await assert.rejects(runCommand(request("", { program: "/nowhere/program" })));
  });
}
