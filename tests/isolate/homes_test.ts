import { join } from "node:path";
import { LifeboatError } from "../../src/base/mod.ts";
import { createIsolated, listIsolated, removeIsolated } from "../../src/isolate/mod.ts";
import { findIsolated } from "../../src/profiles/mod.ts";
import { assert } from "../assert.ts";
import { testHost, withTempDir } from "../support/host.ts";
import { namesIn } from "../support/scene.ts";

function withUser(use: (host: ReturnType<typeof testHost>, user: string) => void | Promise<void>) {
  return withTempDir((user) => use(testHost(user), user));
}

async function code(act: () => unknown): Promise<string | undefined> {
  try {
    await act();
  } catch (error) {
    return error instanceof LifeboatError ? error.code : String(error);
  }
}

Deno.test("an isolated home is made for its owner alone", () =>
  withUser(async (host) => {
    const made = await createIsolated(host, { id: "helper" });
    assert.equal(made.user_home, join(made.path, "home"));
    for (const path of [made.path, made.user_home!]) {
      assert.equal(Deno.statSync(path).mode! & 0o777, 0o700);
    }
    assert.deepEqual(findIsolated(host, { id: "helper" }), {
      id: "helper",
      owner: "lifeboat",
      path: made.path,
      user_home: made.user_home,
    });
  }));

Deno.test("a home is not made twice, nor under a name that is a path", () =>
  withUser(async (host) => {
    await createIsolated(host, { id: "helper", shareHome: true });
    assert.equal(findIsolated(host, { id: "helper" }).user_home, null);
    assert.equal(await code(() => createIsolated(host, { id: "helper" })), "isolated_home_exists");
    for (const id of ["../up", "a/b", ".hidden", "", "Upper", "con", "x".repeat(64), "end."]) {
      assert.equal(await code(() => createIsolated(host, { id })), "usage", id);
    }
    assert.deepEqual(namesIn(join(host.folders.state, "isolated")), ["helper"]);
    assert.equal(await code(() => findIsolated(host, { id: "other" })), "no_such_isolated_home");
  }));

Deno.test("homes of OpenClaw's agents are used as they are, with a home folder of their own or not", () =>
  withUser(async (host, user) => {
    const agents = join(user, ".openclaw", "agents");
    const config = "{ agents: { list: [{ id: 'main' }, { id: 'old' }, { id: 'new' }] } }";
    Deno.mkdirSync(join(agents, "old/agent/codex-home/home"), { recursive: true });
    Deno.mkdirSync(join(agents, "new/agent/codex-home"), { recursive: true });
    Deno.writeTextFileSync(join(user, ".openclaw", "openclaw.json"), config);
    Deno.writeTextFileSync(join(agents, "new/agent/codex-home/AGENTS.md"), "12345");
    const homes = listIsolated(host).homes.map((
      { id, owner, user_home, bytes, files },
    ) => [id, owner, user_home !== null, files, bytes]);
    assert.deepEqual(homes, [["old", "openclaw", true, 0, 0], ["new", "openclaw", false, 1, 5]]);
    assert.equal(
      await code(() => findIsolated(host, { openClawAgent: "main" })),
      "no_such_isolated_home",
    );
    assert.equal(await code(() => findIsolated(host, { openClawAgent: "who" })), "no_such_agent");
    const made = await createIsolated(host, { openClawAgent: "MAIN" });
    assert.equal(made.path, join(agents, "main/agent/codex-home"));
    assert.equal(
      await code(() => createIsolated(host, { openClawAgent: "old" })),
      "isolated_home_exists",
    );
  }));

Deno.test("the kind of a login is told, and nothing of it", () =>
  withUser(async (host) => {
    const { path } = await createIsolated(host, { id: "helper" });
    const logins: [text: string, login: string][] = [
      ['{"tokens": {"access_token": "secret-1"}, "OPENAI_API_KEY": null}', "subscription"],
      ['{"OPENAI_API_KEY": "secret-2"}', "api_key"],
      ['{"OPENAI_API_KEY": null, "tokens": null}', "none"],
      ["{ torn", "none"],
    ];
    for (const [text, login] of logins) {
      Deno.writeTextFileSync(join(path, "auth.json"), text);
      const listed = listIsolated(host);
      assert.equal(listed.homes[0].login, login, text);
      assert.ok(!JSON.stringify(listed).includes("secret"));
    }
  }));

Deno.test("a home is removed only when that is confirmed, and once it is backed up", () =>
  withUser(async (host, user) => {
    const { path } = await createIsolated(host, { id: "helper" });
    Deno.writeTextFileSync(join(path, "AGENTS.md"), "be kind");
    const refused = removeIsolated(host, { id: "helper", confirmed: false });
    await assert.rejects(refused, { code: "confirmation_required" });
    assert.deepEqual(namesIn(join(user, "Documents")), []);
    Deno.mkdirSync(join(path, "..", ".helper.removed")); // of a removal that was killed
    const removed = await removeIsolated(host, { id: "helper", confirmed: true });
    assert.ok(Deno.statSync(removed.backup).isFile);
    assert.deepEqual(namesIn(join(path, "..")), []);
  }));

Deno.test("a home that cannot be backed up as a whole stays", () =>
  withUser(async (host) => {
    const { path } = await createIsolated(host, { id: "helper" });
    Deno.writeTextFileSync(join(path, "state_5.sqlite"), "SQLite format 3\0 and nothing more");
    const removing = removeIsolated(host, { id: "helper", confirmed: true });
    await assert.rejects(removing, { code: "backup_partial" });
    assert.deepEqual(namesIn(path), ["home", "state_5.sqlite"]);
  }));
