/** The laptop is gone: all homes come back where there is nothing but the program and a copy. */
import { join } from "node:path";
import { assert } from "../assert.ts";
import { ageKey } from "../support/age.ts";
import { loopbackPlace, startS3Server } from "../support/s3/server.ts";
import { makeSampleClaudeHome } from "../support/sample_home.ts";
import { CONFIRM, namesIn, type Scene, withScene } from "../support/scene.ts";
import { differences, hashesBelow } from "../../scripts/demo/compare.ts";

const server = await startS3Server();

const KEYS = {
  AWS_ACCESS_KEY_ID: server.keys.accessKeyId,
  AWS_SECRET_ACCESS_KEY: server.keys.secretAccessKey,
};

/** The first of the commands that the README names. */
function addBucket(prefix: string): string[] {
  const { endpoint, bucket } = loopbackPlace(server.port);
  const place = ["--endpoint", endpoint, "--bucket", bucket, "--prefix", prefix];
  return ["backends", "add", "s3", "--name", "cloud", ...place];
}

// deno-lint-ignore no-explicit-any -- the shapes are what is tested
async function json(scene: Scene, args: string[], code = 0, env = {}): Promise<any> {
  const outcome = await scene.run([...args, "--json"], { env });
  assert.equal(outcome.code, code, `${args.join(" ")}: ${outcome.stdout}${outcome.stderr}`);
  return outcome.json;
}

/** Homes of three agents. */
async function makeHomes(scene: Scene): Promise<void> {
  const claude = await makeSampleClaudeHome(scene.user, { conversations: 2, turns: 2 });
  const openclaw = join(scene.user, ".openclaw");
  Deno.mkdirSync(join(openclaw, "workspace"), { recursive: true });
  Deno.writeTextFileSync(join(openclaw, "openclaw.json"), '{ "gateway": { "port": 18789 } }\n');
  Deno.writeTextFileSync(join(openclaw, "workspace", "MEMORY.md"), "what it has learned\n");
  scene.secrets.push(...claude.secrets, "what it has learned");
}

const HOMES: Record<string, string> = {
  codex: ".codex",
  "claude-code": ".claude",
  openclaw: ".openclaw",
};

/** SHA-256 of the files of each home, as their backups say. */
async function captured(
  scene: Scene,
  toOpen: string[],
): Promise<Map<string, Map<string, string>>> {
  const { backups } = await json(scene, ["list"]);
  const homes = new Map<string, Map<string, string>>();
  for (const { profile, archives: [archive] } of backups) {
    const { files } = await json(scene, ["show", archive, "--files", ...toOpen]);
    const ofHome = files.filter(({ path }: { path: string }) => path.startsWith("files/"));
    homes.set(
      profile,
      new Map(
        ofHome.map(({ path, sha256 }: { path: string; sha256: string }) => [
          path.slice("files/".length),
          sha256,
        ]),
      ),
    );
  }
  return homes;
}

interface Restored {
  profile: string;
  plan: { skipped: { path: string }[] };
  restore: { errors: unknown[] };
}

/** Fails unless what was captured is back, but for what the plan named. */
function checkHome(scene: Scene, { profile, plan, restore }: Restored, was: Map<string, string>) {
  assert.deepEqual(restore.errors, []);
  for (const { path } of plan.skipped) was.delete(path);
  assert.ok(was.size > 1, profile);
  assert.deepEqual(differences(was, hashesBelow(join(scene.user, HOMES[profile]))), []);
}

/** Everything of the user is lost; a new one has the same name. */
function loseTheLaptop(scene: Scene): void {
  Deno.removeSync(scene.user, { recursive: true });
  Deno.mkdirSync(scene.user, { mode: 0o700 });
}

