/** Conversations as the compiled program tells of them, in a home and in a backup. */
import { dirname } from "node:path";
import type { SearchReport, SessionsReport } from "../../src/sessions/mod.ts";
import { assert } from "../assert.ts";
import { PROGRAM } from "../support/lifeboat.ts";
import { talk } from "../support/pseudo_terminal.ts";
import { makeSampleClaudeHome, makeSampleCodexHome } from "../support/sample_home.ts";
import { withScene } from "../support/scene.ts";
import { changesIn, networkCalls, traceCalls } from "../support/strace.ts";

const ids = (report: SessionsReport) => report.sessions.map(({ id }) => id).sort();

/** Three conversations; the third is archived and compressed. */
const makeHome = (path: string) => makeSampleCodexHome(path, { conversations: 3, turns: 2 });

Deno.test("a backup tells of the same conversations as the home, compressed ones too", () =>
  withScene(async ({ run, backUp }) => {
    const { archive } = await backUp();
    const { code, json: live } = await run<SessionsReport>(["sessions", "list", "--json"]);
    assert.equal(code, 0);
    assert.equal(live.sessions.length, 3);
    const compressed = live.sessions.find((item) => item.compressed)!;
    assert.deepEqual([compressed.error, compressed.lines], [null, 21]);
    for (const backup of ["latest", archive!]) {
      const args = ["sessions", "list", "--backup", backup, "--json"];
      const { json } = await run<SessionsReport>(args);
      const times = ({ sessions }: SessionsReport) =>
        sessions.map(({ id, lines, ended_at }) => [id, lines, ended_at]);
      assert.deepEqual(times(json), times(live));
    }
  }, makeHome));

Deno.test("a search finds what was said without printing it; the runs are checked for secrets", () =>
  withScene(async ({ run, user, secrets }) => {
    const claude = await makeSampleClaudeHome(user, { conversations: 2, turns: 2 });
    secrets.push(...claude.secrets);
    const [, { id, questions: [question] }] = claude.sessions;
    const [word] = question.match(/[0-9a-f]{8}/)!;
    const { json } = await run<SearchReport>(["sessions", "search", word, "--json"]);
    assert.deepEqual([ids(json), json.sessions[0].hits.messages], [[id], 1]);
    const { stdout } = await run(["sessions", "show", id.slice(0, 13)]);
    assert.match(stdout, /Messages +2 from the user, 2 from the agent/);
    const refused = await run(["sessions", "show", id, "--text"]);
    assert.deepEqual([refused.code, refused.stdout], [2, ""]);
    const unknown = await run(["sessions", "show", "ffffffff", "--json"]);
    assert.deepEqual([unknown.code, unknown.json.error?.code], [10, "no_such_session"]);
  }, makeHome));

if (Deno.build.os === "linux") {
  Deno.test("on a terminal --text shows the last messages", () =>
    withScene(async ({ user, home }) => {
      const { threads: [{ id, questions }] } = await makeHome(home);
      const command = [PROGRAM, "sessions", "show", id, "--text"];
      const { code, shown } = await talk(user, command).end();
      assert.equal(code, 0, shown);
      for (const question of questions) assert.ok(shown.includes(question), shown);
    }, () => Promise.resolve({ secrets: [] })));

  Deno.test("looking for conversations changes nothing and connects to nothing", () =>
    withScene(async (scene) => {
      const { archive } = await scene.backUp();
      const places = [[], ["--backup", archive!]];
      for (
        const args of places.flatMap((place) => [
          ["sessions", "list", ...place],
          ["sessions", "search", "question", ...place],
        ])
      ) {
        const calls = await traceCalls(scene, [...args, "--json"]);
        assert.deepEqual(networkCalls(calls), [], args.join(" "));
        const changed = changesIn(calls).filter((call) =>
          [scene.home, dirname(archive!), scene.temp].some((folder) => call.includes(folder))
        );
        assert.deepEqual(changed, [], args.join(" "));
      }
    }, makeHome));
}
