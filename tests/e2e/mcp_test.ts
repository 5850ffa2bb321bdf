/** An agent's session with the compiled program over MCP, with the official SDK's client. */
import { join } from "node:path";
import type { BackupResult } from "../../src/backup/mod.ts";
import type { ListResult } from "../../src/catalog/mod.ts";
import type { MigrationPlan } from "../../src/migrate/mod.ts";
import type { RestoreResult, UndoResult } from "../../src/restore/mod.ts";
import type { SessionsReport } from "../../src/sessions/mod.ts";
import { assert } from "../assert.ts";
import { parseLine } from "../support/command_lines.ts";
import { AGREES, type Answering, type Mcp, withMcp } from "../support/mcp.ts";
import type { ElicitResult } from "../support/mcp_sdk.ts";
import { CONFIRM, makeSmallHome, type Scene, withScene } from "../support/scene.ts";
import { readTree } from "../support/trees.ts";

const OWN = [".lifeboat"];

/** What ClawBackup's README and code call its tools and their parameters. */
const CLAWBACKUP: Record<string, string[]> = {
  backup_create: ["name", "password", "storage"],
  backup_list: ["type", "limit"],
  backup_restore: ["backup_id", "target", "password", "from_remote"],
  backup_sync: ["backup_id", "storage", "force"],
  backup_delete: ["backup_id"],
  backup_verify: ["backup_id"],
  backup_status: [],
  snapshot_status: [],
  snapshot_list: ["file_path", "session_id", "limit"],
  snapshot_rollback: ["session_id", "timestamp", "file_paths", "dry_run"],
  snapshot_history: ["file_path", "limit"],
};

const OTHERS = ["doctor", "sessions_list", "session_restore", "undo", "migrate_plan"];

const READING = /_(list|status|verify|history|plan)$|^doctor$/;

function answering(answer: ElicitResult): Answering {
  return () => answer;
}

/** A backup, and then a conversation more and a file changed. */
async function changeAfterBackup({ backUp, home }: Scene): Promise<string> {
  const { backup_id } = await backUp();
  Deno.writeTextFileSync(join(home, "AGENTS.md"), "changed since\n");
  return backup_id;
}

Deno.test("the official client finds the tools, those of ClawBackup with all their parameters", () =>
  withScene((scene) =>
    withMcp(scene, ({ tools, client }) => {
      const parameters = Object.fromEntries(
        tools.map(({ name, inputSchema }) => [name, Object.keys(inputSchema.properties ?? {})]),
      );
      assert.deepEqual(Object.keys(parameters), [...Object.keys(CLAWBACKUP), ...OTHERS]);
      for (const [name, known] of Object.entries(CLAWBACKUP)) {
        for (const one of known) assert.ok(parameters[name].includes(one), `${name}: ${one}`);
      }
      for (const { name, title, description, annotations, outputSchema } of tools) {
        assert.ok(title && description && outputSchema, name);
        assert.equal(annotations?.readOnlyHint, READING.test(name), name);
        const changes = /_(restore|delete|rollback)$|^undo$/.test(name);
        assert.equal(annotations?.destructiveHint, changes, name);
      }
      assert.match(client.getInstructions()!, /preview/);
      return Promise.resolve();
    })
  ));

Deno.test("a backup is made, told of on the way, listed and found whole", () =>
  withScene((scene) =>
    withMcp(scene, async ({ call }) => {
      const before = readTree(scene.home);
      const steps: number[] = [];
      const made = await call<BackupResult>("backup_create", { name: "by the agent" }, {
        onProgress: ({ progress }) => void steps.push(progress),
      });
      assert.ok(made.ok && Deno.statSync(made.archive!).isFile);
      assert.deepEqual(readTree(scene.home), before);
      assert.ok(steps.length > 0, "no progress");
      assert.deepEqual(steps, [...new Set(steps)].sort((a, b) => a - b));
      const { backups } = await call<ListResult>("backup_list");
      assert.deepEqual(backups.map(({ id }) => id), [made.backup_id]);
      assert.ok((await call("backup_verify", { backup_id: "latest" })).ok);
      assert.ok((await call("backup_status")).ok);
      assert.ok((await call("doctor")).ok);
    })
  ));

