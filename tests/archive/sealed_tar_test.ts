import { join } from "node:path";
import fc from "fast-check";
import {
  type ArchiveOutput,
  createArchiveWriter,
  createSealedTar,
  type SealedTar,
} from "../../src/archive/mod.ts";
import { openPayload } from "../../src/archive/payload_source.ts";
import { openSource } from "../../src/archive/source_file.ts";
import { type Host, realFs, sha256Of, type WorkerPool } from "../../src/base/mod.ts";
import { makeHeader } from "../../src/seal/age_header.ts";
import { type AgeHeader, NONCE_BYTES } from "../../src/seal/mod.ts";
import { assert, rejectsWith } from "../assert.ts";
import { type AgeKey, ageKey } from "../support/age.ts";
import { contentOf, oddEntries, storeEntries, TOP } from "../support/archives.ts";
import { faultyFs, systemError } from "../support/faulty_fs.ts";
import { testHost, withTempDir } from "../support/host.ts";
import { inlinePool } from "../support/inline_pool.ts";
import { runTool } from "../support/oracles.ts";

const MIB = 1 << 20;
const CHUNK = 64 << 10;

interface Bench {
  host: Host;
  tar: SealedTar;
  output: ArchiveOutput;
  age: AgeHeader;
  key: AgeKey;
  folder: string;
}

/** Runs with the payload of a new encrypted backup, `<folder>/a`. */
function withPayload(
  use: (bench: Bench) => Promise<void>,
  { pool = inlinePool(), changes = {} }: { pool?: WorkerPool; changes?: Partial<Host> } = {},
): Promise<void> {
  return withTempDir(async (folder) => {
    const host = testHost(folder, changes);
    const key = await ageKey(join(folder, "key.txt"));
    const age = await makeHeader({ kind: "recipients", recipients: [key.recipient] });
    const tar = createSealedTar(host, `${folder}/a`, TOP, 0);
    const output = tar.payload(age, pool);
    await use({ host, tar, output, age, key, folder });
  });
}

/** Ends the tar, and returns the payload as other programs find it. */
async function extracted({ tar, folder }: Bench): Promise<Uint8Array> {
  await tar.finish();
  return await runTool(["tar", "-xOf", `${folder}/a`, `${TOP}/payload.tar.gz.age`]);
}

async function opened({ key, folder }: Bench, payload: Uint8Array): Promise<Uint8Array> {
  const path = join(folder, "payload.age");
  Deno.writeFileSync(path, payload);
  return await runTool(["age", "-d", "-i", key.file, path]);
}

for (const size of [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, MIB - 1, MIB, MIB + 1, 5 * MIB + 7]) {
  Deno.test(`age opens a payload of ${size} bytes, and the manifest says what it is`, () =>
    withPayload(async (bench) => {
      const { output, tar } = bench;
      const plain = contentOf(size);
      for (let at = 0; at < size; at += 100_003) {
        output.write(plain.subarray(at, at + 100_003));
        await output.room!();
      }
      const written = await output.close();
      const payload = await extracted(bench);
      assert.equal(sha256Of(await opened(bench, payload)), sha256Of(plain));
      const { header_sha256, ...facts } = tar.facts;
      assert.deepEqual(written, { bytes: payload.length, sha256: sha256Of(payload) });
      assert.deepEqual(facts, { file: "payload.tar.gz.age", ...written });
      const headerBytes = bench.age.header.length + NONCE_BYTES;
      assert.equal(header_sha256, sha256Of(payload.subarray(0, headerBytes)));
    }));
}

/** A pool that sees what is sealed; `contents` has what each key has sealed under each number. */
function watchedPool() {
  const contents = new Map<string, Set<string>>();
  const inner = inlinePool(2, (job) => new Promise((resolve) => setTimeout(resolve, job * 3 % 4)));
  const pool: WorkerPool = {
    ...inner,
    run<Output>(job: string, input: unknown, transfer?: Transferable[]) {
      const { key, first, plain } = input as { key: Uint8Array; first: number; plain: Uint8Array };
      for (let at = 0; at < plain.length; at += CHUNK) {
        const place = `${key.toHex()} ${first + at / CHUNK}`;
        const seen = contents.get(place) ?? new Set();
        contents.set(place, seen.add(sha256Of(plain.subarray(at, at + CHUNK))));
      }
      return inner.run<Output>(job, input, transfer);
    },
  };
  return { pool, contents };
}

const step = fc.oneof(
  fc.record({ write: fc.nat(3 * MIB) }),
  fc.record({ write: fc.constantFrom(1, CHUNK, MIB) }),
  fc.record({ keep: fc.double({ min: 0, max: 1, noNaN: true }) }),
  fc.record({ keepChunks: fc.nat(40) }),
);

