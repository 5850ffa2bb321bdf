/** Migrations, with the compiled program: as JSON, on a terminal, and killed. */
import { join } from "node:path";
import type { MigrationItem } from "../../src/migrate/mod.ts";
import { assert } from "../assert.ts";
import { putAppServer, putCuratedPlugins } from "../support/codex_plugins.ts";
import { killDuring } from "../support/killing.ts";
import { HERMES_CONFIG, HERMES_ENV, HERMES_SECRET } from "../support/hermes_config.ts";
import { PROGRAM } from "../support/lifeboat.ts";
import { makeCodexWithSkills, put, putSkill } from "../support/migration_home.ts";
import { talk } from "../support/pseudo_terminal.ts";
import { CONFIRM, namesIn, type Scene, withScene } from "../support/scene.ts";
import { networkCalls, traceCalls } from "../support/strace.ts";
import { readTree } from "../support/trees.ts";

interface Planned {
  dry_run: boolean;
  items: MigrationItem[];
  summary: Record<string, number>;
  backupPath: string | null;
  reportDir: string | null;
  undo_id: string | null;
}

/** A user without the Codex home that scenes have. */
function withUser(use: (scene: Scene) => Promise<void>): Promise<void> {
  return withScene(use, () => Promise.resolve({ secrets: [] }));
}

const SECRET = "sk-abcdefghijklmnopqrstuvwxyz012345";

function makeCodex({ home, secrets }: Scene): void {
  secrets.push(SECRET);
  putSkill(join(home, "skills", "review"), { "notes.md": "notes\n" });
  putSkill(join(home, "skills", "lint"));
  put(join(home, "config.toml"), `[mcp_servers.a]\ncommand = "x"\nenv = { KEY = "${SECRET}" }\n`);
  put(join(home, "auth.json"), JSON.stringify({ OPENAI_API_KEY: SECRET }));
}

const openClaw = (scene: Scene, ...path: string[]) => join(scene.user, ".openclaw", ...path);

Deno.test("a plan over 40 skills matches the rules item by item, as JSON and as a table", () =>
  withUser(async (scene) => {
    const { user, run } = scene;
    const expected = makeCodexWithSkills(user);
    const before = readTree(user, [".local"]);
    const { code, json } = await run<Planned>(["migrate", "codex", "--dry-run", "--json"]);
    assert.equal(code, 0);
    const items = json.items.map(({ id, status, reason, source }) => {
      return { id, status, ...(reason ? { reason } : {}), source: source!.slice(user.length + 1) };
    });
    assert.deepEqual(items.sort((a, b) => a.source < b.source ? -1 : 1), expected);

    const shown = (await run(["migrate", "plan", "codex"])).stdout;
    const rows = shown.split("\n").filter((line) => /^(?:skill|link|broken):/.test(line))
      .map((line) => line.trimEnd().split(/ {2,}/));
    const told = expected.map(({ id, status, reason, source }) =>
      [id, status, `~/${source}`, ...(reason ? [reason] : [])].join("|").replaceAll(/ {2,}/g, "|")
    );
    assert.deepEqual(
      rows.map(([id, , status, ...rest]) => [id, status, ...rest].join("|")).sort(),
      told.sort(),
    );
    assert.deepEqual(readTree(user, [".local"]), before);
  }));

