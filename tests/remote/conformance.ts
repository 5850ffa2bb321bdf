/** What every backend must do, whatever it keeps its objects in. */
import { md5Of, sha256Of } from "../../src/base/mod.ts";
import type { Backend, Part, Upload } from "../../src/remote/backend.ts";
import { assert, rejectsWith } from "../assert.ts";

/** Runs a test with an empty backend. */
type WithBackend = (use: (backend: Backend) => Promise<void>) => Promise<void>;

const PART = 100_000;

/** Bytes that differ from place to place. */
export function patterned(bytes: number, seed = 1): Uint8Array<ArrayBuffer> {
  const made = new Uint8Array(bytes);
  let value = seed;
  for (let at = 0; at < bytes; at++) {
    value = (Math.imul(value, 1103515245) + 12345) >>> 0;
    made[at] = value >>> 16;
  }
  return made;
}

function planFor(key: string, content: Uint8Array): Omit<Upload, "id"> {
  return { key, size: content.length, sha256: sha256Of(content), partSize: PART };
}

function partOf(content: Uint8Array<ArrayBuffer>, number: number): Uint8Array<ArrayBuffer> {
  return content.slice((number - 1) * PART, number * PART);
}

/** Keys as they are, and as users may make them. */
const KEYS = [
  "a.txt",
  "machines/one/codex-backup-20261120-191000.tar.gz",
  "with space/and+plus.tar.gz",
  "备份/ünïcode (1)!.zip",
  "100%/a&b=c;d'e~f.json",
];

/**
 * Registers the tests for one backend. `lacks`: what its server cannot do: listing the parts of an
 * upload, or keys with characters that it escapes twice in its XML.
 */
export function testConformance(
  name: string,
  withBackend: WithBackend,
  lacks: ("parts" | "escapes")[] = [],
): void {
  const test = (what: string, use: (backend: Backend) => Promise<void>) =>
    Deno.test(`${name}: ${what}`, () => withBackend(use));

  test("what is put can be got, whole and in ranges, under any key", async (backend) => {
    const keys = KEYS.filter((key) => !lacks.includes("escapes") || !/[&'<>]/.test(key));
    for (const [index, key] of keys.entries()) {
      const content = patterned(1000 + index, index);
      await backend.put(key, content);
      assert.deepEqual(await backend.get(key, 0, content.length), content, key);
      assert.deepEqual(await backend.get(key, 10, 20), content.slice(10, 30));
      const end = content.length - 1;
      assert.deepEqual(await backend.get(key, end, 1), content.slice(end));
      assert.deepEqual(await backend.head(key), {
        key,
        size: content.length,
        sha256: sha256Of(content),
      });
    }
    assert.deepEqual((await backend.list("")).map(({ key }) => key), keys.sort());
  });

  test("a put replaces what was there", async (backend) => {
    await backend.put("a", patterned(500));
    await backend.put("a", patterned(20, 2));
    assert.deepEqual(await backend.get("a", 0, 20), patterned(20, 2));
    assert.equal((await backend.head("a"))?.size, 20);
  });

  test("what is not there is told apart from what fails", async (backend) => {
    assert.equal(await backend.head("nothing"), undefined);
    assert.deepEqual(await backend.list("nothing/"), []);
    await rejectsWith(() => backend.get("nothing", 0, 1), "no_such_object");
    await backend.remove("nothing");
  });

  test("a range that goes beyond the end is no shorter answer but an error", async (backend) => {
    await backend.put("a", patterned(100));
    await rejectsWith(() => backend.get("a", 90, 20), "short_read");
  });

  test("a list holds what begins with its prefix, sorted, with sizes", async (backend) => {
    for (const key of ["b/2", "b/1", "b/11", "bc", "a/1"]) {
      await backend.put(key, patterned(key.length));
    }
    const listed = (await backend.list("b/1")).map(({ key, size }) => [key, size]);
    assert.deepEqual(listed, [["b/1", 3], ["b/11", 4]]);
    assert.deepEqual((await backend.list("b/")).map(({ key }) => key), ["b/1", "b/11", "b/2"]);
  });

  test("what is removed is gone, and nothing else", async (backend) => {
    await backend.put("x/1", patterned(3));
    await backend.put("x/2", patterned(3));
    await backend.remove("x/1");
    assert.equal(await backend.head("x/1"), undefined);
    assert.deepEqual((await backend.list("")).map(({ key }) => key), ["x/2"]);
  });

  test("an upload in parts, in any order, is seen only when it is complete", async (backend) => {
    const content = patterned(2 * PART + 7);
    const plan = planFor("big/one.tar.gz", content);
    const upload = { ...plan, id: await backend.begin(plan) };
    const parts: Part[] = [];
    for (const number of [3, 1, 2]) {
      const part = await backend.putPart(upload, number, partOf(content, number));
      assert.equal(part.number, number);
      assert.equal(part.md5, md5Of(partOf(content, number)));
      parts[number - 1] = part;
    }
    assert.equal(await backend.head(plan.key), undefined);
    assert.deepEqual(await backend.list(""), []);
    await backend.complete(upload, parts);
    assert.deepEqual(await backend.head(plan.key), {
      key: plan.key,
      size: plan.size,
      sha256: plan.sha256,
    });
    assert.deepEqual(await backend.get(plan.key, PART - 5, 10), content.slice(PART - 5, PART + 5));
    assert.deepEqual((await backend.list("")).map(({ key }) => key), [plan.key]);
  });

  if (lacks.includes("parts")) {
    test("an upload whose parts cannot be listed begins anew", async (backend) => {
      const plan = planFor("big/two.tar.gz", patterned(2 * PART + 7));
      assert.equal(await backend.parts({ ...plan, id: await backend.begin(plan) }), undefined);
    });
  } else {
    test("the parts of an upload that was left can be listed", async (backend) => {
      const content = patterned(2 * PART + 7);
      const plan = planFor("big/two.tar.gz", content);
      const upload = { ...plan, id: await backend.begin(plan) };
      await backend.putPart(upload, 1, partOf(content, 1));
      const [part, ...others] = (await backend.parts(upload))!;
      assert.deepEqual(others, []);
      assert.deepEqual([part.number, part.size], [1, PART]);
      assert.equal(part.md5, md5Of(partOf(content, 1)));
    });
  }

  test("an upload that was given up is unknown, and was never seen", async (backend) => {
    const content = patterned(PART + 7);
    const plan = planFor("big/three.tar.gz", content);
    const upload = { ...plan, id: await backend.begin(plan) };
    await backend.putPart(upload, 1, partOf(content, 1));
    await backend.abort(upload); // where that is not known, nothing is seen of it all the same
    assert.equal(await backend.parts(upload), undefined);
    assert.equal(await backend.head(plan.key), undefined);
    await backend.abort(upload);
  });
}
