import type { Command } from "commander";
import type { Host } from "../../src/base/mod.ts";
import type { Act, Answer, Context } from "../../src/cli/command.ts";
import { defineSessions } from "../../src/cli/sessions.ts";
import { plain } from "../../src/cli/style.ts";
import { createProgram } from "../../src/cli/usage.ts";
import type { SessionsReport } from "../../src/sessions/mod.ts";
import { assert, rejectsWith } from "../assert.ts";
import { testHost, withTempDir } from "../support/host.ts";
import { recordingTerminal } from "../support/recording_terminal.ts";
import { makeSampleClaudeHome, makeSampleCodexHome } from "../support/sample_home.ts";

/** Runs `lifeboat sessions ARGS` without printing anything. */
async function run(host: Host, args: string[], onTerminal = false): Promise<Answer> {
  const { terminal } = recordingTerminal({ outIsTerminal: onTerminal });
  const context: Context = {
    host,
    terminal,
    hideProgress: () => {},
    leaveSignals: () => {},
    say: () => {},
  };
  let answer: Answer | undefined;
  const act: Act = (work) => async (...received) => {
    const command = received.at(-1) as Command;
    const names = received.slice(0, -2) as (string | undefined)[];
    answer = await work(context, command.optsWithGlobals(), names);
  };
  const program = createProgram(() => {});
  defineSessions(program, act);
  await program.parseAsync(["sessions", ...args], { from: "user" });
  return answer!;
}

async function reported(host: Host, ...args: string[]): Promise<SessionsReport> {
  return (await run(host, args)).result as SessionsReport;
}

Deno.test("without a profile every home that is there is looked into", () =>
  withTempDir(async (folder) => {
    const host = testHost(folder);
    await rejectsWith(() => run(host, ["list"]), "no_such_home");
    await makeSampleCodexHome(`${folder}/.codex`, { conversations: 2 });
    assert.equal((await reported(host, "list")).sessions.length, 2);
    await makeSampleClaudeHome(folder, { conversations: 3 });
    assert.equal((await reported(host, "list")).sessions.length, 5);
    assert.equal((await reported(host, "list", "--profile", "codex")).sessions.length, 2);
    assert.equal((await reported(host, "list", "--limit", "4")).sessions.length, 4);
  }));

Deno.test("a home that is named is known by what is in it", () =>
  withTempDir(async (folder) => {
    const host = testHost(folder);
    await makeSampleCodexHome(`${folder}/other`, { conversations: 2 });
    const { sources } = await reported(host, "list", "--home", `${folder}/other`);
    assert.deepEqual(sources.map(({ profile, transcripts }) => [profile, transcripts]), [
      ["codex", 2],
    ]);
    await Deno.mkdir(`${folder}/empty`);
    const empty = await reported(host, "list", "--home", `${folder}/empty`);
    assert.deepEqual([empty.ok, empty.sessions], [true, []]);
    await rejectsWith(() => run(host, ["list", "--home", `${folder}/none`]), "no_such_home");
  }));

Deno.test("what was said is shown on a terminal to who asks for it, and nowhere else", () =>
  withTempDir(async (folder) => {
    const host = testHost(folder);
    const { threads: [{ id, questions }] } = await makeSampleCodexHome(`${folder}/.codex`);
    const [word] = questions[0].match(/[0-9a-f]{8}/)!;
    for (const args of [["search", word], ["show", id]]) {
      const silent = await run(host, args, true);
      const spoken = await run(host, [...args, "--text"], true);
      assert.ok(!silent.text(plain).includes(questions[0]));
      assert.ok(spoken.text(plain).includes(questions[0]), spoken.text(plain));
      assert.ok(!JSON.stringify(spoken.result).includes(questions[0]));
      await rejectsWith(() => run(host, [...args, "--text"]), "text_needs_terminal");
      await rejectsWith(
        () => run(host, [...args, "--text", "--json"], true),
        "text_needs_terminal",
      );
    }
    const last = await run(host, ["show", id, "--text", "--limit", "1"], true);
    assert.ok(!last.text(plain).includes(questions[0]));
  }));

Deno.test("a home and a backup at once are refused, and a time that is none", () =>
  withTempDir(async (folder) => {
    const host = testHost(folder);
    await rejectsWith(() => run(host, ["list", "--home", "/h", "--backup", "latest"]), "usage");
    await rejectsWith(() => run(host, ["list", "--since", "soon"]), "usage");
    await rejectsWith(() => run(host, ["list", "--backup", "latest"]), "no_such_backup");
  }));
