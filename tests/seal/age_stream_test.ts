import { join } from "node:path";
import fc from "fast-check";
import {
  CHUNK_PLAIN,
  CHUNK_SEALED,
  headerLength,
  NONCE_BYTES,
  openChunk,
  payloadKey,
  plainSize,
  sealChunks,
} from "../../src/seal/mod.ts";
import { LifeboatError } from "../../src/base/mod.ts";
import { makeHeader, openHeader } from "../../src/seal/age_header.ts";
import { assert } from "../assert.ts";
import { ageKey } from "../support/age.ts";
import { withTempDir } from "../support/host.ts";
import { runTool } from "../support/oracles.ts";

const KEY = new Uint8Array(32).fill(7);

function some(bytes: number): Uint8Array {
  return Uint8Array.from({ length: bytes }, (_, at) => (at * 31 + (at >> 8)) & 0xff);
}

function sealChunk(key: Uint8Array, first: number, isLast: boolean, plain: Uint8Array) {
  return sealChunks({ key, first, isLast, plain });
}

Deno.test("a chunk opens in its place alone, and only as it was sealed", () => {
  const plain = some(1000);
  const sealed = sealChunk(KEY, 5, false, plain);
  assert.deepEqual(openChunk(KEY, 5, false, sealed), plain);
  assert.equal(openChunk(KEY, 6, false, sealed), undefined);
  assert.equal(openChunk(KEY, 5, true, sealed), undefined);
  assert.equal(openChunk(new Uint8Array(32), 5, false, sealed), undefined);
  assert.equal(openChunk(KEY, 5, false, sealed.subarray(1)), undefined);
  assert.equal(openChunk(KEY, 5, false, new Uint8Array(3)), undefined);
  for (let at = 0; at < sealed.length; at += 101) {
    const changed = sealed.slice();
    changed[at] ^= 1;
    assert.equal(openChunk(KEY, 5, false, changed), undefined, `byte ${at}`);
  }
});

Deno.test("numbers of chunks beyond 32 bits are told apart", () => {
  const sealed = sealChunk(KEY, 2 ** 32 + 1, false, some(10));
  assert.equal(openChunk(KEY, 1, false, sealed), undefined);
  assert.deepEqual(openChunk(KEY, 2 ** 32 + 1, false, sealed), some(10));
});

Deno.test("what chunks hold follows from their length, and not every length can be one", () => {
  fc.assert(fc.property(fc.nat(5 * CHUNK_PLAIN), (bytes) => {
    const chunks = Math.max(1, Math.ceil(bytes / CHUNK_PLAIN));
    assert.equal(plainSize(bytes + chunks * (CHUNK_SEALED - CHUNK_PLAIN)), bytes);
  }));
  for (const bytes of [0, 15, CHUNK_SEALED + 1, CHUNK_SEALED + 16, 2 * CHUNK_SEALED + 15]) {
    assert.equal(plainSize(bytes), undefined, `${bytes} bytes`);
  }
});

Deno.test("age reads what is written so, at every length around a chunk's end", () =>
  withTempDir(async (folder) => {
    const { file, recipient } = await ageKey(join(folder, "key.txt"));
    const { header, fileKey } = await makeHeader({ kind: "recipients", recipients: [recipient] });
    const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
    const key = payloadKey(fileKey, nonce);
    for (const bytes of [0, 1, CHUNK_PLAIN - 1, CHUNK_PLAIN, CHUNK_PLAIN + 1, 2 * CHUNK_PLAIN]) {
      const plain = some(bytes);
      const path = join(folder, `${bytes}.age`);
      Deno.writeFileSync(
        path,
        new Uint8Array([...header, ...nonce, ...sealChunk(key, 0, true, plain)]),
      );
      assert.deepEqual(await runTool(["age", "-d", "-i", file, path]), plain, `${bytes} bytes`);
    }
  }));

Deno.test("what age has written opens chunk by chunk", () =>
  withTempDir(async (folder) => {
    const { file, recipient } = await ageKey(join(folder, "key.txt"));
    const plain = some(CHUNK_PLAIN + 300);
    const [from, to] = [join(folder, "plain"), join(folder, "sealed.age")];
    Deno.writeFileSync(from, plain);
    await runTool(["age", "-r", recipient, "-o", to, from]);
    const sealed = Deno.readFileSync(to);
    const length = headerLength(sealed)!;
    const identity = /AGE-SECRET-KEY-\S+/.exec(Deno.readTextFileSync(file))![0];
    const keys = { passphrases: [], identities: [identity] };
    const fileKey = (await openHeader(sealed.subarray(0, length), keys))!;
    const key = payloadKey(fileKey, sealed.subarray(length, length + NONCE_BYTES));
    const chunks = sealed.subarray(length + NONCE_BYTES);
    assert.equal(plainSize(chunks.length), plain.length);
    const last = openChunk(key, 1, true, chunks.subarray(CHUNK_SEALED));
    assert.deepEqual(last, plain.subarray(CHUNK_PLAIN));
  }));

Deno.test("a header opens with one of its keys, and a changed one is refused", () =>
  withTempDir(async (folder) => {
    const keys = [await ageKey(join(folder, "a")), await ageKey(join(folder, "b"))];
    const other = await ageKey(join(folder, "c"));
    const recipients = keys.map(({ recipient }) => recipient);
    const { header, fileKey } = await makeHeader({ kind: "recipients", recipients });
    const identityOf = (file: string) => /AGE-SECRET-KEY-\S+/.exec(Deno.readTextFileSync(file))![0];
    const open = (bytes: Uint8Array, file: string) =>
      openHeader(bytes, { passphrases: [], identities: [identityOf(file)] });
    for (const { file } of keys) assert.deepEqual(await open(header, file), fileKey);
    assert.equal(await open(header, other.file), undefined);
    const changed = header.slice();
    changed[changed.length - 5] ^= 1; // in the MAC
    await assert.rejects(
      open(changed, keys[0].file),
      (error) => error instanceof LifeboatError && error.code === "bad_age_header",
    );
  }));

Deno.test("an empty passphrase and what is no recipient are refused", async () => {
  const codeOf = async (readers: Parameters<typeof makeHeader>[0]) => {
    const error = await makeHeader(readers).catch((error) => error);
    return error instanceof LifeboatError ? error.code : "none";
  };
  assert.equal(await codeOf({ kind: "passphrase", passphrase: "" }), "weak_passphrase");
  for (const recipient of ["age1", "age1nonsense", "AGE-SECRET-KEY-1X", "ssh-ed25519 AAAA"]) {
    assert.equal(await codeOf({ kind: "recipients", recipients: [recipient] }), "bad_recipient");
  }
});