Deno.test("whatever is taken back, the rest is there, and no key has sealed two contents", () =>
  fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (steps) => {
      const { pool, contents } = watchedPool();
      await withPayload(async ({ host, tar, output, folder }) => {
        let model = new Uint8Array();
        for (const [n, one] of steps.entries()) {
          if ("write" in one) {
            const piece = contentOf(one.write).map((byte) => byte ^ n);
            output.write(piece);
            await output.room!();
            model = new Uint8Array([...model, ...piece]);
          } else {
            const kept = "keep" in one ? one.keep * model.length : one.keepChunks * CHUNK;
            const at = Math.min(Math.floor(kept), model.length);
            await output.restore({ at });
            model = model.slice(0, at);
          }
          assert.equal(output.at, model.length);
        }
        await output.close();
        const { sha256 } = await tar.finish();
        assert.equal(sha256, sha256Of(Deno.readFileSync(`${folder}/a`)));
        const source = openPayload(openSource(host, `${folder}/a`), tar.place);
        assert.equal(source.size, model.length);
        assert.equal(sha256Of(source.read(0, source.size)), sha256Of(model));
        source.close();
      }, { pool });
      for (const [place, seen] of contents) assert.equal(seen.size, 1, place);
    }),
    { numRuns: 15 },
  ));

/** In the midst of what is sealed, and just where that ends. */
for (const kept of [2 * MIB + 17, 8 * MIB]) {
  Deno.test(`age opens the ${kept} bytes that are left when the rest was taken back`, () =>
    withPayload(async (bench) => {
      const { output } = bench;
      const plain = contentOf(9 * MIB);
      for (let at = 0; at < plain.length; at += MIB) output.write(plain.subarray(at, at + MIB));
      await output.restore({ at: kept });
      await output.close();
      const left = await opened(bench, await extracted(bench));
      assert.equal(sha256Of(left), sha256Of(plain.subarray(0, kept)));
    }));
}

Deno.test("an archive is the same inside, also when a large file was dropped from it", () =>
  withPayload(async (bench) => {
    const { host, output, folder } = bench;
    const options = { format: "tar.gz" as const, top: TOP, level: 1, pool: inlinePool() };
    const plain = createArchiveWriter(host, { ...options, path: `${folder}/plain` });
    await storeEntries(plain, oddEntries());
    await plain.finish();
    const writer = createArchiveWriter(host, { ...options, path: `${folder}/b`, output });
    const [first, ...rest] = oddEntries();
    await storeEntries(writer, [first]);
    const meta = { path: "files/dropped", size: 30 * MIB, mode: 0o600, mtimeMs: 0 };
    const sink = await writer.beginFile(meta);
    const noise = new Uint8Array(MIB);
    for (let at = 0; at < 29; at++) {
      for (let n = 0; n < MIB; n += CHUNK) crypto.getRandomValues(noise.subarray(n, n + CHUNK));
      await sink.write(noise);
    }
    assert.ok(output.at > 10 * MIB, "much of it is sealed already");
    await sink.rollback();
    await storeEntries(writer, rest);
    await writer.finish();
    const inside = await opened(bench, await extracted(bench));
    assert.equal(sha256Of(inside), sha256Of(Deno.readFileSync(`${folder}/plain`)));
  }));

Deno.test("going back far can be stopped", () => {
  const stop = new AbortController();
  return withPayload(async ({ tar, output, folder }) => {
    output.write(contentOf(3 * MIB));
    stop.abort();
    await rejectsWith(async () => await output.restore({ at: 2 * MIB }), "interrupted");
    tar.discard();
    assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["key.txt"]);
  }, { changes: { signal: stop.signal } });
});

Deno.test("a full disk is told when a batch is stored, and nothing is left behind", () => {
  let left = 6;
  const fs = faultyFs(
    realFs,
    ({ operation, path }) =>
      path.endsWith("/a") && operation === "write" && left-- <= 0
        ? systemError("ENOSPC")
        : undefined,
  );
  return withPayload(async ({ output, folder }) => {
    for (let n = 0; n < 3; n++) output.write(contentOf(MIB));
    await rejectsWith(async () => {
      for (;;) {
        output.write(contentOf(MIB));
        await output.room!();
      }
    }, "disk_full");
    output.discard();
    assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["key.txt"]);
  }, { changes: { fs } });
});

Deno.test("a worker that fails is told at the end at the latest", () => {
  const pool: WorkerPool = {
    ...inlinePool(),
    run: () => Promise.reject(Object.assign(new Error("worker"), { code: "worker_failed" })),
  };
  return withPayload(async ({ output, folder }) => {
    output.write(contentOf(2 * MIB));
    await rejectsWith(async () => await output.close(), "worker_failed");
    output.discard();
    assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["key.txt"]);
  }, { pool });
});
