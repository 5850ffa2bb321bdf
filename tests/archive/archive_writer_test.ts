import fc from "fast-check";
import { type ArchiveWriter, createArchiveWriter } from "../../src/archive/mod.ts";
import { createWorkerPool, realFs, sha256Of, type WorkerPool } from "../../src/base/mod.ts";
import { assert, rejectsWith } from "../assert.ts";
import {
  contentOf,
  oddEntries,
  type SampleEntry,
  storeEntries,
  TOP,
  writeArchive,
} from "../support/archives.ts";
import { type Fault, faultyFs, systemError } from "../support/faulty_fs.ts";
import { testHost, withTempDir } from "../support/host.ts";
import { inlinePool } from "../support/inline_pool.ts";

const MIB = 1 << 20;
const FORMATS = ["tar.gz", "zip"] as const;
const MANIFEST: SampleEntry = {
  path: "manifest.json",
  mode: 0o600,
  mtimeMs: 1_763_640_000_000,
  content: contentOf(300),
};

/** A file to be begun with `beginFile`; `mode` and time are of no interest. */
function sized(path: string, size: number) {
  return { path, size, mode: 0o600, mtimeMs: 0 };
}

/** Runs with a writer for `<folder>/a`, and aborts it afterwards. */
function withWriter(
  use: (writer: ArchiveWriter, folder: string) => Promise<void>,
  options: { format?: "tar.gz" | "zip"; pool?: WorkerPool; fault?: Fault } = {},
): Promise<void> {
  const { format = "tar.gz", pool = inlinePool(), fault } = options;
  return withTempDir(async (folder) => {
    const fs = fault ? faultyFs(realFs, fault) : realFs;
    const path = `${folder}/a`;
    const archive = { path, format, top: TOP, level: 1, pool };
    const writer = createArchiveWriter(testHost(folder, { fs }), archive);
    await use(writer, folder);
    writer.abort();
  });
}

for (const format of FORMATS) {
  Deno.test(`${format}: the same calls give the same bytes, with workers too`, async () => {
    await withTempDir(async (folder) => {
      const host = testHost(folder);
      const entries = oddEntries();
      const here = await writeArchive(host, `${folder}/a`, entries, { format });
      const pool = createWorkerPool(2);
      try {
        const workers = await writeArchive(host, `${folder}/b`, entries, { format, pool });
        assert.deepEqual(workers, here);
      } finally {
        pool.close();
      }
      const alone = await writeArchive(host, `${folder}/c`, entries, {
        format,
        pool: inlinePool(1),
      });
      assert.deepEqual(alone, here);
    });
  });

  Deno.test(`${format}: what finish tells is what lies on disk, private and alone`, async () => {
    await withTempDir(async (folder) => {
      const written = await writeArchive(testHost(folder), `${folder}/a`, [MANIFEST], { format });
      const bytes = Deno.readFileSync(`${folder}/a`);
      assert.deepEqual(written, {
        bytes: bytes.length,
        sha256: sha256Of(bytes),
        copied: new Map(),
      });
      assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["a"]);
      if (Deno.build.os !== "windows") {
        assert.equal(Deno.statSync(`${folder}/a`).mode! & 0o777, 0o600);
      }
    });
  });

  Deno.test(`${format}: files given at once and in pieces are stored alike`, async () => {
    await withTempDir(async (folder) => {
      const sizes = [0, 1, MIB, MIB + 1, 4 * MIB];
      const sha256: string[] = [];
      for (const name of ["a", "b"]) {
        const archive = {
          path: `${folder}/${name}`,
          format,
          top: TOP,
          level: 1,
          pool: inlinePool(),
        };
        const writer = createArchiveWriter(testHost(folder), archive);
        for (const size of sizes) {
          const content = contentOf(size);
          const meta = { ...sized(`files/${size}`, size), sha256: sha256Of(content) };
          if (name === "a") {
            await writer.file(meta, content);
          } else {
            const sink = await writer.beginFile(meta);
            for (let at = 0; at < size; at += 65_537) {
              await sink.write(content.subarray(at, at + 65_537));
            }
            await sink.commit(meta.sha256);
          }
        }
        await storeEntries(writer, [MANIFEST]);
        sha256.push((await writer.finish()).sha256);
      }
      assert.equal(sha256[0], sha256[1]);
    });
  });
}

