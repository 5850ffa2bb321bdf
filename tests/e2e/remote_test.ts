/** Backups at a bucket and in a folder: there, on a list, and back on a machine that has nothing. */
import { join } from "node:path";
import { assert } from "../assert.ts";
import { ageKey } from "../support/age.ts";
import { withTempDir } from "../support/host.ts";
import { type Arrival, startFaultyProxy } from "../support/s3/faulty_proxy.ts";
import { loopbackPlace, startS3Server } from "../support/s3/server.ts";
import { CONFIRM, namesIn, namesOf, type Scene, withScene } from "../support/scene.ts";
import { lifeboat, PROGRAM } from "../support/lifeboat.ts";
import { talk } from "../support/pseudo_terminal.ts";

const server = await startS3Server();
let prefixes = 0;

const AWS = {
  AWS_ACCESS_KEY_ID: server.keys.accessKeyId,
  AWS_SECRET_ACCESS_KEY: server.keys.secretAccessKey,
};

/** Arguments that add the bucket, below a prefix of the test's own. */
function addBucket(prefix: string, port = server.port): string[] {
  const { endpoint, bucket } = loopbackPlace(port);
  const place = ["--endpoint", endpoint, "--bucket", bucket, "--prefix", prefix];
  return ["backends", "add", "s3", "--name", "cloud", ...place, "--json"];
}

async function ok(scene: Scene, args: string[], env: Record<string, string> = {}) {
  const outcome = await scene.run(args, { env });
  assert.equal(outcome.code, 0, `${args.join(" ")}: ${outcome.stdout}${outcome.stderr}`);
  return outcome;
}

// deno-lint-ignore no-explicit-any -- the shapes are what is tested
async function json(scene: Scene, args: string[], code = 0): Promise<any> {
  const outcome = await scene.run([...args, "--json"]);
  assert.equal(outcome.code, code, `${args.join(" ")}: ${outcome.stdout}${outcome.stderr}`);
  return outcome.json;
}

/** A user whose keys are secrets that no output may show. */
function withCloud(use: (scene: Scene, prefix: string) => Promise<void>): Promise<void> {
  return withScene(async (scene) => {
    scene.secrets.push(AWS.AWS_SECRET_ACCESS_KEY + "x");
    const prefix = `e2e/${++prefixes}`;
    await ok(scene, addBucket(prefix), AWS);
    await use(scene, prefix);
  });
}

interface Planned {
  plan: { create: number; overwrite: number; unchanged: number };
}

Deno.test("a home comes back on a new machine that has nothing but the bucket and its keys", () =>
  withCloud(async (scene, prefix) => {
    const { backup_id } = await scene.backUp("--no-directory");
    await ok(scene, ["sync", backup_id, "--allow-plaintext"]);
    await withTempDir(async (folder) => {
      const user = join(folder, "new");
      const temp = join(folder, "temp");
      for (const path of [user, temp]) Deno.mkdirSync(path);
      const env = { TMPDIR: temp };
      const run = (args: string[], more = {}) => lifeboat(user, args, { env: { ...env, ...more } });
      assert.equal((await run(addBucket(prefix), AWS)).code, 0);
      const list = await run(["list", "--remote", "cloud"]);
      assert.match(list.stdout, /1 backup of other machines: add --all-machines/);
      const planned = await run(["restore", "latest", "--from-remote", "cloud"]);
      assert.equal(planned.code, 0, planned.stderr);
      assert.match(planned.stdout, new RegExp(`lifeboat restore ${backup_id} --from-remote cloud`));
      const args = ["restore", "latest", "--from-remote", "cloud", "--apply", CONFIRM, "--trust"];
      const restored = await run([...args, "--json"]);
      assert.equal(restored.code, 0, restored.stdout);
      for (const name of ["config.toml", "sessions", "skills"]) {
        assert.ok(namesIn(join(user, ".codex")).includes(name), name);
      }
      const auth = [scene.home, join(user, ".codex")].map((home) =>
        Deno.readTextFileSync(join(home, "auth.json"))
      );
      assert.equal(auth[0], auth[1]);
      const again = await run(["restore", "latest", "--from-remote", "cloud", "--json"]);
      const { create, overwrite, unchanged } = (again.json as unknown as Planned).plan;
      assert.ok(create === 0 && overwrite === 0 && unchanged > 5, "all of it is there");
      assert.deepEqual(namesIn(join(user, ".local", "state", "lifeboat", "downloads")), []);
      assert.deepEqual(namesIn(temp), []);
    });
  }));

