import { join } from "node:path";
import {
  installedProgram,
  planProgram,
  planProgramRemoval,
} from "../../src/agents/install_program.ts";
import { carryOut } from "../../src/agents/mod.ts";
import { assert, rejectsWith } from "../assert.ts";
import { testHost, withTempDir } from "../support/host.ts";
import { namesIn } from "../support/scene.ts";

const OLD_NAME = "codex-environment-backup";

function withProgram(
  use: (host: ReturnType<typeof testHost>, bin: string) => Promise<void>,
): Promise<void> {
  return withTempDir(async (folder) => {
    const executable = join(folder, "download");
    Deno.writeTextFileSync(executable, "version 2");
    await use(testHost(folder, { executable }), join(folder, ".local", "bin"));
  });
}

Deno.test("the program is put on its place so that it can be run, and an old one is replaced", () =>
  withProgram(async (host, bin) => {
    const program = join(bin, "lifeboat");
    const first = await carryOut([planProgram(host, [])], {});
    assert.deepEqual(first.edits, [
      { agent: undefined, what: "program", path: program, action: "create" },
    ]);
    assert.deepEqual(first.next_steps, [`Put this folder on your PATH: ${bin}`]);
    assert.equal(Deno.statSync(program).mode! & 0o777, 0o755);
    const again = await carryOut([planProgram({ ...host, env: { PATH: bin } }, [])], {});
    assert.deepEqual([again.edits[0].action, again.next_steps], ["unchanged", []]);
    Deno.writeTextFileSync(program, "version 1");
    assert.equal((await carryOut([planProgram(host, [])], {})).edits[0].action, "change");
    assert.equal(Deno.readTextFileSync(program), "version 2");
    assert.deepEqual(namesIn(bin), ["lifeboat"]);
  }));

Deno.test("names of older tools are links; another program of that name stays", () =>
  withProgram(async (host, bin) => {
    Deno.mkdirSync(bin, { recursive: true });
    Deno.writeTextFileSync(join(bin, OLD_NAME), "of Python's pip");
    const names = [OLD_NAME, "agent-environment-backup"];
    const { edits, next_steps } = await carryOut([planProgram(host, names)], {});
    assert.deepEqual(edits.map(({ action }) => action), ["create", "kept", "create"]);
    assert.ok(next_steps.some((step) => step.includes("is another program, and stays")));
    assert.equal(Deno.readLinkSync(join(bin, names[1])), "lifeboat");
    await carryOut([planProgramRemoval(host)], {});
    assert.deepEqual(namesIn(bin), [OLD_NAME]);
  }));

Deno.test("the program that runs can take itself away", () =>
  withProgram(async (host, bin) => {
    await carryOut([planProgram(host, [])], {});
    const running = { ...host, executable: installedProgram(host) };
    const { edits } = await carryOut([planProgramRemoval(running)], {});
    assert.deepEqual([edits.length, namesIn(bin)], [1, []]);
    assert.deepEqual(planProgramRemoval(running).steps, []);
  }));

Deno.test("Windows has a place of its own", () =>
  withTempDir((folder) => {
    const env = { LOCALAPPDATA: "C:\\Users\\me\\AppData\\Local" };
    const host = testHost(folder, { platform: "windows", env });
    const place = "C:\\Users\\me\\AppData\\Local\\Programs\\lifeboat\\lifeboat.exe";
    assert.equal(installedProgram(host), place);
  }));

Deno.test("the sources cannot install themselves", () =>
  withTempDir(async (folder) => {
    await rejectsWith(() => planProgram(testHost(folder), []), "not_compiled");
  }));
