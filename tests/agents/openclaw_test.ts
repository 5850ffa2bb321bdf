/** A state folder that the real OpenClaw writes, and the archives that it makes itself. */
import { join } from "node:path";
import { assert } from "../assert.ts";
import { withAgentFolder } from "../support/agents/folders.ts";
import { installOpenClaw } from "../support/agents/install.ts";
import { lifeboat } from "../support/agents/lifeboat.ts";
import {
  agentsOf,
  makeArchive,
  makeOpenClaw,
  type OpenClaw,
  openClaw,
  tryOpenClaw,
} from "../support/agents/openclaw.ts";
import { CONFIRM } from "../support/scene.ts";

const program = await installOpenClaw();

function withOpenClaw(use: (claw: OpenClaw, folder: string) => Promise<void>): Promise<void> {
  return withAgentFolder(async (folder) => use(await makeOpenClaw(folder, program), folder));
}

/** A dead laptop: nothing is left of OpenClaw. */
async function destroy(claw: OpenClaw): Promise<void> {
  await Deno.remove(claw.home, { recursive: true });
  await Deno.remove(claw.workspace, { recursive: true });
}

/** What OpenClaw itself says of its state. */
async function assertAccepted(claw: OpenClaw, folder: string): Promise<void> {
  assert.deepEqual(await agentsOf(claw), [
    ["main", join(claw.home, "workspace")],
    ["writer", claw.workspace],
  ]);
  const memory = await Deno.readTextFile(join(claw.workspace, "MEMORY.md"));
  assert.equal(memory, "What the writer remembers.\n");
  const doctor = await tryOpenClaw(claw, "doctor", "--non-interactive");
  assert.match(doctor.stdout, /Doctor complete/, doctor.stdout.slice(-2000) + doctor.stderr);
  assert.ok(!/corrupt|malformed|integrity.{0,20}fail/i.test(doctor.stdout), doctor.stdout);
  await makeArchive(claw, folder); // with --verify
}

Deno.test("a home of OpenClaw comes back whole, and OpenClaw accepts it", () =>
  withOpenClaw(async (claw, folder) => {
    const backup = await lifeboat(claw.userHome, ["backup", "--profile", "openclaw"]);
    assert.deepEqual(backup.errors, []);
    assert.equal((backup.counts as { sqlite_databases: number }).sqlite_databases, 1);
    await destroy(claw);
    // The configuration that says where the workspace lies is gone: so it has to be said.
    const root = `workspace-writer-ws=${claw.workspace}`;
    const apply = ["--root", root, "--apply", CONFIRM];
    await lifeboat(claw.userHome, ["restore", "latest", "--profile", "openclaw", ...apply]);
    await assertAccepted(claw, join(folder, "out"));
    await lifeboat(claw.userHome, ["doctor", "--profile", "openclaw"]);
  }));

Deno.test("once the configuration is back, a second restore finds the workspace by itself", () =>
  withOpenClaw(async (claw, folder) => {
    await lifeboat(claw.userHome, ["backup", "--profile", "openclaw", "--kit", "light"]);
    await destroy(claw);
    for (let times = 0; times < 2; times++) {
      const apply = ["--profile", "openclaw", "--apply", CONFIRM];
      await lifeboat(claw.userHome, ["restore", "latest", ...apply]);
    }
    await assertAccepted(claw, join(folder, "out"));
  }));

Deno.test("an archive that OpenClaw made is verified, restored in place, and accepted", () =>
  withOpenClaw(async (claw, folder) => {
    await Deno.symlink(join(folder, "elsewhere"), join(claw.home, "outside"));
    await Deno.symlink("AGENTS.md", join(claw.workspace, "inside.md"));
    const archive = await makeArchive(claw, join(folder, "native"));
    await lifeboat(claw.userHome, ["verify", archive]);
    await destroy(claw);
    const root = `workspace-writer-ws=${claw.workspace}`;
    const apply = ["--root", root, "--trust", "--apply", CONFIRM];
    await lifeboat(claw.userHome, ["restore", archive, ...apply]);
    assert.equal(await Deno.readLink(join(claw.workspace, "inside.md")), "AGENTS.md");
    await assertAccepted(claw, join(folder, "out"));
  }));

Deno.test("an archive that OpenClaw made is imported, and comes back as a backup of ours", () =>
  withOpenClaw(async (claw, folder) => {
    const archive = await makeArchive(claw, join(folder, "native"));
    const { backups } = await lifeboat(claw.userHome, ["import", archive]);
    const [{ backup_id: id }] = backups as { backup_id: string }[];
    await lifeboat(claw.userHome, ["verify", id]);
    await destroy(claw);
    const root = `workspace-writer-ws=${claw.workspace}`;
    const apply = ["--root", root, "--trust", "--apply", CONFIRM];
    await lifeboat(claw.userHome, ["restore", id, ...apply]);
    await assertAccepted(claw, join(folder, "out"));
  }));

Deno.test("only the configuration, as OpenClaw archives it, comes back alone", () =>
  withOpenClaw(async (claw, folder) => {
    const only = join(folder, "only.tar.gz");
    await openClaw(claw, "backup", "create", "--only-config", "--output", only);
    const written = await Deno.readTextFile(join(claw.home, "openclaw.json"));
    await Deno.writeTextFile(join(claw.home, "openclaw.json"), "{ broken");
    const apply = ["restore", only, "--trust", "--apply", CONFIRM];
    await lifeboat(claw.userHome, apply);
    assert.equal(await Deno.readTextFile(join(claw.home, "openclaw.json")), written);
    assert.equal((await agentsOf(claw)).length, 2);
  }));