Deno.test("a restore is shown first, and done with its token when the user agrees; then undone", () =>
  withScene(async (scene) => {
    const original = readTree(scene.home, OWN);
    const backup_id = await changeAfterBackup(scene);
    const changed = readTree(scene.home, OWN);
    await withMcp(scene, async ({ call, questions }) => {
      const preview = await call<RestoreResult>("backup_restore", { backup_id });
      assert.deepEqual([preview.dry_run, preview.plan.overwrite], [true, 1]);
      assert.deepEqual(preview.plan.items!.map(({ path }) => path), ["AGENTS.md"]);
      assert.deepEqual([readTree(scene.home, OWN), questions], [changed, []]);
      const { token } = preview.next!;
      const done = await call<RestoreResult>("backup_restore", { backup_id, token });
      assert.deepEqual([done.ok, done.restore?.restored_files], [true, 1], JSON.stringify(done));
      assert.match(questions[0], /Restore codex-backup-\S+ into .*1 are replaced/);
      assert.deepEqual(readTree(scene.home, OWN), original);
      const back = await call<UndoResult>("undo");
      assert.ok((await call("undo", { token: back.next!.token })).ok);
      assert.match(questions[1], /^Undo the restore of codex-backup-/);
      assert.deepEqual(readTree(scene.home, OWN), changed);
    }, { user: AGREES });
  }));

Deno.test("where nobody can be asked, the user gets a command that does the same", () =>
  withScene(async (scene) => {
    const original = readTree(scene.home, OWN);
    const backup_id = await changeAfterBackup(scene);
    await withMcp(scene, async ({ call }) => {
      const { next } = await call("backup_restore", { backup_id, only: ["AGENTS.md"] });
      assert.equal(next!.token, undefined);
      const words = next!.command!.split(" ");
      assert.deepEqual(words, ["lifeboat", "restore", backup_id, "--only", "AGENTS.md", "--apply"]);
      assert.equal((await scene.run([...words.slice(1), CONFIRM])).code, 0);
      assert.deepEqual(readTree(scene.home, OWN), original);
      for (
        const [tool, args] of [
          ["undo", {}],
          ["backup_delete", { backup_id }],
          ["session_restore", { session_id: "0" }],
        ] as const
      ) {
        const said = await call(tool, args);
        if (said.next) parseLine(said.next.command!.replace(/^lifeboat /, ""));
        else assert.equal(said.error!.code, "ambiguous_id", tool);
      }
    });
  }));

Deno.test("a user who refuses, does not look, or types something else changes nothing", async () => {
  const answers: [ElicitResult, string][] = [
    [{ action: "decline" }, "not_confirmed"],
    [{ action: "cancel" }, "human_needed"],
    [{ action: "accept", content: { answer: "restore" } }, "not_confirmed"],
    [{ action: "accept", content: { answer: "" } }, "not_confirmed"],
    [{ action: "accept" }, "not_confirmed"],
    [{ action: "accept", content: { answer: 5 } }, "human_needed"],
    [{ action: "accept", content: { other: "RESTORE" } }, "human_needed"],
  ];
  await withScene(async (scene) => {
    const backup_id = await changeAfterBackup(scene);
    const changed = readTree(scene.home);
    for (const [answer, code] of answers) {
      await withMcp(scene, async ({ call }) => {
        const { next } = await call("backup_restore", { backup_id });
        const said = await call("backup_restore", { backup_id, token: next!.token });
        assert.equal(said.error?.code, code, JSON.stringify(answer));
        assert.match(said.command!, /^lifeboat restore codex-backup-\S+ --apply$/);
        const again = await call("backup_restore", { backup_id, token: next!.token });
        assert.equal(again.error?.code, "bad_token");
      }, { user: answering(answer) });
    }
    assert.deepEqual(readTree(scene.home), changed);
  });
});

Deno.test("a token is for the plan that was shown, for that call, and for once", () =>
  withScene(async (scene) => {
    const backup_id = await changeAfterBackup(scene);
    await withMcp(scene, async ({ call }) => {
      const token = async () => (await call("backup_restore", { backup_id })).next!.token;
      const refused = async (args: Record<string, unknown>, code: string) => {
        const before = readTree(scene.home);
        assert.equal((await call("backup_restore", args)).error?.code, code);
        assert.deepEqual(readTree(scene.home), before);
      };
      await refused({ backup_id, token: crypto.randomUUID() }, "bad_token");
      await refused({ backup_id, missing_only: true, token: await token() }, "bad_token");
      const late = await token();
      Deno.writeTextFileSync(join(scene.home, "config.toml"), "# another\n");
      await refused({ backup_id, token: late }, "plan_changed");
      await refused({ backup_id, token: late }, "bad_token");
      assert.equal((await call("undo", { token: await token() })).error?.code, "bad_token");
    }, { user: AGREES });
  }));