/** Backs all homes up to a bucket, loses everything, and brings it back in two commands. */
async function loseAndRecover(
  scene: Scene,
  prefix: string,
  toBackUp: string[],
  toRestore: string[],
): Promise<void> {
  await makeHomes(scene);
  await json(scene, addBucket(prefix), 0, KEYS);
  const backup = ["backup", "--profile", "all", "--no-directory", "--kit", "light"];
  await json(scene, [...backup, "--storage", "cloud", ...toBackUp]);
  const before = await captured(scene, toRestore);
  loseTheLaptop(scene);

  await json(scene, addBucket(prefix), 0, KEYS);
  const from = ["restore", "latest", "--profile", "all", "--from-remote", "cloud", ...toRestore];
  const planned = await json(scene, from);
  const profiles = planned.results.map(({ profile }: Restored) => profile);
  assert.deepEqual(profiles.sort(), Object.keys(HOMES).sort());
  const lost = namesIn(scene.user).filter((name) => Object.values(HOMES).includes(name));
  assert.deepEqual(lost, [], "a dry run restores nothing");
  const { results } = await json(scene, [...from, "--apply", CONFIRM, "--trust"]);
  assert.equal(results.length, 3);
  for (const one of results) checkHome(scene, one, before.get(one.profile)!);
  const state = Deno.readTextFileSync(join(scene.user, ".claude.json"));
  assert.ok(state.includes("mcpServers"), "what lies outside a home came back as well");
}

Deno.test("in two commands all homes come back from a bucket", () =>
  withScene((scene) => loseAndRecover(scene, "plain", ["--allow-plaintext"], [])));

Deno.test("with the identity on paper all homes come back from encrypted backups", () =>
  withScene(async (scene) => {
    const { recipient, file } = await ageKey(join(scene.folder, "key.txt"));
    await loseAndRecover(scene, "sealed", ["--recipient", recipient], ["--identity", file]);
  }));

Deno.test("without the key nothing of an encrypted copy comes back", () =>
  withScene(async (scene) => {
    const { recipient } = await ageKey(join(scene.folder, "key.txt"));
    const other = await ageKey(join(scene.folder, "other.txt"));
    await json(scene, addBucket("locked"), 0, KEYS);
    await scene.backUp("--recipient", recipient, "--storage", "cloud");
    loseTheLaptop(scene);
    await json(scene, addBucket("locked"), 0, KEYS);
    const [listed] = (await json(scene, ["list", "--remote", "cloud", "--all-machines"])).backups;
    assert.deepEqual([listed.encrypted, listed.home, listed.label], [true, null, null]);
    const from = ["restore", "latest", "--from-remote", "cloud", "--apply", CONFIRM, "--trust"];
    await json(scene, from, 12);
    await json(scene, [...from, "--identity", other.file], 12);
    assert.deepEqual(namesIn(scene.home), []);
  }));

Deno.test("a home that cannot be restored keeps no other one from coming back", () =>
  withScene(async (scene) => {
    await makeHomes(scene);
    const backups = await json(scene, ["backup", "--profile", "all", "--kit", "light"]);
    const archive = backups.results.find(({ archive }: { archive: string }) =>
      archive.includes("openclaw")
    ).archive;
    const bytes = Deno.readFileSync(archive);
    bytes.fill(0x55, 20, bytes.length / 2);
    Deno.writeFileSync(archive, bytes);
    const restore = ["restore", "latest", "--profile", "all", "--apply"];
    assert.equal((await json(scene, restore, 2)).error.code, "confirmation_required");
    for (const home of Object.values(HOMES)) {
      Deno.removeSync(join(scene.user, home), { recursive: true });
    }
    const { ok, results } = await json(scene, [...restore, CONFIRM], 1);
    assert.equal(ok, false);
    for (const { profile, error, restore } of results) {
      if (profile === "openclaw") assert.equal(error.code, "damaged_archive");
      else assert.deepEqual(restore.errors, []);
    }
    assert.deepEqual(namesIn(join(scene.user, ".openclaw")), []);
  }));

Deno.test("all homes are restored from their latest backups to their own places only", () =>
  withScene(async (scene) => {
    const { backup_id } = await scene.backUp("--no-directory");
    const all = ["restore", "--profile", "all"];
    for (
      const more of [[backup_id], [], ["latest", "--home", scene.home], [
        "latest",
        "--target",
        "/x",
      ]]
    ) {
      assert.equal((await json(scene, [...all, ...more], 2)).error.code, "usage", more.join(" "));
    }
    const { results } = await json(scene, [...all, "latest"]);
    assert.deepEqual(results.map(({ profile }: Restored) => profile), ["codex"]);
  }));