/** What a random test does with one entry. */
interface Step {
  kind: "directory" | "file" | "large";
  size: number;
  /** Of a rolled-back entry: how much of it was written, 0 to 1. */
  rolledBackAt?: number;
  piece: number;
}

const steps = fc.array(
  fc.oneof(
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("directory" as const) }) },
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant("file" as const),
        size: fc.oneof(fc.nat(2000), fc.nat(300_000)),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant("large" as const),
        size: fc.constantFrom(0, MIB, MIB + 1, 4 * MIB, 4 * MIB + 1, 9 * MIB, 13 * MIB - 7),
        piece: fc.constantFrom(65_536, 300_007, 4 * MIB, 9 * MIB),
        rolledBackAt: fc.constantFrom(undefined, 0, 0.1, 0.5, 0.99, 1),
      }),
    },
  ).map((step): Step => ({ size: 0, piece: MIB, ...step })),
  { maxLength: 14 },
);

async function runSteps(writer: ArchiveWriter, all: Step[], withRolledBack: boolean) {
  for (const [index, { kind, size, piece, rolledBackAt }] of all.entries()) {
    const meta = sized(`files/${index}`, size);
    const content = contentOf(size, index);
    const sha256 = sha256Of(content);
    if (kind === "directory") await writer.directory(meta.path, meta);
    if (kind === "file") await writer.file({ ...meta, sha256 }, content);
    if (kind !== "large" || (rolledBackAt !== undefined && !withRolledBack)) continue;
    const sink = await writer.beginFile(meta);
    const end = rolledBackAt === undefined ? size : Math.floor(size * rolledBackAt);
    for (let at = 0; at < end; at += piece) {
      await sink.write(content.subarray(at, Math.min(end, at + piece)));
    }
    await (rolledBackAt === undefined ? sink.commit(sha256) : sink.rollback());
  }
  await storeEntries(writer, [MANIFEST]);
  return await writer.finish();
}

/** Jobs end in another order than they began. Size 0, so that little waits and much is written. */
const shuffled = () =>
  inlinePool(0, (job) => new Promise((resolve) => setTimeout(resolve, (job * 7) % 5)));

Deno.test("an archive is as if rolled-back entries had never begun", async () => {
  const runs = Deno.env.get("SLOW") ? 200 : 20;
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...FORMATS), steps, async (format, all) => {
      await withTempDir(async (folder) => {
        const write = (name: string, pool: WorkerPool, withRolledBack: boolean) => {
          const archive = { path: `${folder}/${name}`, format, top: TOP, level: 1, pool };
          return runSteps(createArchiveWriter(testHost(folder), archive), all, withRolledBack);
        };
        const expected = await write("without", inlinePool(), false);
        assert.deepEqual(await write("with", shuffled(), true), expected);
        assert.equal(sha256Of(Deno.readFileSync(`${folder}/with`)), expected.sha256);
      });
    }),
    { numRuns: runs },
  );
});

Deno.test("a rolled-back manifest can be written again", async () => {
  for (const format of FORMATS) {
    const large = { ...MANIFEST, content: contentOf(5 * MIB) };
    const sha256: string[] = [];
    for (const again of [false, true]) {
      await withWriter(async (writer, folder) => {
        if (again) {
          const sink = await writer.beginFile(sized("manifest.json", 40 * MIB));
          await sink.write(contentOf(39 * MIB));
          await sink.rollback();
        }
        await storeEntries(writer, [large]);
        const written = await writer.finish();
        sha256.push(written.sha256);
        assert.equal(sha256Of(Deno.readFileSync(`${folder}/a`)), written.sha256);
      }, { format });
    }
    assert.equal(sha256[0], sha256[1]);
  }
});

