import { Buffer } from "node:buffer";
import { join } from "node:path";
import {
  isGenuine,
  machineSigner,
  parseSignature,
  type SignatureFile,
  signedBy,
  type Signer,
  signManifest,
  trustSigner,
} from "../../src/seal/mod.ts";
import { type Host, realFs } from "../../src/base/mod.ts";
import { assert } from "../assert.ts";
import { testHost, withTempDir } from "../support/host.ts";
import { run } from "../../scripts/build/process.ts";

const HASH = "AB".repeat(32);

function signerOf(host: Host): Signer {
  const found = machineSigner(host);
  assert.ok("signer" in found, JSON.stringify(found));
  return found.signer;
}

function signed(host: Host): SignatureFile {
  return parseSignature(signManifest(signerOf(host), HASH))!;
}

Deno.test("a signature is that of the machine's key over a manifest's hash", () =>
  withTempDir((folder) => {
    const file = signed(testHost(folder));
    assert.equal(file.manifest_sha256, HASH);
    assert.ok(isGenuine(file));
    assert.ok(!isGenuine({ ...file, manifest_sha256: "CD".repeat(32) }), "over another hash");
    const other = signed(testHost(join(folder, "other")));
    assert.ok(!isGenuine({ ...file, public_key: other.public_key }), "of another key");
  }));

Deno.test("no bit of a signature can be another", () =>
  withTempDir((folder) => {
    const file = signed(testHost(folder));
    const bytes = Buffer.from(file.signature, "base64");
    for (let bit = 0; bit < bytes.length * 8; bit += 5) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3] ^= 1 << (bit & 7);
      assert.ok(!isGenuine({ ...file, signature: changed.toString("base64") }), `bit ${bit}`);
    }
  }));

Deno.test("what is no signature is none", () =>
  withTempDir((folder) => {
    const file = signed(testHost(folder));
    const text = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
    assert.ok(parseSignature(text(file)));
    for (
      const bad of [
        null,
        [],
        {},
        { ...file, format: "other" },
        { ...file, version: 2 },
        { ...file, algorithm: "none" },
        { ...file, public_key: "" },
        { ...file, public_key: 7 },
        { ...file, signature: file.signature.slice(4) },
        { ...file, manifest_sha256: HASH.toLowerCase() },
      ]
    ) assert.equal(parseSignature(text(bad)), undefined, JSON.stringify(bad));
    assert.equal(parseSignature(Uint8Array.of(0xff, 0xfe)), undefined);
  }));

Deno.test("openssl accepts the signature of a manifest", () =>
  withTempDir(async (folder) => {
    const file = signed(testHost(folder));
    const spki = "302a300506032b6570032100" +
      Buffer.from(file.public_key, "base64").toString("hex");
    Deno.writeFileSync(join(folder, "key.der"), Buffer.from(spki, "hex"));
    Deno.writeFileSync(join(folder, "signature"), Buffer.from(file.signature, "base64"));
    const text = `lifeboat backup signature v1\nmanifest.json SHA-256 ${HASH}\n`;
    Deno.writeTextFileSync(join(folder, "text"), text);
    const args =
      "pkeyutl -verify -pubin -inkey key.der -keyform DER -rawin -in text -sigfile signature";
    await run("openssl", args.split(" "), { cwd: folder });
  }));

Deno.test("the key is made once, for its owner only, and stays", () =>
  withTempDir((folder) => {
    const host = testHost(folder);
    const first = signerOf(host).publicKey;
    assert.equal(signerOf(host).publicKey, first);
    const keys = join(host.folders.config, "keys");
    assert.equal(realFs.lstat(keys).mode, 0o700);
    for (const { name } of realFs.list(keys).entries) {
      assert.equal(realFs.lstat(join(keys, name)).mode, 0o600, name);
    }
  }));

Deno.test("a key that others could read is not used, and the reason is told", () =>
  withTempDir((folder) => {
    const host = testHost(folder);
    signerOf(host);
    Deno.chmodSync(join(host.folders.config, "keys", "signing.key"), 0o644);
    const found = machineSigner(host);
    assert.ok("reason" in found && found.reason.includes("not private"), JSON.stringify(found));
  }));

Deno.test("a key that is damaged is not replaced", () =>
  withTempDir((folder) => {
    const host = testHost(folder);
    signerOf(host);
    const path = join(host.folders.config, "keys", "signing.key");
    Deno.writeTextFileSync(path, "nothing");
    assert.ok("reason" in machineSigner(host));
    assert.equal(Deno.readTextFileSync(path), "nothing");
  }));

Deno.test("a key is this machine's, known by a name, or unknown", () =>
  withTempDir((folder) => {
    const [here, there] = [testHost(folder), testHost(join(folder, "there"))];
    const [own, other] = [signerOf(here).publicKey, signerOf(there).publicKey];
    assert.equal(signedBy(here, own).by, "this_machine");
    assert.equal(signedBy(here, other).by, "unknown");
    trustSigner(here, { name: "old laptop", public_key: other });
    assert.deepEqual(signedBy(here, other), { by: "known", name: "old laptop", public_key: other });
    assert.throws(() => trustSigner(here, { name: "old laptop", public_key: own }), {
      code: "name_taken",
    });
    trustSigner(here, { name: "older laptop", public_key: other });
    assert.equal(signedBy(here, other).name, "older laptop");
  }));

Deno.test("no name or key can smuggle another line into the list of known keys", () =>
  withTempDir((folder) => {
    const host = testHost(folder);
    const public_key = signerOf(testHost(join(folder, "there"))).publicKey;
    for (const name of ["", "a\nb", "#x", " x", "a\u202eb"]) {
      assert.throws(() => trustSigner(host, { name, public_key }), { code: "usage" });
    }
    assert.throws(() => trustSigner(host, { name: "x", public_key: "AAAA" }), { code: "usage" });
  }));
