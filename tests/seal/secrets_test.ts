import { join } from "node:path";
import { loadSecretKey, openSecret, sealSecret } from "../../src/seal/secrets.ts";
import { assert, rejectsWith } from "../assert.ts";
import { testHost, withTempDir } from "../support/host.ts";

const KEY = { text: "0123456789abcdef0123456789abcdef", source: "a test" };

Deno.test("a sealed secret opens with its key and under its label, and shows nothing of itself", () => {
  for (const secret of ["", "hunter2", "пароль 密码", "x".repeat(5000)]) {
    const sealed = sealSecret(KEY, secret, "b");
    assert.equal(openSecret(KEY, sealed, "b"), secret);
    assert.ok(secret === "" || !sealed.includes(secret));
    assert.notEqual(sealSecret(KEY, secret, "b"), sealed);
  }
});

Deno.test("another key, another label, and what was changed or cut off are refused", async () => {
  const sealed = sealSecret(KEY, "hunter2", "b");
  const refused = async (act: () => unknown) => {
    const error = await rejectsWith(act, "wrong_secret_key");
    assert.equal(error.kind, "untrusted");
    assert.ok(!error.message.includes("hunter2"));
  };
  await refused(() => openSecret({ ...KEY, text: KEY.text + "x" }, sealed, "b"));
  await refused(() => openSecret(KEY, sealed, "c"));
  const bytes = Uint8Array.fromBase64(sealed.slice(3));
  for (let at = 0; at < bytes.length; at += 7) {
    const changed = bytes.slice();
    changed[at] ^= 1;
    await refused(() => openSecret(KEY, `v1:${changed.toBase64()}`, "b"));
  }
  for (const text of ["", "v1:", sealed.slice(3), sealed.slice(0, 40), "hunter2"]) {
    await refused(() => openSecret(KEY, text, "b"));
  }
});

Deno.test("a key file is made once, private, and only where nothing is sealed yet", () =>
  withTempDir(async (folder) => {
    const host = testHost(folder);
    const path = join(host.folders.config, "secrets.key");
    const error = await rejectsWith(() => loadSecretKey(host, false), "no_secret_key");
    assert.equal(error.kind, "untrusted");
    assert.throws(() => Deno.statSync(path), Deno.errors.NotFound);
    const made = loadSecretKey(host, true);
    assert.equal(loadSecretKey(host, false).text, made.text);
    assert.equal(loadSecretKey(host, true).text, made.text);
    if (Deno.build.os !== "windows") assert.equal(Deno.statSync(path).mode! & 0o777, 0o600);
    Deno.writeTextFileSync(path, "");
    await rejectsWith(() => loadSecretKey(host, true), "wrong_secret_key");
  }));

Deno.test("the environment's key goes before the file's, and makes none", () =>
  withTempDir((folder) => {
    const host = testHost(folder, { env: { LIFEBOAT_ENCRYPTION_KEY: "of the environment" } });
    assert.equal(loadSecretKey(host, true).text, "of the environment");
    assert.throws(() => Deno.statSync(host.folders.config), Deno.errors.NotFound);
  }));