/** Entries whose table does not fit in memory, so that the spool is a file too. */
function manyCalls(): SampleEntry[] {
  const far = "long name/".repeat(300);
  const file = (name: string, size: number): SampleEntry => ({
    path: `files/${name}`,
    mode: 0o600,
    mtimeMs: 0,
    content: contentOf(size),
  });
  const small = Array.from({ length: 180 }, (_, index) => file(`${far}${index}`, 10));
  return [
    ...small,
    file("large", 5 * MIB),
    ...small.slice(0, 9).map((entry) => ({
      ...entry,
      path: `${entry.path}-again`,
    })),
    MANIFEST,
  ];
}

for (const format of FORMATS) {
  for (const [errno, code] of [["ENOSPC", "disk_full"], ["EIO", "write_failed"]]) {
    Deno.test(`${format}: ${errno} at any call is told and leaves nothing behind`, async () => {
      const entries = manyCalls();
      const operations: string[] = [];
      await runWithFault(({ operation }) => void operations.push(operation), format, entries);
      assert.ok(operations.filter((operation) => operation === "open").length === 2);
      for (const failing of interestingCalls(operations)) {
        await runWithFault(
          ({ index }) => index === failing ? systemError(errno) : undefined,
          format,
          entries,
          code,
        );
      }
    });
  }
}

/** All calls but most of the many writes that are alike. */
function interestingCalls(operations: string[]): number[] {
  return [...operations.keys()].filter((index) =>
    operations[index] !== "write" || index < 8 || index > operations.length - 12 || index % 23 === 0
  );
}

/** Writes an archive while a call fails; without a code it must succeed. */
function runWithFault(
  fault: Fault,
  format: "tar.gz" | "zip",
  entries: SampleEntry[],
  code?: string,
): Promise<void> {
  return withTempDir(async (folder) => {
    const host = testHost(folder, { fs: faultyFs(realFs, fault) });
    const archive = { path: `${folder}/a`, format, top: TOP, level: 1, pool: inlinePool() };
    let writer: ArchiveWriter | undefined;
    const write = async () => {
      writer = createArchiveWriter(host, archive);
      await storeEntries(writer, entries);
      await writer.finish();
    };
    if (!code) return await write();
    const error = await rejectsWith(write, code);
    assert.match(error.message, new RegExp(`${folder}/a`));
    assert.equal(error.kind, "failed");
    if (writer) {
      await rejectsWith(() => writer!.finish(), code);
      await rejectsWith(() => writer!.directory("files/later", { mode: 0, mtimeMs: 0 }), code);
      writer.abort();
    }
    assert.deepEqual([...Deno.readDirSync(folder)], []);
  });
}

Deno.test("a full disk in a rollback is told, and abort cleans up", async () => {
  const fault: Fault = ({ operation }) => operation === "truncate" ? systemError("EIO") : undefined;
  await withWriter(async (writer, folder) => {
    const sink = await writer.beginFile(sized("files/a", 30 * MIB));
    await sink.write(contentOf(29 * MIB));
    await rejectsWith(() => sink.rollback(), "write_failed");
    await rejectsWith(() => sink.rollback(), "write_failed");
    writer.abort();
    assert.deepEqual([...Deno.readDirSync(folder)], []);
  }, { fault });
});

Deno.test("abort removes what it can when a removal fails, and the rest when called again", async () => {
  let failures = 1;
  const fault: Fault = ({ operation }) =>
    operation === "remove" && failures-- > 0 ? systemError("EIO") : undefined;
  await withWriter(async (writer, folder) => {
    await storeEntries(writer, manyCalls().slice(0, -1));
    assert.equal([...Deno.readDirSync(folder)].length, 2);
    await rejectsWith(() => writer.abort(), "write_failed");
    assert.equal([...Deno.readDirSync(folder)].length, 1);
    writer.abort();
    assert.equal([...Deno.readDirSync(folder)].length, 0);
  }, { fault });
});

Deno.test("an error of a worker is told, and abort cleans up", async () => {
  const pool: WorkerPool = {
    size: 2,
    isWarm: true,
    run: () => Promise.reject(Object.assign(new Error("worker"), { code: "worker_failed" })),
    close: () => {},
  };
  await withWriter(async (writer, folder) => {
    await rejectsWith(async () => {
      await storeEntries(writer, [MANIFEST]);
      await writer.finish();
    }, "worker_failed");
    writer.abort();
    assert.deepEqual([...Deno.readDirSync(folder)], []);
  }, { pool });
});

