import { type Host, sha256Of, type WorkerPool } from "../../src/base/mod.ts";
import { type FileOrder, openBackup, READ_LIMITS } from "../../src/archive/mod.ts";
import type { Delivery } from "../../src/archive/container.ts";
import { createTally, deliverJob } from "../../src/archive/deliver_job.ts";
import { openContainer } from "../../src/archive/open_container.ts";
import { assert, rejectsWith } from "../assert.ts";
import { filesForBatches, writeArchive } from "../support/archives.ts";
import { testHost, withTempDir } from "../support/host.ts";
import { namesIn } from "../support/scene.ts";
import { manifestFor, storedEntries } from "../support/stored_backups.ts";

const MIB = 1 << 20;
const MTIME = 1_700_000_123_456;

const FILES = filesForBatches();

const TOTAL = Object.values(FILES).reduce((sum, { length }) => sum + length, 0);

/** What became of a visit in which files are delivered to a folder. */
interface Visited {
  /** Paths that workers wrote. */
  delivered: string[];
  /** SHA-256 of what came to be used, or the fault of a file. */
  used: Map<string, string>;
  /** Bytes that were told of last. */
  told: number;
}

interface Delivering {
  host: Host;
  archive: string;
  /** Where files are written. */
  out: string;
  /** The order for a file, under its path with `_` for each slash. */
  orderFor(path: string): FileOrder | undefined;
  visit(changes?: Partial<Delivery>, use?: () => Promise<void>): Promise<Visited>;
}

const nameOf = (path: string) => path.replaceAll("/", "_");
const storedOf = (path: string) => `files/${path}`;

function withDelivering(use: (delivering: Delivering) => Promise<void>): Promise<void> {
  return withTempDir(async (folder) => {
    const host = testHost(folder);
    const archive = `${folder}/b.tar.gz`;
    await writeArchive(host, archive, storedEntries(FILES, manifestFor(FILES), {}));
    const out = `${folder}/out`;
    Deno.mkdirSync(out);
    const orderFor = (stored: string): FileOrder | undefined => {
      const content = FILES[stored.slice("files/".length)];
      if (!content) return undefined;
      const [bytes, sha256] = [content.length, sha256Of(content)];
      return {
        to: `${out}/${nameOf(stored)}`,
        bytes,
        sha256,
        mode: 0o640,
        mtimeMs: MTIME,
        sync: false,
      };
    };
    await use({
      host,
      archive,
      out,
      orderFor,
      visit: (changes, use) => visit(host, archive, { orderOf: orderFor, ...changes }, use),
    });
  });
}

async function visit(
  host: Host,
  archive: string,
  changes: Partial<Delivery>,
  use?: () => Promise<void>,
): Promise<Visited> {
  const visited: Visited = { delivered: [], used: new Map(), told: 0 };
  const backup = await openBackup(host, archive, { jobs: 2 });
  try {
    const isFile = (path: string) => path.startsWith("files/");
    await backup.visit(isFile, async ({ path }, chunks) => {
      await use?.();
      visited.used.set(path, await hashOf(chunks));
    }, {
      orderOf: () => undefined,
      done: (path) => void visited.delivered.push(path),
      progress: (bytes) => void (visited.told = bytes),
      ...changes,
    });
  } finally {
    backup.close();
  }
  return visited;
}

async function hashOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = [];
  try {
    for await (const chunk of chunks) pieces.push(chunk);
  } catch (error) {
    return (error as Error).message;
  }
  return sha256Of(new Uint8Array(await new Blob(pieces as BlobPart[]).arrayBuffer()));
}

function assertWritten(out: string, paths: Iterable<string>): void {
  const names = [...paths].map(nameOf).sort();
  assert.deepEqual(namesIn(out), names);
  for (const [path, content] of Object.entries(FILES)) {
    const name = nameOf(storedOf(path));
    if (!names.includes(name)) continue;
    assert.equal(sha256Of(Deno.readFileSync(`${out}/${name}`)), sha256Of(content), path);
    const { mode, mtime } = Deno.statSync(`${out}/${name}`);
    if (Deno.build.os !== "windows") assert.equal(mode! & 0o7777, 0o640);
    assert.equal(mtime!.getTime(), MTIME);
  }
}

const ALL = Object.keys(FILES).map(storedOf);

Deno.test("workers write all files that are ordered, with their permissions and times", () =>
  withDelivering(async ({ out, visit }) => {
    const { delivered, used, told } = await visit();
    assert.deepEqual([...used.keys()], []);
    assert.deepEqual([...delivered].sort(), [...ALL].sort());
    assert.equal(told, TOTAL);
    assertWritten(out, ALL);
  }));

Deno.test("a file that is not ordered comes to be used, with those that lie beside it", () =>
  withDelivering(async ({ out, orderFor, visit }) => {
    const isFree = (path: string) => /large|grün.7\.md/.test(path);
    const orderOf = (path: string) => isFree(path) ? undefined : orderFor(path);
    const { delivered, used } = await visit({ orderOf });
    assert.ok(ALL.filter(isFree).every((path) => used.has(path)));
    assert.ok(delivered.includes("files/huge.jsonl"));
    assert.deepEqual([...delivered, ...used.keys()].sort(), [...ALL].sort());
    assertWritten(out, delivered);
    for (const [path, hash] of used) {
      assert.equal(hash, sha256Of(FILES[path.slice("files/".length)]), path);
    }
  }));