Deno.test("on a terminal the plan is shown, skills are chosen with boxes, and a word is asked for", () =>
  withUser(async (scene) => {
    makeCodexWithSkills(scene.user);
    const talking = talk(scene.user, [PROGRAM, "migrate", "codex"], { env: { NO_COLOR: "1" } });
    await talking.sees("44 items, 35 planned, 4 left out, 5 conflicts");
    await talking.sees("35 of 35 chosen");
    await talking.presses("a"); // none
    await talking.sees("0 of 35 chosen");
    await talking.presses(" "); // the first
    await talking.sees("1 of 35 chosen");
    await talking.presses("\x1b[B\x1b[B"); // two down, and the one above the last by going round
    await talking.presses(" ");
    await talking.sees("2 of 35 chosen");
    await talking.presses("\x1b[A\x1b[A\x1b[A ");
    await talking.sees("3 of 35 chosen");
    await talking.presses("\r");
    await talking.sees("Type MIGRATE");
    await talking.types("MIGRATE");
    const { code, shown } = await talking.end();
    assert.equal(code, 0, shown.slice(-3000));
    const list = await scene.run<Planned>(["migrate", "plan", "codex", "--json"]);
    const chosen = list.json.items.filter(({ status, kind }) =>
      kind === "skill" && status === "planned"
    );
    const moved = namesIn(openClaw(scene, "workspace", "skills")).filter((name) =>
      name !== "taken"
    );
    assert.equal(moved.length, 3);
    // What was moved is there now, so a second plan finds it in conflict.
    assert.equal(chosen.length, 32);
    assert.ok(moved.includes("personal"), moved.join());
  }));

Deno.test("on a terminal plugins are chosen, too, and none of them is at first", () =>
  withUser(async (scene) => {
    putCuratedPlugins(scene.home, [{ name: "plain" }, { name: "other" }]);
    const of = (name: string) => ({ name, installed: true, enabled: true });
    const marketplaces = [{
      name: "openai-curated",
      path: "/c",
      plugins: [of("plain"), of("other")],
    }];
    const bin = putAppServer(join(scene.folder, "bin"), {
      "plugin/installed": { result: { marketplaces, marketplaceLoadErrors: [] } },
      "plugin/read": { result: { plugin: { apps: [] } } },
    });
    const env = { NO_COLOR: "1", PATH: `${bin}:/usr/bin:/bin` };
    const talking = talk(scene.user, [PROGRAM, "migrate", "codex"], { env });
    await talking.sees("Plugins of Codex to install:");
    await talking.sees("0 of 2 chosen");
    await talking.presses("\x1b[B ");
    await talking.sees("1 of 2 chosen");
    await talking.presses("\r");
    await talking.sees("Type MIGRATE");
    await talking.types("MIGRATE");
    const { code, shown } = await talking.end();
    assert.equal(code, 0, shown.slice(-3000));
    assert.match(shown, /plugin:plain +install +migrated/);
    assert.match(shown, /plugin:other +install +skipped +openai-curated\/other +it runs code/);
    const config = JSON.parse(Deno.readTextFileSync(openClaw(scene, "openclaw.json")));
    const { plugins } = config.plugins.entries.codex.config.codexPlugins;
    assert.deepEqual(Object.keys(plugins), ["plain"]);
  }));

Deno.test("on a terminal another word, or Ctrl-C, changes nothing", () =>
  withUser(async (scene) => {
    makeCodex(scene);
    const before = readTree(scene.user, [".local"]);
    const other = talk(scene.user, [PROGRAM, "migrate", "codex", "--skill", "lint"]);
    await other.sees("Type MIGRATE");
    await other.types("yes");
    assert.equal((await other.end()).code, 2);
    const stopped = talk(scene.user, [PROGRAM, "migrate", "apply", "codex"]);
    await stopped.sees("2 of 2 chosen");
    await stopped.presses("\x03");
    assert.equal((await stopped.end()).code, 130);
    assert.deepEqual(readTree(scene.user, [".local"]), before);
  }));