Deno.test("what is not encrypted is not uploaded unless that is said, and then only once", () =>
  withCloud(async (scene) => {
    const { backup_id } = await scene.backUp("--no-directory");
    const refused = await json(scene, ["sync", "latest"], 2);
    assert.equal(refused.error.code, "plaintext_refused");
    assert.deepEqual((await json(scene, ["list", "--remote", "cloud"])).backups, []);
    const sync = ["sync", "--all", "--allow-plaintext"];
    assert.equal((await json(scene, sync)).synced[0].outcome, "uploaded");
    assert.equal((await json(scene, sync)).synced[0].outcome, "already_there");
    assert.equal((await json(scene, [...sync, "--force"])).synced[0].outcome, "uploaded");
    const [there] = (await json(scene, ["list", "--remote", "cloud"])).backups;
    const [here] = (await json(scene, ["list"])).backups;
    assert.deepEqual(here.remote, ["cloud"]);
    for (const key of ["id", "status", "profile", "created_at", "files", "bytes", "signed_by"]) {
      assert.deepEqual(there[key], here[key], key);
    }
    assert.equal(there.id, backup_id);
  }));

/** Bytes of which a large home has noise, so that a file of it is a small part of the archive. */
const NOISE = 12 << 20;

/** Runs a test at a bucket behind a proxy; `got` says how many bytes were downloaded since. */
async function withCounter(
  scene: Scene,
  use: (got: () => number) => Promise<void>,
): Promise<void> {
  const noise = new Uint8Array(NOISE);
  for (let at = 0; at < noise.length; at += 65536) {
    crypto.getRandomValues(noise.subarray(at, at + 65536));
  }
  Deno.writeFileSync(join(scene.home, "large.bin"), noise);
  let got = 0;
  const count = ({ kind, headers }: Arrival) => {
    const range = /bytes=(\d+)-(\d+)/.exec(headers.range ?? "");
    if (kind === "get" && range) got += Number(range[2]) - Number(range[1]) + 1;
  };
  const proxy = await startFaultyProxy(server.port, count);
  try {
    await ok(scene, addBucket(`e2e/${++prefixes}`, proxy.port), AWS);
    await use(() => got);
  } finally {
    await proxy.stop();
  }
}

/** How the two kinds of archives are made, sent and opened. */
const ARCHIVES: [name: string, make: (scene: Scene) => Promise<[string[], string[], string[]]>][] =
  [
    ["plain", () => Promise.resolve([[], ["--allow-plaintext"], []])],
    ["encrypted", async (scene) => {
      const { recipient, file } = await ageKey(join(scene.folder, "key.txt"));
      return [["--recipient", recipient], [], ["--identity", file]];
    }],
  ];

for (const [name, make] of ARCHIVES) {
  Deno.test(`one file comes back by reading only its part of the ${name} archive`, () =>
    withScene((scene) =>
      withCounter(scene, async (got) => {
        const [toMake, toSync, toOpen] = await make(scene);
        await scene.backUp("--no-directory", "--kit", "full", ...toMake);
        await ok(scene, ["sync", "latest", ...toSync]);
        const config = join(scene.home, "config.toml");
        const before = Deno.readTextFileSync(config);
        Deno.writeTextFileSync(config, 'model = "other"\n');
        const from = ["restore", "latest", "--from-remote", "cloud", ...toOpen];
        const start = got();
        await ok(scene, [...from, "--only", "config.toml", "--apply", CONFIRM]);
        assert.equal(Deno.readTextFileSync(config), before);
        assert.ok(got() > start && got() - start < 2 << 20, `${got() - start} bytes were read`);
      })
    ));

  Deno.test(`one conversation comes back by reading only its part of the ${name} archive`, () =>
    withScene((scene) =>
      withCounter(scene, async (got) => {
        const [toMake, toSync, toOpen] = await make(scene);
        await scene.backUp("--no-directory", "--kit", "full", ...toMake);
        await ok(scene, ["sync", "latest", ...toSync]);
        const { sessions } = await json(scene, ["sessions", "list"]);
        const { id, path } = sessions[0];
        Deno.removeSync(path);
        const from = ["restore", "latest", "--from-remote", "cloud", ...toOpen];
        const start = got();
        await ok(scene, [...from, "--session", id, "--apply", CONFIRM]);
        assert.ok(Deno.statSync(path).size > 0);
        assert.ok(got() > start && got() - start < 2 << 20, `${got() - start} bytes were read`);
      })
    ));
}

