import {
  createWorkerPool,
  type Host,
  sha256,
  sha256Of,
  type WorkerPool,
} from "../../src/base/mod.ts";
import { verifyBackup } from "../../src/archive/mod.ts";
import { READ_LIMITS } from "../../src/archive/mod.ts";
import type { ReadableFile } from "../../src/archive/container.ts";
import { openContainer } from "../../src/archive/open_container.ts";
import { assert } from "../assert.ts";
import { filesForBatches, type SampleEntry, writeArchive } from "../support/archives.ts";
import { testHost, withTempDir } from "../support/host.ts";
import { manifestFor, storedEntries } from "../support/stored_backups.ts";

const MIB = 1 << 20;

const FILES = filesForBatches();

/** A pool whose workers never work: everything is read in this thread. */
const NO_WORKERS: WorkerPool = {
  isWarm: true,
  size: 2,
  run: () => Promise.reject(new Error("there are no workers here")),
  close: () => {},
};

async function hashOf({ chunks }: ReadableFile): Promise<string> {
  const hash = sha256();
  for await (const chunk of chunks) hash.update(chunk);
  return hash.hex();
}

/** What reading tells of each wanted file: its hash, or what is wrong with it; and of the whole. */
async function tell(
  host: Host,
  path: string,
  pool: WorkerPool,
  wanted: (path: string) => boolean = () => true,
): Promise<string[]> {
  const told: string[] = [];
  const container = openContainer(host, path, { limits: READ_LIMITS, pool });
  try {
    for await (const file of container.files(wanted)) {
      const { path, bytes, mode, mtimeMs, sha256 } = file;
      try {
        const hash = await hashOf(file);
        assert.equal(sha256 ?? hash, hash, path);
        told.push(`${path} ${bytes} ${mode} ${mtimeMs} ${hash}`);
      } catch (error) {
        told.push(`${path} ${(error as Error).message}`);
      }
    }
  } catch (error) {
    told.push(`ended: ${(error as Error).message}`);
  } finally {
    container.close();
  }
  return told;
}

async function withArchive(
  use: (host: Host, path: string, pool: WorkerPool) => Promise<void>,
  files = FILES,
): Promise<void> {
  await withTempDir(async (folder) => {
    const host = testHost(folder);
    const entries: SampleEntry[] = storedEntries(files, manifestFor(files), {});
    const path = `${folder}/b.tar.gz`;
    await writeArchive(host, path, entries);
    const pool = createWorkerPool(2);
    try {
      await use(host, path, pool);
    } finally {
      pool.close();
    }
  });
}

/** A pool that counts what it is given. */
function counting(pool: WorkerPool): WorkerPool & { runs: number } {
  const counted = {
    ...pool,
    runs: 0,
    run<Output>(job: string, input: unknown, transfer?: Transferable[]) {
      counted.runs++;
      return pool.run<Output>(job, input, transfer);
    },
  };
  return counted;
}

Deno.test("workers read what this thread reads, in the same order, all or a part", async () => {
  await withArchive(async (host, path, pool) => {
    const counted = counting(pool);
    const all = await tell(host, path, counted);
    assert.ok(counted.runs > 6);
    assert.deepEqual(all, await tell(host, path, NO_WORKERS));
    assert.equal(all.length, Object.keys(FILES).length + 1); // and the manifest
    for (const part of [/huge/, /large|slice/, /\d7\.md/]) {
      const wanted = (path: string) => part.test(path);
      const some = await tell(host, path, pool, wanted);
      assert.deepEqual(some, all.filter((line) => wanted(line.split(" ")[0])));
    }
  });
});

/** The hashes that reading for the sake of hashes tells; how many files brought no content with them. */
async function hashesOf(host: Host, path: string, pool: WorkerPool) {
  const container = openContainer(host, path, { limits: READ_LIMITS, pool });
  const hashes: Record<string, string> = {};
  let bare = 0;
  for await (const file of container.files(() => true, "hash")) {
    hashes[file.path] = file.sha256 ?? await hashOf(file);
    if (!file.sha256) continue;
    bare++;
    await assert.rejects(() => hashOf(file), /only the hash/);
  }
  container.close();
  return { hashes, bare };
}

Deno.test("where hashes are enough, workers hand over no content, and a very long file in slices", async () => {
  const long = new Uint8Array(33 * MIB).fill(7);
  await withArchive(async (host, path, pool) => {
    const { hashes, bare } = await hashesOf(host, path, pool);
    assert.equal(bare, Object.keys(FILES).length + 1); // and the manifest
    assert.deepEqual(await hashesOf(host, path, NO_WORKERS), { hashes, bare: 0 });
    for (const [name, content] of Object.entries({ ...FILES, long })) {
      assert.equal(hashes[`files/${name}`], sha256Of(content));
    }
  }, { ...FILES, long });
});

Deno.test("little is read without starting workers", async () => {
  await withArchive(async (host, path, pool) => {
    const counted = counting(pool);
    assert.equal((await tell(host, path, counted, (path) => path.endsWith("/3.md"))).length, 1);
    assert.equal(counted.runs, 0);
  });
});

Deno.test("damage anywhere is told in the same words with workers as without", async () => {
  await withArchive(async (host, path, pool) => {
    const whole = Deno.readFileSync(path);
    let found = 0;
    for (let part = 1; part < 14; part++) {
      const bytes = whole.slice();
      bytes[Math.floor(whole.length * part / 14)] ^= 0x10;
      Deno.writeFileSync(path, bytes);
      const told = await tell(host, path, pool);
      assert.deepEqual(told, await tell(host, path, NO_WORKERS), `at part ${part}`);
      if (told.some((line) => / is damaged: /.test(line))) found++;
    }
    assert.equal(found, 13);
  });
});

Deno.test("verify with workers names the damaged file and checks all the others", async () => {
  await withArchive(async (host, path) => {
    const good = await verifyBackup(host, path, { jobs: 2 });
    assert.ok(good.ok);
    assert.equal(good.files_checked, Object.keys(FILES).length);
    const bytes = Deno.readFileSync(path);
    bytes[bytes.length >> 3] ^= 1;
    Deno.writeFileSync(path, bytes);
    const { ok, damaged, files_checked } = await verifyBackup(host, path, { jobs: 2 });
    assert.equal(ok, false);
    assert.ok(damaged.length >= 1 && damaged.every(({ path }) => path.startsWith("files/")));
    assert.equal(files_checked, good.files_checked - damaged.length);
  });
});
