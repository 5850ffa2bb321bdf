import { gzipSync } from "node:zlib";
import { openBackup, verifyBackup } from "../../src/archive/mod.ts";
import { type Host, LifeboatError, sha256Of } from "../../src/base/mod.ts";
import { assert } from "../assert.ts";
import { contentOf, writeArchive } from "../support/archives.ts";
import { testHost, withTempDir } from "../support/host.ts";
import { join, membersFor, tarGzOf, tarOf } from "../support/raw_tar.ts";
import { zipOf } from "../support/raw_zip.ts";
import { listed, manifestFor, storedEntries } from "../support/stored_backups.ts";

/** `SLOW=1` tries every byte. */
const IS_SLOW = Deno.env.get("SLOW") === "1";

const FILES = { "a": "first file", "größe": "second", "dir/c": contentOf(700) };
const KIT = { "restore-standalone": sha256Of("program") };
const STORED = storedEntries(FILES, manifestFor(FILES, { kit: KIT }), {
  "restore-standalone": "program",
});

/** Archives in which every byte counts, and a plain tar, where the hashes alone protect. */
const ARCHIVES: Record<string, (host: Host, path: string) => Promise<unknown>> = {
  "our tar.gz": (host, path) => writeArchive(host, path, STORED, { level: 6 }),
  "our zip": (host, path) => writeArchive(host, path, STORED, { level: 6, format: "zip" }),
  "a foreign tar.gz": (_, path) => Deno.writeFile(path, tarGzOf(membersFor(STORED))),
  "a tar.gz of two members": (_, path) => {
    const tar = tarOf(membersFor(STORED));
    const halves = [tar.subarray(0, 1500), tar.subarray(1500)];
    return Deno.writeFile(path, join(halves.map((half) => new Uint8Array(gzipSync(half)))));
  },
  "a foreign zip": (_, path) =>
    Deno.writeFile(
      path,
      zipOf(STORED.map(({ path, content }) => ({ name: `b/${path}`, content }))),
    ),
  "a tar": (_, path) => Deno.writeFile(path, tarOf(membersFor(STORED))),
};

/** What can be had from an archive, or undefined when it is refused; any other error fails. */
async function contentOfBackup(host: Host, path: string) {
  const files: Record<string, string> = {};
  try {
    const backup = await openBackup(host, path);
    try {
      const manifest = listed(await backup.loadManifest());
      // Without their index, archives of ours are read as others are, these two files included.
      const isOurs = (stored: string) => !/^(segments\.jsonl|index\.json)$/.test(stored);
      await backup.visit(isOurs, async (file, chunks) => {
        const pieces: Uint8Array[] = [];
        for await (const chunk of chunks) pieces.push(chunk.slice());
        files[file.path] = sha256Of(join(pieces));
      });
      return { files, manifest };
    } finally {
      backup.close();
    }
  } catch (error) {
    if (error instanceof LifeboatError) return undefined;
    throw error;
  }
}

async function isVerified(host: Host, path: string): Promise<boolean> {
  try {
    return (await verifyBackup(host, path)).ok;
  } catch (error) {
    if (error instanceof LifeboatError) return false;
    throw error;
  }
}

/** A small generator, so that a failure can be repeated: numbers below `below`. */
function dice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9 | 0;
    return (state >>> 8) % below;
  };
}

/** Runs mutants of every archive. Whatever is verified must be what was stored. */
async function run(mutants: (bytes: Uint8Array) => Iterable<Uint8Array>): Promise<void> {
  for (const [form, write] of Object.entries(ARCHIVES)) {
    await withTempDir(async (folder) => {
      const host = testHost(folder);
      const path = `${folder}/archive`;
      await write(host, path);
      const whole = await contentOfBackup(host, path);
      assert.ok(whole && await isVerified(host, path));
      let number = 0;
      for (const mutant of mutants(await Deno.readFile(path))) {
        await Deno.writeFile(path, mutant);
        const what = `mutant ${number++} of ${form}`;
        const content = await contentOfBackup(host, path);
        if (!await isVerified(host, path)) continue;
        assert.ok(content, what);
        // In a plain tar nothing protects the manifest's own words, only what they say of files.
        if (form === "a tar") content.files["manifest.json"] = whole.files["manifest.json"];
        else assert.deepEqual(content.manifest, whole.manifest, what);
        assert.deepEqual(content.files, whole.files, what);
      }
    });
  }
}

Deno.test("a flipped bit is found, or changes nothing", () =>
  run(function* (bytes) {
    const roll = dice(20_261_120);
    const step = IS_SLOW ? 1 : Math.ceil(bytes.length / 120);
    for (let at = 0; at < bytes.length; at += step) {
      const mutant = bytes.slice();
      mutant[Math.min(at + roll(step), bytes.length - 1)] ^= 1 << roll(8);
      yield mutant;
    }
  }));

Deno.test("whatever is done to an archive, it is refused or it is whole", () =>
  run(function* (bytes) {
    const roll = dice(42);
    const piece = () => {
      const from = roll(bytes.length);
      return bytes.subarray(from, from + 1 + roll(600));
    };
    for (let number = 0; number < (IS_SLOW ? 2000 : 60); number++) {
      const at = roll(bytes.length);
      const to = at + roll(100);
      const [head, tail] = [bytes.subarray(0, at), bytes.subarray(at)];
      const noise = Uint8Array.from({ length: 1 + roll(40) }, () => roll(256));
      yield [
        () => join([head, noise, tail]),
        () => join([head, bytes.subarray(to)]),
        () => join([head, piece(), tail]),
        () => join([head, noise, bytes.subarray(at + noise.length)]),
        () => join([head, new Uint8Array(to - at), bytes.subarray(to)]),
        () => join([bytes, piece()]),
      ][roll(6)]();
    }
  }));
