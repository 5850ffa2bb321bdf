/** What `lifeboat backends` keeps, and what it refuses. */
import { Buffer } from "node:buffer";
import { createCipheriv, pbkdf2Sync, randomBytes } from "node:crypto";
import { join } from "node:path";
import type { Host } from "../../src/base/mod.ts";
import { readBackends } from "../../src/remote/config.ts";
import { importClawbackupBackends } from "../../src/remote/import_clawbackup.ts";
import {
  addBucket,
  addFolder,
  listBackends,
  removeBackend,
  setDefaultBackend,
  testBackend,
} from "../../src/remote/manage.ts";
import { openBackend } from "../../src/remote/open.ts";
import { assert, rejectsWith } from "../assert.ts";
import { testHost, withTempDir } from "../support/host.ts";
import { startS3Server } from "../support/s3/server.ts";

const server = await startS3Server();
const { bucket, endpoint } = server.place;
const SECRET = "secret-that-is-nowhere";

function hostIn(folder: string, env: Record<string, string> = {}): Host {
  return testHost(folder, { env, now: () => new Date() });
}

const AWS = {
  AWS_ACCESS_KEY_ID: server.keys.accessKeyId,
  AWS_SECRET_ACCESS_KEY: server.keys.secretAccessKey,
};

const fileOf = (host: Host) => join(host.folders.config, "backends.json");

Deno.test("a bucket is added, tried, made the default one, and removed", () =>
  withTempDir(async (folder) => {
    const host = hostIn(folder, AWS);
    const { backend } = await addBucket(host, { bucket, endpoint, prefix: "/a//b/" });
    assert.deepEqual([backend.id, backend.prefix, backend.default], [bucket, "a/b", true]);
    assert.deepEqual((await testBackend(host)).steps, ["write", "read", "list", "delete"]);
    await addFolder(host, { path: folder, name: "disk" });
    assert.deepEqual(listBackends(host).backends.map((item) => [item.id, item.default]), [
      ["local", false],
      [bucket, true],
      ["disk", false],
    ]);
    await setDefaultBackend(host, "disk");
    assert.equal(openBackend(host).name, "disk");
    await removeBackend(host, "disk");
    await rejectsWith(() => openBackend(host), "no_such_backend");
    await setDefaultBackend(host, bucket);
    await setDefaultBackend(host, "local");
    assert.equal(readBackends(host).default, null);
  }));

Deno.test("keys are stored sealed, and work without the environment they came from", () =>
  withTempDir(async (folder) => {
    await addBucket(hostIn(folder, AWS), { bucket, endpoint });
    const text = Deno.readTextFileSync(fileOf(hostIn(folder)));
    assert.ok(!text.includes(server.keys.secretAccessKey) && !text.includes("test:tester"));
    await testBackend(hostIn(folder));
  }));

Deno.test("keys can be read at each run: from the environment, or the shared credentials file", () =>
  withTempDir(async (folder) => {
    await addBucket(hostIn(folder, AWS), { bucket, endpoint, credentials: "environment" });
    await rejectsWith(() => testBackend(hostIn(folder)), "no_credentials");
    await testBackend(hostIn(folder, AWS));
    Deno.mkdirSync(join(folder, ".aws"));
    const lines = ["[other]", "aws_access_key_id = no", "[work]"];
    for (const [name, value] of Object.entries(AWS)) lines.push(`${name.toLowerCase()}=${value}`);
    Deno.writeTextFileSync(join(folder, ".aws", "credentials"), lines.join("\r\n"));
    const file = { bucket, endpoint, credentials: "file", name: "f", awsProfile: "work" } as const;
    await addBucket(hostIn(folder), file);
    await testBackend(hostIn(folder), "f");
    const missing = { ...file, name: "g", awsProfile: "other" };
    await rejectsWith(() => addBucket(hostIn(folder), missing), "no_credentials");
    assert.ok(!Deno.readTextFileSync(fileOf(hostIn(folder))).includes("sealed"));
  }));

Deno.test("without keys, with keys that expire, or with wrong ones, nothing is added", () =>
  withTempDir(async (folder) => {
    const add = (env: Record<string, string>) =>
      addBucket(hostIn(folder, env), { bucket, endpoint });
    await rejectsWith(() => add({}), "no_credentials");
    await rejectsWith(() => add({ ...AWS, AWS_SESSION_TOKEN: SECRET }), "no_credentials");
    const wrong = { ...AWS, AWS_SECRET_ACCESS_KEY: SECRET };
    const error = await rejectsWith(() => add(wrong), "remote_keys_refused");
    assert.ok(!`${error.message}${error.hint}`.includes(SECRET));
    assert.deepEqual(readBackends(hostIn(folder)).backends, []);
  }));

