/** A real Codex in an isolated home: it sees nothing of the personal one. */
import { dirname, join } from "node:path";
import { assert } from "../assert.ts";
import { withAgentFolder } from "../support/agents/folders.ts";
import { installAgents } from "../support/agents/install.ts";
import { lifeboat } from "../support/agents/lifeboat.ts";
import { answerText, type ModelStub, startModelStub } from "../support/agents/model_stub.ts";
import { type Codex, codexEnv, makeCodex } from "../support/agents/codex.ts";
import { run } from "../support/agents/run.ts";
import { PROGRAM } from "../support/lifeboat.ts";
import { needTool } from "../support/strace.ts";

const PERSONAL_SKILL = "---\nname: zebra\ndescription: a zebra skill\n---\nzebra\n";

function putSkill(folder: string, text: string): void {
  Deno.mkdirSync(folder, { recursive: true });
  Deno.writeTextFileSync(join(folder, "SKILL.md"), text);
}

/**
 * The agent's system calls that look at the personal homes, or open anything of the user outside its
 * own home. That it looks for marks of plugins in the folders on the way to that is no leak.
 */
function leaksIn(log: string, user: string, own: string): string[] {
  const lines = Deno.readTextFileSync(log).split("\n");
  const start = lines.findIndex((line) => /execve\("[^"]*\/codex"/.test(line));
  assert.ok(start >= 0, "Codex was started");
  const isIn = (path: string, folder: string) => path === folder || path.startsWith(`${folder}/`);
  return lines.slice(start).filter((line) =>
    [...line.matchAll(/"([^"]*)"/g)].some(([, path]) =>
      isIn(path, join(user, ".codex")) || isIn(path, join(user, ".agents")) ||
      (/ open\w*\(/.test(line) && isIn(path, user) && !isIn(path, own))
    )
  );
}

async function askIsolated(codex: Codex, id: string, log: string, question: string) {
  const strace = ["-f", "--seccomp-bpf", "-qq", "-e", "trace=%file", "-o", log];
  const words = ["exec", "--json", "--skip-git-repo-check", question];
  const args = [...strace, PROGRAM, "isolate", "exec", id, "--", codex.program, ...words];
  const env = { ...codexEnv(codex), CODEX_HOME: codex.home };
  return await run("/usr/bin/strace", args, { cwd: codex.project, env, timeoutMs: 120_000 });
}

async function withIsolated(use: (codex: Codex, stub: ModelStub, own: string) => Promise<void>) {
  needTool("strace", ["-V"], /strace/, "strace");
  const programs = await installAgents();
  await withAgentFolder(async (folder) => {
    const stub = startModelStub();
    try {
      const codex = await makeCodex(folder, programs.codex, stub);
      putSkill(join(codex.home, "skills", "zebra"), PERSONAL_SKILL);
      putSkill(join(codex.userHome, ".agents", "skills", "zebra"), PERSONAL_SKILL);
      Deno.writeTextFileSync(join(codex.home, "AGENTS.md"), "zebra");
      const made = await lifeboat(codex.userHome, ["isolate", "create", "helper"]);
      await use(codex, stub, String(made.path));
    } finally {
      await stub.close();
    }
  });
}

Deno.test("no file of the personal home is opened by Codex in an isolated one", () =>
  withIsolated(async (codex, stub, own) => {
    Deno.copyFileSync(join(codex.home, "config.toml"), join(own, "config.toml"));
    putSkill(join(own, "home/.agents/skills/own"), PERSONAL_SKILL.replaceAll("zebra", "giraffe"));
    const log = join(dirname(codex.temp), "strace.log");
    const { code, stdout, stderr } = await askIsolated(codex, "helper", log, "Who am I?");
    assert.equal(code, 0, stdout + stderr);
    assert.ok(stdout.includes(answerText(1)), stdout);
    assert.deepEqual(leaksIn(log, codex.userHome, own), []);
    const told = stub.requests[0].body;
    assert.ok(told.includes("giraffe skill"), "its own skills are seen");
    assert.ok(!told.includes("zebra"), "the personal ones are not");
  }));

Deno.test("a conversation in an isolated home goes on after backup, loss and restore", () =>
  withIsolated(async (codex, stub, own) => {
    Deno.copyFileSync(join(codex.home, "config.toml"), join(own, "config.toml"));
    const log = join(dirname(codex.temp), "strace.log");
    assert.equal((await askIsolated(codex, "helper", log, "Remember the bridge.")).code, 0);
    await lifeboat(codex.userHome, ["backup", "--isolated", "helper", "--kit", "light"]);
    await Deno.remove(own, { recursive: true });
    const sure = ["--apply", "--i-understand-this-restores-sensitive-state"];
    await lifeboat(codex.userHome, ["restore", "latest", "--isolated", "helper", ...sure]);
    const args = ["exec", "helper", "--", codex.program, "exec", "resume", "--last"];
    const env = codexEnv(codex);
    const resumed = await run(
      PROGRAM,
      ["isolate", ...args, "--skip-git-repo-check", "And now?"],
      { cwd: codex.project, env },
    );
    assert.equal(resumed.code, 0, resumed.stderr);
    assert.ok(stub.requests.at(-1)!.body.includes("Remember the bridge."));
  }));