Deno.test("verify finds what a bucket has lost or changed", () =>
  withCloud(async (scene, prefix) => {
    const { archive } = await scene.backUp("--no-directory");
    await ok(scene, ["sync", "latest", "--allow-plaintext"]);
    await ok(scene, ["verify", "latest", "--remote", "cloud"]);
    const report = await json(scene, ["verify", "latest", "--remote", "cloud", "--data"]);
    assert.ok(report.ok && report.files_checked > 5);
    await json(scene, ["verify", "--all", "--remote", "cloud"]);
    assert.ok(archive && prefix);
  }));

Deno.test("a folder holds backups as a bucket does, and damage in it is found", () =>
  withScene(async (scene) => {
    const disk = join(scene.folder, "disk");
    Deno.mkdirSync(disk);
    await ok(scene, ["backends", "add", "folder", "--path", disk, "--name", "nas"]);
    const { backup_id } = await scene.backUp("--no-directory");
    await ok(scene, ["sync", backup_id, "--allow-plaintext", "--storage", "nas"]);
    const [machine] = namesIn(join(disk, "machines"));
    const stored = join(disk, "machines", machine, `${backup_id}.tar.gz`);
    assert.ok(namesIn(join(disk, "machines", machine)).includes(`${backup_id}.lifeboat.json`));
    await ok(scene, ["verify", backup_id, "--remote", "nas", "--data"]);
    const bytes = Deno.readFileSync(stored);
    bytes[Math.floor(bytes.length / 3)] ^= 1;
    Deno.writeFileSync(stored, bytes);
    await ok(scene, ["verify", backup_id, "--remote", "nas"]);
    const damaged = await scene.run(["verify", backup_id, "--remote", "nas", "--data", "--json"]);
    assert.notEqual(damaged.code, 0);
    Deno.removeSync(stored);
    const gone = await json(scene, ["verify", backup_id, "--remote", "nas"], 1);
    assert.deepEqual(gone.missing, [`${backup_id}.tar.gz`]);
    // The record says that it is there: the next sync brings it back.
    const again = ["sync", backup_id, "--allow-plaintext", "--storage", "nas"];
    assert.equal((await json(scene, again)).synced[0].outcome, "uploaded");
    await ok(scene, ["verify", backup_id, "--remote", "nas", "--data"]);
  }));

Deno.test("backup --storage copies what it makes, and refuses before it makes what it may not", () =>
  withScene(async (scene) => {
    const disk = join(scene.folder, "disk");
    Deno.mkdirSync(disk);
    await ok(scene, ["backends", "add", "folder", "--path", disk, "--name", "nas"]);
    const backup = ["backup", "--kit", "light", "--no-directory", "--storage"];
    assert.equal((await json(scene, [...backup, "nas"], 2)).error.code, "plaintext_refused");
    const plain = [...backup, "nas", "--allow-plaintext"];
    const other = [...backup, "other", "--allow-plaintext"];
    assert.equal((await json(scene, other, 10)).error.code, "no_such_backend");
    assert.equal((await json(scene, [...plain, "--no-archive"], 2)).error.code, "usage");
    assert.deepEqual(scene.published(), []);
    assert.equal((await json(scene, plain)).sync.synced[0].outcome, "uploaded");
    assert.deepEqual((await json(scene, ["list"])).backups[0].remote, ["nas"]);
    Deno.removeSync(join(disk, ".lifeboat-backend.json"));
    const { error } = await json(scene, plain, 20);
    assert.equal(error.code, "remote_unreachable");
    assert.match(error.message, /The backup was made/);
    assert.equal((await json(scene, ["list"])).backups.length, 2);
  }));

