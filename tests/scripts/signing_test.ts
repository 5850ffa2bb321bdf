import { join } from "node:path";
import { run } from "../../scripts/build/process.ts";
import {
  createKey,
  plainSignature,
  publicKeyOf,
  SSH_NAMESPACE,
  sshPublicKey,
  sshSignature,
} from "../../scripts/release/signing.ts";
import { assert } from "../assert.ts";
import { withTempDir } from "../support/host.ts";

const DATA = new TextEncoder().encode("0123  lifeboat-linux-x64\n");

/** Whether OpenSSL accepts the plain signature of DATA as one of `data`. */
async function opensslAccepts(folder: string, data: Uint8Array): Promise<boolean> {
  const { privateKey, publicKey } = createKey();
  await Deno.writeTextFile(join(folder, "key.pem"), publicKey);
  await Deno.writeFile(join(folder, "data"), data);
  const signature = Uint8Array.fromBase64(plainSignature(DATA, privateKey));
  assert.equal(signature.length, 64);
  await Deno.writeFile(join(folder, "signature"), signature);
  const args = "pkeyutl -verify -pubin -inkey key.pem -rawin -in data -sigfile signature";
  return await run("openssl", args.split(" "), { cwd: folder }).then(() => true, () => false);
}

/** Whether ssh-keygen accepts the signature of DATA as one of `data`. */
async function sshAccepts(folder: string, data: Uint8Array): Promise<boolean> {
  const { privateKey, publicKey } = createKey();
  await Deno.writeTextFile(
    join(folder, "signers"),
    `${SSH_NAMESPACE} ${sshPublicKey(publicKey)}\n`,
  );
  await Deno.writeTextFile(join(folder, "signature"), sshSignature(DATA, privateKey));
  const args = ["-Y", "verify", "-f", "signers", "-I", SSH_NAMESPACE, "-n", SSH_NAMESPACE];
  const child = new Deno.Command("ssh-keygen", {
    args: [...args, "-s", "signature"],
    cwd: folder,
    stdin: "piped",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const stdin = child.stdin.getWriter();
  await stdin.write(data);
  await stdin.close();
  return (await child.status).success;
}

Deno.test("openssl accepts the plain signature of the data, and of nothing else", async () => {
  await withTempDir(async (folder) => {
    assert.ok(await opensslAccepts(folder, DATA));
    assert.ok(!await opensslAccepts(folder, DATA.toReversed()));
  });
});

Deno.test("ssh-keygen accepts the SSH signature of the data, and of nothing else", async () => {
  await withTempDir(async (folder) => {
    assert.ok(await sshAccepts(folder, DATA));
    assert.ok(!await sshAccepts(folder, DATA.toReversed()));
  });
});

Deno.test("the public half is derived from the private one, which must be Ed25519", async () => {
  const { privateKey, publicKey } = createKey();
  assert.equal(publicKeyOf(privateKey), publicKey);
  const other = await run("openssl", ["genpkey", "-algorithm", "X25519"]);
  assert.throws(() => publicKeyOf(other), /must be Ed25519/);
});