Deno.test("where nobody can be asked, a plan is shown, and moving needs a flag", () =>
  withUser(async (scene) => {
    makeCodex(scene);
    const { run } = scene;
    const before = readTree(scene.user, [".local"]);
    const plain = await run(["migrate", "codex"]);
    assert.deepEqual([plain.code, /Nothing was changed/.test(plain.stdout)], [0, true]);
    const asJson = await run<Planned>(["migrate", "codex", "--json"]);
    assert.deepEqual([asJson.code, asJson.json.dry_run], [0, true]);
    const refusals: [args: string[], code: number, error: string][] = [
      [["apply", "codex"], 2, "confirmation_required"],
      [["apply", "codex", "--dry-run"], 2, "usage"],
      [["codex", "--yes", "--no-backup"], 2, "usage"],
      [["codex", "--yes", "--skill", "nobody"], 2, "usage"],
      [["codex", "--yes", "--item", "nothing"], 2, "usage"],
      [["codex", "--yes", "--agent", "nobody"], 10, "no_such_agent"],
      [["codex", "--yes", "--to", "codex"], 2, "same_home"],
      [["hermes", "--yes"], 10, "no_source"],
      [["gemini"], 2, "no_such_provider"],
      [[], 2, "usage"],
    ];
    for (const [args, code, error] of refusals) {
      const outcome = await run(["migrate", ...args, "--json"]);
      assert.deepEqual([outcome.code, outcome.json.error?.code], [code, error], args.join(" "));
      assert.ok(outcome.json.error!.hint, args.join(" "));
    }
    assert.deepEqual(readTree(scene.user, [".local"]), before);
  }));

Deno.test("a migration is done with --yes, told in full, and taken back by undo", () =>
  withUser(async (scene) => {
    makeCodex(scene);
    put(openClaw(scene, "openclaw.json"), "{}");
    const { run } = scene;
    const { code, json } = await run<Planned>(["migrate", "apply", "codex", "--yes", "--json"]);
    assert.deepEqual([code, json.ok, json.summary.migrated], [0, true, 3]);
    assert.ok(Deno.statSync(json.backupPath!).isFile);
    const report = namesIn(json.reportDir!);
    assert.deepEqual(report, ["archive", "report.json", "summary.md"]);
    for (const name of ["report.json", "summary.md", "archive/config.toml"]) {
      assert.ok(!Deno.readTextFileSync(join(json.reportDir!, name)).includes(SECRET), name);
    }
    const verified = await run(["verify", json.backupPath!, "--json"]);
    assert.equal(verified.code, 0);
    const again = await run(["migrate", "codex", "--yes", "--json"]);
    assert.deepEqual([again.code, again.json.error?.code], [2, "migration_conflicts"]);
    const undone = await run(["undo", "--profile", "openclaw", "--apply", CONFIRM, "--json"]);
    assert.equal(undone.code, 0);
    assert.deepEqual(namesIn(openClaw(scene)), [".lifeboat", "openclaw.json"]);
  }));

Deno.test("Hermes' configuration is merged by the program itself, and told without its keys", () =>
  withUser(async (scene) => {
    const { user, run, secrets } = scene;
    secrets.push(HERMES_SECRET);
    put(join(user, ".hermes", "config.yaml"), HERMES_CONFIG);
    put(join(user, ".hermes", ".env"), HERMES_ENV);
    const shown = await run(["migrate", "hermes", "--dry-run"]);
    assert.match(shown.stdout, /config:model-provider:lab +merge +planned/);
    assert.match(shown.stdout, /config:skill-entry:notes .* left out: api_key/);
    const { code, json } = await run<Planned>(["migrate", "hermes", "--yes", "--json"]);
    assert.deepEqual([code, json.summary.migrated, json.summary.errors], [0, 12, 0]);
    assert.match(Deno.readTextFileSync(openClaw(scene, "openclaw.json")), /"lab\/lab-1"/);
    put(join(user, ".hermes", "config.yaml"), "a: [\n");
    const damaged = await run<Planned>(["migrate", "hermes", "--to", "codex", "--yes", "--json"]);
    assert.deepEqual([damaged.code, damaged.json.summary.errors], [1, 1]);
  }));

Deno.test("a migration refuses while a program has files of the home open", () =>
  withUser(async (scene) => {
    makeCodex(scene);
    const open = await Deno.open(put(openClaw(scene, "state", "openclaw.sqlite")));
    const holding = new Deno.Command("/usr/bin/tail", {
      args: ["-f", openClaw(scene, "state", "openclaw.sqlite")],
      stdout: "null",
    }).spawn();
    try {
      const { code, json } = await scene.run(["migrate", "codex", "--yes", "--json"]);
      assert.deepEqual([code, json.error?.code], [11, "agent_running"]);
    } finally {
      holding.kill();
      await holding.status;
      open.close();
    }
  }));