Deno.test("a backup goes when the user has typed DELETE, and the last verified one stays", () =>
  withScene(async (scene) => {
    const { backup_id: first } = await scene.backUp();
    const { backup_id: second } = await scene.backUp();
    for (const id of [first, second]) await scene.run(["verify", id]);
    await withMcp(scene, async ({ call, questions }) => {
      const remove = async (backup_id: string) => {
        const { next } = await call("backup_delete", { backup_id });
        return await call("backup_delete", { backup_id, token: next!.token });
      };
      assert.ok((await remove(first)).ok);
      assert.deepEqual(questions, [`Delete ${first} for good?`]);
      assert.equal((await remove(second)).error?.code, "last_verified_backup");
      assert.equal((await call("backup_delete", { backup_id: "latest" })).error?.code, "usage");
    }, { user: AGREES });
    assert.deepEqual(scene.published(), [second, `${second}.tar.gz`, `${second}.tar.gz.sha256`]);
  }));

Deno.test("only what is encrypted is uploaded unasked", () =>
  withScene(async (scene) => {
    const shelf = join(scene.folder, "shelf");
    Deno.mkdirSync(shelf);
    await scene.run(["backends", "add", "folder", "--name", "shelf", "--path", shelf]);
    const password_file = join(scene.folder, "password");
    Deno.writeTextFileSync(password_file, "correct horse battery\n", { mode: 0o600 });
    scene.secrets.push("correct horse battery");
    const { backup_id } = await scene.backUp("--no-directory");
    await withMcp(scene, async ({ call }) => {
      const refused = await call("backup_sync", { backup_id, storage: "shelf" });
      assert.equal(refused.error?.code, "human_needed");
      const command = `lifeboat sync ${backup_id} --storage shelf --allow-plaintext`;
      assert.equal(refused.command, command);
      const names = scene.published();
      const making = await call("backup_create", { storage: "shelf" });
      assert.equal(making.error?.code, "human_needed");
      assert.deepEqual(scene.published(), names);
      const made = await call("backup_create", { storage: "shelf", password_file });
      assert.ok(made.ok, JSON.stringify(made));
      const { backups } = await call<ListResult>("backup_list", { storage: "shelf" });
      assert.equal(backups.length, 1);
      assert.ok((await call("backup_verify", { backup_id: "latest", password_file })).ok);
    });
    await withMcp(scene, async ({ call, questions }) => {
      assert.ok((await call("backup_sync", { backup_id, storage: "shelf" })).ok);
      assert.match(questions[0], /not encrypted\? It holds conversations/);
    }, { user: AGREES });
  }));

Deno.test("below the agent's own folder a backup is laid out unasked, elsewhere not", () =>
  withScene(async (scene) => {
    const { backup_id } = await scene.backUp();
    const project = join(scene.folder, "project");
    Deno.mkdirSync(project);
    Deno.symlinkSync(scene.user, join(project, "out"));
    await withMcp(scene, async ({ call }) => {
      const inside = { backup_id, target: "look" };
      const { next } = await call("backup_restore", inside);
      assert.ok((await call("backup_restore", { ...inside, token: next!.token })).ok);
      assert.ok(Deno.statSync(join(project, "look", "home", "config.toml")).isFile);
      for (const target of [join(scene.folder, "else"), "../else", "out/else", ".git/hooks"]) {
        const said = await call("backup_restore", { backup_id, target });
        assert.deepEqual([said.next!.token, said.ok], [undefined, true], target);
      }
    }, { cwd: project });
    await withMcp(scene, async ({ call }) => {
      const { next } = await call("backup_restore", { backup_id, target: "look" });
      assert.equal(next!.token, undefined);
    }, { cwd: scene.home });
  }));

Deno.test("what comes from elsewhere and would act by itself is asked for once more", () =>
  withScene(async (scene) => {
    Deno.writeTextFileSync(join(scene.home, "hooks.json"), '{"Stop":[{"command":"echo"}]}\n');
    const { backup_id } = await scene.backUp();
    Deno.removeSync(join(scene.user, ".config", "lifeboat", "keys"), { recursive: true });
    Deno.removeSync(join(scene.home, "hooks.json"));
    const before = readTree(scene.home);
    const restore = async ({ call }: Mcp) => {
      const { next } = await call("backup_restore", { backup_id });
      return await call("backup_restore", { backup_id, token: next!.token });
    };
    const wary: Answering = (question) =>
      question.message.startsWith("Restore") ? AGREES(question) : { action: "decline" };
    await withMcp(scene, async (mcp) => {
      assert.equal((await restore(mcp)).error?.code, "not_confirmed");
      assert.equal(mcp.questions.length, 2);
      assert.match(mcp.questions[1], /Nobody known has signed this backup.*hooks/);
    }, { user: wary });
    assert.deepEqual(readTree(scene.home), before);
    await withMcp(scene, async (mcp) => assert.ok((await restore(mcp)).ok), { user: AGREES });
    assert.ok(Deno.statSync(join(scene.home, "hooks.json")).isFile);
  }));