Deno.test("a missing or wrong key is an error, and never replaced by a new one", () =>
  withTempDir(async (folder) => {
    const host = hostIn(folder, AWS);
    await addBucket(host, { bucket, endpoint });
    const before = Deno.readTextFileSync(fileOf(host));
    const keyFile = join(host.folders.config, "secrets.key");
    const key = Deno.readTextFileSync(keyFile);
    Deno.removeSync(keyFile);
    const second = { bucket, endpoint, name: "second" };
    for (const act of [() => testBackend(host), () => addBucket(host, second)]) {
      await rejectsWith(act, "no_secret_key");
      assert.throws(() => Deno.statSync(keyFile), Deno.errors.NotFound);
    }
    Deno.writeTextFileSync(keyFile, "f".repeat(64));
    for (const act of [() => testBackend(host), () => addBucket(host, second)]) {
      await rejectsWith(act, "wrong_secret_key");
    }
    assert.equal(Deno.readTextFileSync(fileOf(host)), before);
    Deno.writeTextFileSync(keyFile, key);
    await testBackend(host);
  }));

Deno.test("a configuration that cannot be read is left as it is", () =>
  withTempDir(async (folder) => {
    const host = hostIn(folder, AWS);
    Deno.mkdirSync(host.folders.config, { recursive: true });
    for (const text of ["", "{", `{"schema_version":1,"backends":[{"name":"${SECRET}"}]}`, "[]"]) {
      Deno.writeTextFileSync(fileOf(host), text);
      for (const act of [() => listBackends(host), () => addFolder(host, { path: folder })]) {
        const error = await rejectsWith(act, "bad_backends_file");
        assert.ok(!error.message.includes(SECRET));
      }
      assert.equal(Deno.readTextFileSync(fileOf(host)), text);
    }
  }));

Deno.test("names that are taken or no names are refused, and unknown ones are not found", () =>
  withTempDir(async (folder) => {
    const host = hostIn(folder);
    await addFolder(host, { path: folder, name: "disk" });
    await rejectsWith(() => addFolder(host, { path: folder, name: "disk" }), "backend_exists");
    for (const name of ["", "local", "-x", "a b", "../x", "x".repeat(65)]) {
      await rejectsWith(() => addFolder(host, { path: folder, name }), "usage");
    }
    await rejectsWith(() => removeBackend(host, "other"), "no_such_backend");
    await rejectsWith(() => setDefaultBackend(host, "other"), "no_such_backend");
  }));

/** A string as ClawBackup seals it (facts E1). */
function clawSeal(key: string, text: string): string {
  const [salt, iv] = [randomBytes(64), randomBytes(16)];
  const derived = pbkdf2Sync(key, salt, 100_000, 32, "sha512");
  const cipher = createCipheriv("aes-256-gcm", derived, iv);
  const sealed = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
  return "enc:" + Buffer.concat([salt, iv, cipher.getAuthTag(), sealed]).toString("base64");
}

const CLAW_KEY = "ab".repeat(32);

function clawFile(folder: string): string {
  const path = join(folder, "backends.json");
  const seal = (text: string) => clawSeal(CLAW_KEY, text);
  const config = {
    endpoint,
    region: "us-east-1",
    bucket,
    prefix: "claw/",
    accessKeyId: seal(server.keys.accessKeyId),
    secretAccessKey: seal(server.keys.secretAccessKey),
  };
  const backends = [
    { backendId: "backend_1", backendType: "s3", name: "My S3", config, isDefault: true },
    { backendId: "backend_2", backendType: "webdav", name: "dav", config: { password: seal("x") } },
  ];
  const file = { schemaVersion: 1, encrypted: true, backends };
  Deno.writeTextFileSync(path, JSON.stringify(file));
  return path;
}

Deno.test("backends of ClawBackup are taken over, with its key file or its variable", () =>
  withTempDir(async (folder) => {
    const path = clawFile(folder);
    const env = { CLAWBACKUP_ENCRYPTION_KEY: CLAW_KEY };
    const { imported, skipped } = await importClawbackupBackends(hostIn(folder, env), path);
    assert.deepEqual(imported.map(({ id, prefix }) => [id, prefix]), [["My-S3", "claw"]]);
    assert.deepEqual(skipped.map(({ id }) => id), ["backend_2"]);
    await testBackend(hostIn(folder), "My-S3");
    await removeBackend(hostIn(folder), "My-S3");
    Deno.writeTextFileSync(join(folder, ".encryption_key"), CLAW_KEY + "\n");
    assert.equal((await importClawbackupBackends(hostIn(folder), path)).imported.length, 1);
  }));

Deno.test("without ClawBackup's key, or with another one, nothing is imported or made", () =>
  withTempDir(async (folder) => {
    const path = clawFile(folder);
    const host = hostIn(folder);
    await rejectsWith(() => importClawbackupBackends(host, path), "no_secret_key");
    const wrong = hostIn(folder, { CLAWBACKUP_ENCRYPTION_KEY: "other" });
    await rejectsWith(() => importClawbackupBackends(wrong, path), "wrong_secret_key");
    await rejectsWith(() => importClawbackupBackends(host, join(folder, "no")), "no_such_file");
    Deno.writeTextFileSync(path, "{}");
    await rejectsWith(() => importClawbackupBackends(host, path), "bad_backends_file");
    assert.deepEqual(Array.from(Deno.readDirSync(folder), ({ name }) => name), ["backends.json"]);
  }));