/** Files of every kind: in slices, in one, and small. */
const SOME = ["files/huge.jsonl", "files/large.jsonl", "files/slice.jsonl", "files/grün/4.md"];

for (
  const [what, changed] of [
    ["of another hash", { sha256: sha256Of("other") }],
    ["longer", { bytes: 14 * MIB }],
    ["shorter", { bytes: 7 }],
    ["below a folder that is not there", { to: "/nonexistent/folder/file" }],
  ] as [string, Partial<FileOrder>][]
) {
  Deno.test(`a file that should be ${what} is not written, and comes to be used`, () =>
    withDelivering(async ({ out, orderFor, visit }) => {
      const orderOf = (path: string) => {
        const order = orderFor(path);
        return order && SOME.includes(path) ? { ...order, ...changed } : order;
      };
      const { delivered, used, told } = await visit({ orderOf });
      assert.deepEqual([...used.keys()].sort(), [...SOME].sort());
      for (const path of SOME) {
        assert.equal(used.get(path), sha256Of(FILES[path.slice("files/".length)]), path);
      }
      assertWritten(out, delivered);
      const left = SOME.reduce((sum, path) => sum + FILES[path.slice("files/".length)].length, 0);
      assert.equal(told, TOTAL - left);
    }));
}

Deno.test("what is in the way of a file stays as it is", () =>
  withDelivering(async ({ out, visit }) => {
    for (const path of SOME) Deno.writeTextFileSync(`${out}/${nameOf(path)}`, "mine");
    const { used } = await visit();
    assert.deepEqual([...used.keys()].sort(), [...SOME].sort());
    for (const path of SOME) {
      assert.equal(Deno.readTextFileSync(`${out}/${nameOf(path)}`), "mine");
    }
  }));

Deno.test("damage anywhere is told as it is without workers, and nothing of the file is left", () =>
  withDelivering(async ({ host, archive, out, visit }) => {
    const whole = Deno.readFileSync(archive);
    let found = 0;
    for (let part = 1; part < 6; part++) {
      const bytes = whole.slice();
      bytes[Math.floor(whole.length * part / 6)] ^= 0x10;
      Deno.writeFileSync(archive, bytes);
      const plain = await plainly(host, archive);
      const { delivered, used } = await visit();
      assertWritten(out, delivered);
      for (const path of ALL.filter((path) => !delivered.includes(path))) {
        assert.equal(used.get(path), plain.get(path), path);
      }
      if ([...used.values()].some((told) => / is damaged: /.test(told))) found++;
      for (const name of namesIn(out)) Deno.removeSync(`${out}/${name}`);
    }
    assert.equal(found, 5);
  }));

async function plainly(host: Host, archive: string): Promise<Map<string, string>> {
  const { used } = await visit(host, archive, {});
  assert.equal(used.size, ALL.length);
  return used;
}

Deno.test("after a visit that fails or is interrupted workers write nothing more", () =>
  withDelivering(async ({ host, archive, out, orderFor, visit: visitIt }) => {
    const orderOf = (path: string) => path === "files/empty" ? undefined : orderFor(path);
    await assert.rejects(visitIt({ orderOf }, () => Promise.reject(new Error("enough"))), /enough/);
    const stop = new AbortController();
    const interrupted = { ...host, signal: stop.signal };
    const done = () => stop.abort();
    await rejectsWith(
      () => visit(interrupted, archive, { orderOf: orderFor, done }),
      "interrupted",
    );
    const names = namesIn(out);
    const paths = ALL.filter((path) => names.includes(nameOf(path)));
    await new Promise((resolve) => setTimeout(resolve, 100));
    assertWritten(out, paths);
    assert.ok(paths.length < ALL.length);
  }));

Deno.test("a worker that is stopped leaves no part of a file", () =>
  withDelivering(async ({ host, archive, out, orderFor }) => {
    const asked: Parameters<typeof deliverJob>[0][] = [];
    const pool: WorkerPool = {
      size: 2,
      isWarm: true,
      close() {},
      run: (_, input) => {
        asked.push(input as typeof asked[number]);
        return Promise.reject(new Error("not now"));
      },
    };
    const container = openContainer(host, archive, { limits: READ_LIMITS, pool });
    const delivery: Delivery = { orderOf: orderFor, done() {}, progress() {} };
    for await (const _ of container.files((path) => path.startsWith("files/"), delivery));
    container.close();
    const tally = createTally(asked[0].tally);
    assert.ok(tally.isStopped()); // the reading is over
    for (const input of asked) deliverJob(input);
    assert.deepEqual([namesIn(out), tally.bytes()], [[], 0]);
    const again = createTally();
    for (const input of asked) deliverJob({ ...input, tally: again.shared });
    assertWritten(out, ALL);
    assert.equal(again.bytes(), TOTAL);
  }));
