/** A state folder that the real OpenClaw writes, and the archives that it makes itself. */
import { join } from "node:path";
import JSON5 from "json5";
import { assert } from "../assert.ts";
import { withAgentFolder } from "../support/agents/folders.ts";
import { installOpenClaw } from "../support/agents/install.ts";
import { lifeboat, refusal } from "../support/agents/lifeboat.ts";
import {
  addJob,
  AGENT_DATABASE,
  agentsOf,
  giveLogin,
  jobsOf,
  loginsOf,
  makeArchive,
  makeOpenClaw,
  type OpenClaw,
  openClaw,
  tryOpenClaw,
  tryToLogIn,
  whileGatewayRuns,
} from "../support/agents/openclaw.ts";
import { changeState, dumpWithout } from "../support/openclaw_state.ts";
import { CONFIRM } from "../support/scene.ts";
import { askSqlite } from "../support/sqlite_oracle.ts";

const program = await installOpenClaw();

/** What is asked of an installation that is there once, and put back before each question. */
interface Scene {
  claw: OpenClaw;
  /** For what is made on the way. */
  folder: string;
  /** OpenClaw's own archive of the installation. */
  native: string;
}

type Step = (scene: Scene) => Promise<void>;

/** Making an installation takes OpenClaw half a minute; it is made once, and copied back each time. */
function withOpenClaw(steps: Record<string, Step>): (t: Deno.TestContext) => Promise<void> {
  return (t) =>
    withAgentFolder(async (folder) => {
      const claw = await makeOpenClaw(folder, program);
      const native = await makeArchive(claw, join(folder, "native"));
      await copy(claw.userHome, join(folder, "saved"));
      for (const [name, step] of Object.entries(steps)) {
        await Deno.remove(claw.userHome, { recursive: true });
        await copy(join(folder, "saved"), claw.userHome);
        const room = await Deno.makeTempDir({ dir: folder });
        await t.step(name, () => step({ claw, folder: room, native }));
      }
    });
}

async function copy(from: string, to: string): Promise<void> {
  const { code } = await new Deno.Command("cp", { args: ["-a", from, to] }).output();
  assert.equal(code, 0);
}

/** A dead laptop: nothing is left of OpenClaw. */
async function destroy(claw: OpenClaw): Promise<void> {
  await Deno.remove(claw.home, { recursive: true });
  await Deno.remove(claw.workspace, { recursive: true });
}

async function assertBack(claw: OpenClaw): Promise<void> {
  assert.deepEqual(await agentsOf(claw), [
    ["main", join(claw.home, "workspace")],
    ["writer", claw.workspace],
  ]);
  const memory = await Deno.readTextFile(join(claw.workspace, "MEMORY.md"));
  assert.equal(memory, "What the writer remembers.\n");
}

/** What OpenClaw itself says of its state. */
async function assertAccepted(claw: OpenClaw, folder: string): Promise<void> {
  const doctor = await tryOpenClaw(claw, "doctor", "--non-interactive");
  assert.match(doctor.stdout, /Doctor complete/, doctor.stdout.slice(-2000) + doctor.stderr);
  assert.ok(!/corrupt|malformed|integrity.{0,20}fail|mismatch/i.test(doctor.stdout), doctor.stdout);
  await makeArchive(claw, join(folder, "out")); // with --verify
}

function restore(claw: OpenClaw, ...args: string[]) {
  return lifeboat(claw.userHome, ["restore", ...args, "--apply", CONFIRM]);
}

/** The configuration that says where the workspace lies is gone: so it has to be said. */
const sayWhere = ({ workspace }: OpenClaw) => ["--root", `workspace-writer-ws=${workspace}`];

const backUp = ["backup", "--profile", "openclaw"];

const JOBS = "SELECT * FROM cron_jobs WHERE agent_id IS NOT NULL ORDER BY job_id";