Deno.test("an isolated home begins with what is moved into it, or not at all", () =>
  withUser(async (scene) => {
    makeCodex(scene);
    const { run } = scene;
    const args = ["isolate", "create", "helper", "--seed", "codex", "--json"];
    const bad = await run([...args, "--skill", "nobody"]);
    assert.equal(bad.code, 2);
    assert.equal((await run<{ homes: [] }>(["isolate", "list", "--json"])).json.homes.length, 0);
    const made = await run<{ path: string }>([...args, "--skill", "lint"]);
    assert.equal(made.code, 0, JSON.stringify(made.json));
    const { path } = made.json;
    assert.deepEqual(namesIn(join(path, "skills")), ["lint"]);
    assert.match(Deno.readTextFileSync(join(path, "config.toml")), /enabled = false/);
    assert.ok(!namesIn(path).includes("auth.json"));
    const undone = await run(["undo", "--isolated", "helper", "--apply", CONFIRM, "--json"]);
    assert.equal(undone.code, 0, JSON.stringify(undone.json));
    assert.deepEqual(namesIn(path), [".lifeboat", "home"]);
    const login = await run<{ path: string }>(
      ["isolate", "create", "other", "--seed", "codex", "--include-secrets", "--json"],
    );
    assert.ok(Deno.readTextFileSync(join(login.json.path, "auth.json")).includes(SECRET));
  }));

Deno.test("a migration speaks to no network", () =>
  withUser(async (scene) => {
    makeCodex(scene);
    assert.deepEqual(networkCalls(await traceCalls(scene, ["migrate", "codex", "--yes"])), []);
  }));

/** Many files, so that a migration takes a moment. */
function makeLarge(scene: Scene): void {
  const files = Object.fromEntries(
    Array.from({ length: 150 }, (_, n) => [`data/${n}.txt`, `${n}\n`]),
  );
  putSkill(join(scene.home, "skills", "large"), files);
  put(join(scene.home, "memories", "MEMORY.md"), "remember\n");
  put(openClaw(scene, "workspace", "USER.md"), "me\n");
}

Deno.test("a killed migration is finished, or taken back, by the next command", () =>
  withUser(async (scene) => {
    makeLarge(scene);
    const own = openClaw(scene, ".lifeboat");
    const work = () => namesIn(own).find((name) => name.startsWith("restore-"));
    const inWork = (folder: string) => namesIn(join(own, work() ?? "none", folder)).length;
    const large = openClaw(scene, "workspace", "skills", "large", "data");
    const signs: (() => boolean)[] = [
      () => work() !== undefined,
      () => inWork("staged") > 40,
      () => inWork("staged") > 145,
      () => namesIn(large).length > 0,
      () => namesIn(large).length > 60,
      () => namesIn(own).some((name) => name.startsWith("undo-")),
    ];
    let [finished, back] = [0, 0];
    for (let round = 0; round < 9; round++) {
      const args = ["migrate", "codex", "--yes", "--no-backup", "--force"];
      await killDuring(scene, args, { seen: signs[round % signs.length], delayMs: round });
      const next = await scene.run(["backup", "--profile", "openclaw", "--kit", "light", "--json"]);
      assert.equal(next.code, 0, next.stdout);
      assert.equal(work(), undefined);
      const moved = namesIn(large).length;
      const rest = [
        namesIn(openClaw(scene, "workspace", "memory", "imports", "codex")).length,
        namesIn(openClaw(scene, "migration", "codex")).length,
      ];
      assert.ok(moved === 150 || moved === 0, `${moved} of 150`);
      assert.deepEqual(rest, moved === 150 ? [1, 1] : [0, 0]);
      if (moved === 150) finished++;
      else back++;
      await Deno.remove(openClaw(scene), { recursive: true });
      put(openClaw(scene, "workspace", "USER.md"), "me\n");
    }
    assert.ok(finished > 0 && back > 0, `${finished} finished, ${back} taken back`);
  }));