Deno.test("the last copy of a home stays, another one is deleted with all its objects", () =>
  withScene(async (scene) => {
    const disk = join(scene.folder, "disk");
    Deno.mkdirSync(disk);
    await ok(scene, ["backends", "add", "folder", "--path", disk, "--name", "nas"]);
    const first = await scene.backUp("--no-directory");
    await ok(scene, ["sync", first.backup_id, "--allow-plaintext"]);
    const args = ["delete", first.backup_id, "--remote", "nas"];
    assert.equal((await json(scene, args, 2)).error.code, "confirmation_required");
    assert.equal((await json(scene, [...args, "--yes"], 2)).error.code, "last_verified_backup");
    const second = await scene.backUp("--no-directory");
    await ok(scene, ["sync", second.backup_id, "--allow-plaintext"]);
    assert.equal((await json(scene, [...args, "--yes"])).keys.length, 3);
    const [machine] = namesIn(join(disk, "machines"));
    assert.deepEqual(namesOf(first.backup_id, join(disk, "machines", machine)), []);
    assert.ok(namesIn(scene.backups).includes(`${first.backup_id}.tar.gz`), "the local one stays");
  }));

/** Backups of the home, copied to a folder that is a backend; how many keys it has for a name. */
async function withCopies(
  scene: Scene,
  count: number,
): Promise<{ ids: string[]; keysOf(id: string): string[] }> {
  const disk = join(scene.folder, "disk");
  Deno.mkdirSync(disk);
  await ok(scene, ["backends", "add", "folder", "--path", disk, "--name", "nas"]);
  const ids: string[] = [];
  for (let at = 0; at < count; at++) ids.push((await scene.backUp("--no-directory")).backup_id);
  await ok(scene, ["sync", "--all", "--allow-plaintext"]);
  const [machine] = namesIn(join(disk, "machines"));
  const folder = join(disk, "machines", machine);
  const keysOf = (id: string) =>
    namesOf(id, folder).filter((name) => !name.startsWith(".")).map((name) => join(folder, name));
  return { ids, keysOf };
}

Deno.test("prune at a backend removes just the copies that it said, and nothing here", () =>
  withScene(async (scene) => {
    const { ids, keysOf } = await withCopies(scene, 3);
    const local = scene.published();
    const prune = ["prune", "--remote", "nas", "--keep-last", "2"];
    assert.equal((await json(scene, prune.slice(0, 3), 2)).error.code, "no_keep_rule");
    const planned = await json(scene, prune);
    assert.deepEqual(planned.remove.map(({ id }: { id: string }) => id), [ids[0]]);
    assert.equal(planned.remove[0].paths.length, 3);
    assert.equal(keysOf(ids[0]).length, 3);
    const done = await json(scene, [...prune, "--apply"]);
    assert.deepEqual({ ...done, dry_run: true }, planned);
    assert.deepEqual(ids.map((id) => keysOf(id).length), [0, 3, 3]);
    assert.deepEqual(scene.published(), local);
    const listed = (await json(scene, ["list"])).backups;
    const remotes = (id: string) => listed.find((item: { id: string }) => item.id === id).remote;
    assert.deepEqual(ids.map(remotes), [[], ["nas"], ["nas"]]);
  }));

Deno.test("prune and delete keep the last copy that is sound, not the last that is listed", () =>
  withScene(async (scene) => {
    const { ids: [first, second], keysOf } = await withCopies(scene, 2);
    const archive = keysOf(second).find((path) => path.endsWith(".tar.gz"))!;
    Deno.truncateSync(archive, 1000);
    const { keep, remove } = await json(scene, ["prune", "--remote", "nas", "--keep-last", "1"]);
    const reasons = keep.map((one: { id: string; reasons: string[] }) => [one.id, ...one.reasons]);
    assert.deepEqual(reasons, [[second, "last"], [first, "last_that_parses"]]);
    assert.deepEqual(remove, []);
    const refused = await json(scene, ["delete", first, "--remote", "nas", "--yes"], 2);
    assert.equal(refused.error.code, "last_verified_backup");
    await json(scene, ["delete", second, "--remote", "nas", "--yes"]);
  }));