Deno.test("no more segments are under way than the pool has workers, and two", async () => {
  let underWay = 0;
  let most = 0;
  const inner = inlinePool();
  const pool: WorkerPool = {
    ...inner,
    size: 3,
    async run<Output>(job: string, input: unknown, transfer?: Transferable[]) {
      most = Math.max(most, ++underWay);
      await new Promise((resolve) => setTimeout(resolve, 1));
      const output = await inner.run<Output>(job, input, transfer);
      underWay--;
      return output;
    },
  };
  await withWriter(async (writer) => {
    const sink = await writer.beginFile(sized("files/a", 60 * MIB));
    const chunk = new Uint8Array(MIB);
    for (let at = 0; at < 60; at++) await sink.write(chunk);
    await sink.rollback();
    await storeEntries(writer, [MANIFEST]);
    await writer.finish();
  }, { pool });
  assert.equal(most, 5);
});

Deno.test("nothing that is there is replaced", async () => {
  await withTempDir(async (folder) => {
    Deno.writeTextFileSync(`${folder}/a`, "mine");
    const host = testHost(folder);
    const error = await rejectsWith(() => writeArchive(host, `${folder}/a`, []), "output_exists");
    assert.equal(error.kind, "refused");
    assert.equal(Deno.readTextFileSync(`${folder}/a`), "mine");
  });
});

Deno.test("paths that must not be stored are refused, and the archive goes on", async () => {
  const bad = [
    "",
    "/etc/passwd",
    "files/../a",
    "files//a",
    "./a",
    "files/a/",
    "a\0b",
    "files/\ud800",
    "segments.jsonl",
    "index.json",
    `files/${"x".repeat(32_768)}`,
    `files/${"ü".repeat(16_384)}`,
  ];
  await withWriter(async (writer) => {
    for (const path of bad) {
      const meta = { path, size: 0, mode: 0o600, mtimeMs: 0, sha256: "" };
      await rejectsWith(() => writer.file(meta, new Uint8Array()), "bad_stored_path");
      await rejectsWith(() => writer.directory(path, meta), "bad_stored_path");
      await rejectsWith(() => writer.beginFile(meta), "bad_stored_path");
    }
    await storeEntries(writer, [MANIFEST]);
    await writer.finish();
  });
});

Deno.test("a file of another size than announced is refused and can be taken back", async () => {
  await withWriter(async (writer) => {
    for (const size of [10, 5 * MIB]) {
      const sink = await writer.beginFile(sized(`files/${size}`, size));
      await sink.write(contentOf(size - 1));
      await rejectsWith(() => sink.commit("00"), "entry_size");
      await rejectsWith(() => sink.write(contentOf(2)), "entry_size");
      await sink.rollback();
    }
    await storeEntries(writer, [MANIFEST]);
    await writer.finish();
  });
});

Deno.test("calls out of order are faults of the program", async () => {
  await withWriter(async (writer) => {
    await rejectsWith(() => writer.finish(), "archive_misused");
    const sink = await writer.beginFile(sized("files/a", 1));
    await rejectsWith(() => writer.directory("files", { mode: 0, mtimeMs: 0 }), "archive_misused");
    await sink.rollback();
    await rejectsWith(() => sink.write(new Uint8Array(1)), "archive_misused");
    for (const wrong of [{ mtimeMs: 0.5 }, { mtimeMs: NaN }, { size: 0.5 }]) {
      const meta = { ...sized("files/a", 0), ...wrong };
      await rejectsWith(() => writer.beginFile(meta), "archive_misused");
    }
    await storeEntries(writer, [MANIFEST]);
    await rejectsWith(() => writer.directory("files", { mode: 0, mtimeMs: 0 }), "archive_misused");
    await writer.finish();
    await rejectsWith(() => writer.finish(), "archive_misused");
  });
  await rejectsWith(() => {
    const pool = inlinePool();
    createArchiveWriter(testHost("/"), { path: "/x", format: "zip", top: "a/b", level: 1, pool });
  }, "archive_misused");
});