Deno.test(
  "OpenClaw and its homes",
  withOpenClaw({
    async "a home comes back whole, and OpenClaw accepts it"({ claw, folder }) {
      const backup = await lifeboat(claw.userHome, backUp);
      assert.deepEqual(backup.errors, []);
      const { sqlite_databases } = backup.counts as { sqlite_databases: number };
      assert.equal(sqlite_databases, 3);
      await destroy(claw);
      await restore(claw, "latest", "--profile", "openclaw", ...sayWhere(claw));
      await assertBack(claw);
      assert.deepEqual(await loginsOf(claw, "writer"), ["openai:manual"]);
      await assertAccepted(claw, folder);
      const doctor = await lifeboat(claw.userHome, ["doctor", "--profile", "openclaw"]);
      const agents = doctor.agents as { id: string; workspace_present: boolean }[];
      assert.deepEqual(agents.map(({ id, workspace_present }) => [id, workspace_present]), [
        ["main", true],
        ["writer", true],
      ]);
    },

    async "once the configuration is back, a second restore finds the workspace"({ claw }) {
      await lifeboat(claw.userHome, [...backUp, "--kit", "light"]);
      await destroy(claw);
      for (let times = 0; times < 2; times++) {
        await restore(claw, "latest", "--profile", "openclaw");
      }
      await assertBack(claw);
    },

    async "OpenClaw's own archive is verified, restored in place, and accepted"(scene) {
      const { claw, folder } = scene;
      await Deno.symlink(join(folder, "elsewhere"), join(claw.home, "outside"));
      await Deno.symlink("AGENTS.md", join(claw.workspace, "inside.md"));
      const archive = await makeArchive(claw, join(folder, "native"));
      await lifeboat(claw.userHome, ["verify", archive]);
      await destroy(claw);
      await restore(claw, archive, ...sayWhere(claw), "--trust");
      assert.equal(await Deno.readLink(join(claw.workspace, "inside.md")), "AGENTS.md");
      await assertBack(claw);
      await assertAccepted(claw, folder);
    },

    async "OpenClaw's own archive is imported, and comes back as a backup of ours"(scene) {
      const { claw, native } = scene;
      const { backups } = await lifeboat(claw.userHome, ["import", native]);
      const [{ backup_id: id }] = backups as { backup_id: string }[];
      await lifeboat(claw.userHome, ["verify", id]);
      await destroy(claw);
      await restore(claw, id, ...sayWhere(claw), "--trust");
      await assertBack(claw);
    },

    async "only the configuration, as OpenClaw archives it, comes back alone"({ claw, folder }) {
      const only = join(folder, "only.tar.gz");
      await openClaw(claw, "backup", "create", "--only-config", "--output", only);
      const written = await Deno.readTextFile(join(claw.home, "openclaw.json"));
      await Deno.writeTextFile(join(claw.home, "openclaw.json"), "{ broken");
      await restore(claw, only, "--trust");
      assert.equal(await Deno.readTextFile(join(claw.home, "openclaw.json")), written);
    },

    async "one agent comes back alone, and is cloned under another id"({ claw, folder }) {
      await lifeboat(claw.userHome, [...backUp, "--kit", "light"]);
      const ofMain = join(claw.home, "workspace", "AGENTS.md");
      await Deno.writeTextFile(ofMain, "Changed since.\n");
      await Deno.remove(join(claw.home, "agents", "writer"), { recursive: true });
      await Deno.remove(claw.workspace, { recursive: true });
      const agent = ["latest", "--profile", "openclaw", "--openclaw-agent", "writer"];
      await restore(claw, ...agent);
      await assertBack(claw);
      assert.deepEqual(await loginsOf(claw, "writer"), ["openai:manual"]);
      assert.equal(await Deno.readTextFile(ofMain), "Changed since.\n");

      await restore(claw, ...agent, "--as", "poet");
      const place = join(claw.home, "workspace-poet");
      assert.deepEqual((await agentsOf(claw)).at(-1), ["poet", place]);
      const memory = await Deno.readTextFile(join(place, "MEMORY.md"));
      assert.equal(memory, "What the writer remembers.\n");
      assert.deepEqual(await loginsOf(claw, "poet"), ["openai:manual"]);
      const codex = join(claw.home, "agents/poet/agent/codex-home/config.toml");
      assert.equal(await Deno.readTextFile(codex), 'model = "stub"\n');
      await assertAccepted(claw, folder);
    },

    async "an agent that was deleted comes back with its job, and may work again"(scene) {
      const { claw, folder } = scene;
      const state = join(claw.home, "state/openclaw.sqlite");
      await whileGatewayRuns(claw, async (gateway) => {
        for (const agent of ["main", "writer"]) await addJob(claw, gateway, agent);
      });
      const jobs = await askSqlite(state, JOBS);
      const part = [...backUp, "--openclaw-agent", "writer", "--kit", "light"];
      const { archive, errors } = await lifeboat(claw.userHome, part);
      assert.deepEqual(errors, []);
      await openClaw(claw, "agents", "delete", "writer", "--force");
      changeState(state, "DELETE FROM cron_jobs WHERE agent_id = 'writer'");
      assert.equal((await tryToLogIn(claw, "writer")).code, 1, "OpenClaw has it for deleted");

      const others = await dumpWithout(state, "writer");
      const agent = [archive as string, "--openclaw-agent", "writer"];
      await restore(claw, ...agent, ...sayWhere(claw));
      assert.deepEqual(await dumpWithout(state, "writer"), others);
      assert.deepEqual(await askSqlite(state, JOBS), jobs);
      await giveLogin(claw, "writer");
      await assertBack(claw);
      await assertAccepted(claw, folder);
    },

    async "a configuration in JSON5, what it includes, and jobs follow a user to another home"(
      scene,
    ) {
      const { claw, folder } = scene;
      const config = join(claw.home, "openclaw.json");
      await whileGatewayRuns(claw, (gateway) => addJob(claw, gateway, "writer"));
      const { agents, ...rest } = JSON.parse(await Deno.readTextFile(config));
      const { entries, ...others } = agents;
      const write = (name: string, value: unknown) => {
        const text = JSON5.stringify(value, { space: 2, quote: "'" });
        return Deno.writeTextFile(join(claw.home, name), `// by hand\n${text}\n`);
      };
      await write("roster.json5", entries);
      const included = { ...others, entries: { $include: "./roster.json5" } };
      await write("openclaw.json", { ...rest, agents: included });
      const before = await Deno.readTextFile(config);
      assert.match(before, /workspace: '/);
      const { archive } = await lifeboat(claw.userHome, [...backUp, "--kit", "light"]);
      const kept = join(folder, "kept.tar.gz");
      await Deno.rename(archive as string, kept);
      await Deno.rename(`${archive}.sha256`, `${kept}.sha256`);
      const userHome = join(folder, "it's me");
      await Deno.rename(claw.userHome, join(folder, "gone"));
      await Deno.mkdir(userHome);
      const moved = {
        ...{ ...claw, userHome, home: join(userHome, ".openclaw") },
        workspace: join(userHome, "work", "writer-ws"),
      };
      try {
        await restore(moved, kept, "--profile", "openclaw", ...sayWhere(moved), "--trust");
        await assertBack(moved);
        const after = await Deno.readTextFile(join(moved.home, "openclaw.json"));
        const written = userHome.replace("'", "\\'");
        assert.equal(after, before.replaceAll(claw.userHome, written));
        await assertAccepted(moved, folder);
        await whileGatewayRuns(moved, async (gateway) => {
          assert.ok((await jobsOf(moved, gateway)).includes("poem of writer"));
        });
      } finally {
        await Deno.rename(join(folder, "gone"), claw.userHome);
      }
    },

    async "an agent of OpenClaw's own archive is cloned as well"({ claw, native }) {
      const agent = [native, "--openclaw-agent", "writer", "--as", "poet", "--trust"];
      await restore(claw, ...agent);
      assert.ok((await Deno.stat(join(claw.home, "agents/poet", AGENT_DATABASE))).isFile);
      assert.deepEqual(await loginsOf(claw, "poet"), ["openai:manual"]);
    },

    async "a restore refuses while the gateway runs; a backup is made"({ claw }) {
      await whileGatewayRuns(claw, async () => {
        const made = await lifeboat(claw.userHome, [...backUp, "--kit", "light"]);
        assert.deepEqual(made.errors, []);
        const { gateway } = await lifeboat(claw.userHome, ["doctor", "--profile", "openclaw"]);
        assert.equal((gateway as { running: boolean }).running, true);
        const args = ["restore", "latest", "--profile", "openclaw", "--apply", CONFIRM];
        assert.equal(await refusal(claw.userHome, args), "agent_running");
      });
      await restore(claw, "latest", "--profile", "openclaw");
    },
  }),
);
