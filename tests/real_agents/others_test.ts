/** Agents beside Codex, Claude Code and OpenClaw: their own homes, written by themselves. */
import { readdirSync } from "node:fs";
import { assert } from "../assert.ts";
import { withAgentFolder } from "../support/agents/folders.ts";
import { lifeboat } from "../support/agents/lifeboat.ts";
import { startModelStub } from "../support/agents/model_stub.ts";
import {
  endLeftovers,
  makeOther,
  OTHERS,
  type OtherUser,
  runAgent,
} from "../support/agents/others.ts";
import { CONFIRM } from "../support/scene.ts";

const QUESTION = "Which of the seven bridges was first?";

/** Id of the one conversation that is there. */
function conversationId({ agent, userHome }: OtherUser): string {
  const paths = readdirSync(userHome, { recursive: true, encoding: "utf8" });
  const ids = paths.flatMap((path) => agent.conversation.exec(path)?.[1] ?? []);
  assert.equal(ids.length, 1, `${agent.profile}: ${ids}`);
  return ids[0];
}

/** Everything that the agent keeps. */
async function homeFolders(profile: string, userHome: string): Promise<string[]> {
  const shown = await lifeboat(userHome, ["profiles", "show", profile]);
  const { home, roots } = shown as { home: string; roots: { path: string }[] };
  return [home, ...roots.map(({ path }) => path)];
}

/** The agent itself knows of the conversation that was restored. */
async function assertRemembers(user: OtherUser, id: string): Promise<void> {
  const { agent, stub } = user;
  if (!agent.goOn) return assert.ok((await runAgent(user, agent.history!)).includes(id));
  const asked = stub.requests.length;
  await runAgent(user, agent.goOn("And the second?"));
  const later = stub.requests.slice(asked).map(({ body }) => body);
  assert.ok(later.some((body) => body.includes(QUESTION)), `${agent.profile} has forgotten`);
}

for (const agent of OTHERS) {
  Deno.test(`a conversation of ${agent.profile} goes on after its home was lost and restored`, () =>
    withAgentFolder(async (folder) => {
      const stub = startModelStub();
      const user = await makeOther(folder, agent, stub);
      try {
        const { profile } = agent;
        await runAgent(user, agent.ask(QUESTION));
        const id = conversationId(user);
        const folders = await homeFolders(profile, user.userHome);
        const backup = await lifeboat(user.userHome, ["backup", "--profile", profile]);
        assert.equal(backup.status, "ok", JSON.stringify(backup.errors));
        await lifeboat(user.userHome, ["doctor", "--profile", profile]);
        for (const path of folders) await Deno.remove(path, { recursive: true }).catch(ignore);
        const apply = ["--profile", profile, "--apply", CONFIRM, "--allow-running"];
        await lifeboat(user.userHome, ["restore", "latest", ...apply]);
        assert.equal(conversationId(user), id);
        await assertRemembers(user, id);
      } finally {
        endLeftovers(user);
        await stub.close();
      }
    }));
}

function ignore(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}

Deno.test("the profiles that were seen with the real agent are those that are tried here", async () => {
  await withAgentFolder(async (folder) => {
    const { profiles } = await lifeboat(folder, ["profiles", "list"]);
    const sure = (profiles as { id: string; experimental: boolean }[])
      .filter(({ experimental }) => !experimental).map(({ id }) => id);
    const tried = [...OTHERS.map(({ profile }) => profile), "codex", "claude-code", "openclaw"];
    assert.deepEqual(sure.sort(), tried.sort());
  });
});