Deno.test("a file of the project is never taken for a backup", () =>
  withScene(async (scene) => {
    await scene.backUp("--no-directory");
    const project = join(scene.folder, "project");
    Deno.mkdirSync(project);
    Deno.writeTextFileSync(join(project, "latest"), "planted");
    await withMcp(scene, async ({ call }) => {
      assert.ok((await call("backup_verify", { backup_id: "latest" })).ok);
      for (const backup_id of ["./latest", join(project, "latest"), "../../etc/passwd"]) {
        for (const tool of ["backup_verify", "backup_restore", "backup_delete", "backup_sync"]) {
          const said = await call(tool, { backup_id });
          assert.equal(said.error?.code, "no_such_backup", `${tool} ${backup_id}`);
        }
        const said = await call("sessions_list", { backup_id });
        assert.equal(said.error?.code, "no_such_backup");
      }
    }, { cwd: project });
  }));

Deno.test("a lost conversation is found in a backup and brought back", async () => {
  let lost = { id: "", path: "" };
  await withScene(async (scene) => {
    await scene.backUp();
    await Deno.remove(lost.path);
    await withMcp(scene, async ({ call }) => {
      const ids = async (args: Record<string, unknown>) => {
        const { sessions } = await call<SessionsReport>("sessions_list", args);
        for (const session of sessions) assert.ok(!("name" in session));
        return sessions.map(({ id }) => id);
      };
      assert.ok(!(await ids({})).includes(lost.id));
      assert.ok((await ids({ backup_id: "latest" })).includes(lost.id));
      const args = { session_id: lost.id };
      const { next } = await call("session_restore", args);
      assert.ok((await call("session_restore", { ...args, token: next!.token })).ok);
      assert.ok((await ids({})).includes(lost.id));
    }, { user: AGREES });
  }, async (path) => {
    const sample = await makeSmallHome(path);
    [lost] = sample.threads;
    return sample;
  });
});

Deno.test("a move from another agent is planned, and left to the user", () =>
  withScene(async (scene) => {
    const skill = join(scene.user, ".claude", "skills", "review");
    Deno.mkdirSync(skill, { recursive: true });
    Deno.writeTextFileSync(
      join(skill, "SKILL.md"),
      "---\nname: review\ndescription: Reviews.\n---\nLook.\n",
    );
    const before = readTree(scene.user);
    await withMcp(scene, async ({ call }) => {
      const args = { provider: "claude", skills: ["review"] };
      const plan = await call<MigrationPlan>("migrate_plan", args);
      const planned = plan.items.filter(({ status }) => status === "planned");
      assert.deepEqual(planned.map(({ kind }) => kind), ["skill"], JSON.stringify(plan));
      const command = "lifeboat migrate apply claude-code --to codex --skill review";
      assert.equal(plan.next!.command, command);
      parseLine(command.replace(/^lifeboat /, ""));
      assert.deepEqual(readTree(scene.user), before);
    });
  }));

Deno.test("an agent takes back what it did in a project, unasked but not unseen", () =>
  withScene(async (scene) => {
    const project = join(scene.folder, "project");
    Deno.mkdirSync(project);
    const file = join(project, "notes.txt");
    Deno.writeTextFileSync(file, "before");
    await scene.run(["snapshot", "take", project]);
    Deno.writeTextFileSync(file, "after");
    await withMcp(scene, async ({ call }) => {
      assert.ok((await call("snapshot_status")).ok);
      const { snapshots } = await call<{ snapshots: { id: string }[] }>("snapshot_list", {
        file_path: file,
      });
      assert.equal(snapshots.length, 1);
      assert.ok((await call("snapshot_history", { file_path: "notes.txt" })).ok);
      const args = { snapshot_id: snapshots[0].id, file_paths: [file] };
      const unseen = await call("snapshot_rollback", { ...args, dry_run: false });
      assert.equal(unseen.error?.code, "token_required");
      const { next } = await call("snapshot_rollback", args);
      assert.equal(Deno.readTextFileSync(file), "after");
      const again = await call("snapshot_rollback", { ...args, dry_run: true, token: next!.token });
      assert.equal(Deno.readTextFileSync(file), "after");
      const { token } = again.next!;
      assert.ok((await call("snapshot_rollback", { ...args, dry_run: false, token })).ok);
      assert.equal(Deno.readTextFileSync(file), "before");
      const outside = await call("snapshot_history", { file_path: "/etc/passwd" });
      assert.equal(outside.error?.code, "not_tracked");
    }, { cwd: project });
  }));