Deno.test("status says how old the newest copy is, and lists what a backend has lost", () =>
  withScene(async (scene) => {
    assert.deepEqual((await json(scene, ["status"], 1)).backends, []);
    const { ids: [first, second], keysOf } = await withCopies(scene, 2);
    const newest = async () => (await json(scene, ["status"])).homes[0].last_copy;
    assert.deepEqual([(await newest()).id, (await newest()).remote], [second, ["nas"]]);
    assert.match((await ok(scene, ["status"])).stdout, /Newest copy +codex-backup.*, at nas/);
    for (const path of keysOf(second)) Deno.removeSync(path); // by somebody else
    await json(scene, ["list", "--remote", "nas"]);
    assert.equal((await newest()).id, first);
    await json(scene, ["backends", "remove", "nas"]);
    assert.deepEqual([await newest(), (await json(scene, ["status"])).homes[0].findings], [
      null,
      [],
    ]);
  }));

Deno.test("prune leaves the copies of other machines alone", () =>
  withScene(async (scene) => {
    const { ids, keysOf } = await withCopies(scene, 2);
    const machine = join(scene.user, ".local", "state", "lifeboat", "machine.json");
    Deno.writeTextFileSync(machine, '{"id": "second-1", "name": "second"}');
    const prune = ["prune", "--remote", "nas", "--keep-last", "1", "--apply"];
    assert.deepEqual((await json(scene, prune)).remove, []);
    assert.deepEqual(ids.map((id) => keysOf(id).length), [3, 3]);
  }));

Deno.test("two machines share a bucket, and see each other's backups only when asked to", () =>
  withCloud(async (scene, prefix) => {
    await scene.backUp("--no-directory");
    await ok(scene, ["sync", "latest", "--allow-plaintext"]);
    const machine = join(scene.user, ".local", "state", "lifeboat", "machine.json");
    Deno.writeTextFileSync(machine, '{"id": "second-1", "name": "second"}');
    const own = await json(scene, ["list", "--remote", "cloud"]);
    assert.deepEqual([own.backups.length, own.others], [0, 1]);
    await ok(scene, ["sync", "latest", "--allow-plaintext"]);
    const all = await json(scene, ["list", "--remote", "cloud", "--all-machines"]);
    assert.equal(all.backups.length, 2);
    Deno.writeTextFileSync(machine, '{"id": "third-1", "name": "third"}');
    const unclear = await json(scene, ["restore", "latest", "--from-remote", "cloud"], 2);
    assert.equal(unclear.error.code, "ambiguous_id");
    const { id } = all.backups[0];
    await json(scene, ["restore", `second-1/${id}`, "--from-remote", "cloud"]);
    assert.ok(prefix);
  }));

Deno.test("an unreachable, unknown or refused backend ends with its exit code, and changes nothing", () =>
  withCloud(async (scene) => {
    await scene.backUp("--no-directory");
    const sync = ["sync", "latest", "--allow-plaintext", "--storage"];
    assert.equal((await json(scene, [...sync, "other"], 10)).error.code, "no_such_backend");
    const key = join(scene.user, ".config", "lifeboat", "secrets.key");
    const kept = Deno.readTextFileSync(key);
    Deno.removeSync(key);
    assert.equal((await json(scene, [...sync, "cloud"], 12)).error.code, "no_secret_key");
    Deno.writeTextFileSync(key, kept);
    const file = join(scene.user, ".config", "lifeboat", "backends.json");
    const config = Deno.readTextFileSync(file).replace(/"bucket": "[^"]*"/, '"bucket": "gone-one"');
    Deno.writeTextFileSync(file, config);
    assert.equal((await json(scene, [...sync, "cloud"], 20)).error.code, "no_such_bucket");
    assert.deepEqual((await json(scene, ["list"])).backups[0].remote, []);
  }));

Deno.test("keys are asked for on a terminal, and what is typed does not show", () =>
  withScene(async (scene) => {
    const args = addBucket(`e2e/${++prefixes}`).filter((arg) => arg !== "--json");
    const dialogue = talk(scene.user, [PROGRAM, ...args]);
    await dialogue.sees("Access key ID: ");
    await dialogue.types(AWS.AWS_ACCESS_KEY_ID);
    await dialogue.sees("does not show");
    await dialogue.types(AWS.AWS_SECRET_ACCESS_KEY);
    const { code, shown } = await dialogue.end();
    assert.equal(code, 0, shown);
    assert.ok(!shown.includes(AWS.AWS_SECRET_ACCESS_KEY), shown);
    await ok(scene, ["backends", "test", "cloud"]);
  }));
