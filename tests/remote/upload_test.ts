import { join } from "node:path";
import { type Host, sha256Of } from "../../src/base/mod.ts";
import type { Backend } from "../../src/remote/backend.ts";
import { folderBackend, markFolder } from "../../src/remote/folder.ts";
import { withLimit } from "../../src/remote/wrap.ts";
import { withRetry } from "../../src/remote/retry.ts";
import { s3Backend } from "../../src/remote/s3/backend.ts";
import { uploadFile } from "../../src/remote/upload.ts";
import { assert, rejectsWith } from "../assert.ts";
import { testHost, withTempDir } from "../support/host.ts";
import {
  type Arrival,
  type FaultyProxy,
  startFaultyProxy,
  type Trouble,
} from "../support/s3/faulty_proxy.ts";
import { loopbackPlace, startS3Server } from "../support/s3/server.ts";
import { patterned } from "./conformance.ts";

const server = await startS3Server();
let prefixes = 0;

const PART = 100_000;
const CONTENT = patterned(4 * PART + 17);

/** A file to be uploaded, through a proxy that makes trouble. */
interface Scene {
  host: Host;
  proxy: FaultyProxy;
  /** Through the proxy, with retries that do not wait. */
  backend: Backend;
  /** How long the retries would have waited, ms. */
  waits: number[];
  path: string;
  upload(backend?: Backend): Promise<void>;
  /** What the bucket holds under the file's key, past the proxy. */
  stored(): Promise<Uint8Array | undefined>;
}

const KEY = "machines/m/one.tar.gz";

function withUpload(
  meet: (arrival: Arrival) => Trouble | undefined | void,
  use: (scene: Scene) => Promise<void>,
): Promise<void> {
  return withTempDir(async (folder) => {
    const host = testHost(folder, { now: () => new Date() });
    const proxy = await startFaultyProxy(server.port, meet);
    const prefix = `upload-${++prefixes}`;
    const direct = s3Backend(host, { ...server.place, prefix }, server.keys);
    const once = s3Backend(host, { ...loopbackPlace(proxy.port), prefix }, server.keys);
    const waits: number[] = [];
    const wait = (ms: number) => Promise.resolve(void waits.push(ms));
    const backend = withRetry(once, { wait, random: () => 0 });
    const path = join(folder, "one.tar.gz");
    Deno.writeFileSync(path, CONTENT);
    const file = { path, key: KEY, size: CONTENT.length, sha256: sha256Of(CONTENT) };
    try {
      await use({
        host,
        proxy,
        backend,
        waits,
        path,
        upload: (to = backend) => uploadFile(host, to, file, { partBytes: PART }),
        async stored() {
          const info = await direct.head(KEY);
          return info && await direct.get(KEY, 0, info.size);
        },
      });
    } finally {
      await proxy.stop();
    }
  });
}

function count(proxy: FaultyProxy, kind: string): number {
  return proxy.arrivals.filter((arrival) => arrival.kind === kind).length;
}

/** The first request of a kind meets trouble. */
function firstOf(kind: string, trouble: Trouble) {
  return (arrival: Arrival) => {
    return arrival.kind === kind && arrival.earlier === 0 ? trouble : undefined;
  };
}

Deno.test("a file is uploaded in parts", () =>
  withUpload(() => {}, async ({ proxy, upload, stored }) => {
    await upload();
    assert.deepEqual(await stored(), CONTENT);
    assert.deepEqual(["begin", "putPart", "complete"].map((kind) => count(proxy, kind)), [1, 5, 1]);
  }));

const PASSING: [name: string, kind: string, trouble: Trouble][] = [
  ["500", "putPart", { answer: 500, code: "InternalError" }],
  ["503 slow down", "putPart", { answer: 503, code: "SlowDown" }],
  ["429", "begin", { answer: 429 }],
  ["a connection that is cut in the middle of a part", "putPart", { cutRequestAfter: 30_000 }],
  ["a part whose answer is lost", "putPart", { loseAnswer: true }],
  ["a part that the server stored otherwise", "putPart", {
    header: ["etag", `"${"0".repeat(32)}"`],
  }],
  ["a part that was garbled on its way", "putPart", { answer: 400, code: "BadDigest" }],
  ["a failed completion", "complete", { answer: 500, code: "InternalError" }],
  ["a completion that fails after a 200", "complete", { answer: 200, code: "InternalError" }],
  ["a completion whose answer is lost", "complete", { loseAnswer: true }],
  ["a failed look afterwards", "head", { answer: 503 }],
];

for (const [name, kind, trouble] of PASSING) {
  Deno.test(`an upload survives ${name}`, () =>
    withUpload(firstOf(kind, trouble), async ({ proxy, upload, stored }) => {
      await upload();
      assert.deepEqual(await stored(), CONTENT);
      assert.ok(count(proxy, kind) > (kind === "putPart" ? 5 : 1), "it was tried again");
    }));
}

const LASTING: [name: string, trouble: Trouble, code: string][] = [
  ["an expired token", { answer: 400, code: "ExpiredToken" }, "remote_token_expired"],
  ["denied access", { answer: 403, code: "AccessDenied" }, "remote_denied"],
  ["a bucket that is gone", { answer: 404, code: "NoSuchBucket" }, "no_such_bucket"],
  ["another region", {
    answer: 301,
    code: "PermanentRedirect",
    headers: { "x-amz-bucket-region": "eu-west-1" },
  }, "wrong_region"],
  ["an answer in no known words", { answer: 418, code: "Tea<pot" }, "remote_refused"],
];

for (const [name, trouble, code] of LASTING) {
  Deno.test(`${name} ends an upload at once, and says so`, () =>
    withUpload(({ kind }) => kind === "begin" ? trouble : undefined, async (scene) => {
      const error = await rejectsWith(() => scene.upload(), code);
      assert.equal(error.kind, "remote");
      assert.ok(error.hint);
      assert.equal(count(scene.proxy, "begin"), 1);
      assert.equal(await scene.stored(), undefined);
    }));
}

Deno.test("a clock that is off is told with by how much", () => {
  const date = new Date(Date.now() - 3 * 3600_000).toUTCString();
  const trouble = { answer: 403, code: "RequestTimeTooSkewed", headers: { date } };
  return withUpload(() => trouble, async ({ upload }) => {
    const { message } = await rejectsWith(() => upload(), "clock_skew");
    assert.match(message, /180 minutes ahead/);
  });
});

Deno.test("the server itself refuses a clock that is off", () =>
  withUpload(() => {}, async ({ host }) => {
    const late = { ...host, now: () => new Date(Date.now() - 2 * 3600_000) };
    const backend = s3Backend(late, server.place, server.keys);
    const { message } = await rejectsWith(() => backend.list(""), "clock_skew");
    assert.match(message, /120 minutes behind/);
  }));

Deno.test("an answer to HEAD, which has no text, is explained all the same", () => {
  const expired = { answer: 400, code: "ExpiredToken" };
  const meet = ({ kind }: Arrival) => {
    return kind === "head" ? { answer: 400 } : kind === "list" ? expired : undefined;
  };
  return withUpload(meet, async ({ backend }) => {
    await rejectsWith(() => backend.head("a"), "remote_token_expired");
  });
});

Deno.test("waits double, are no shorter than the server asks, and come to an end", () => {
  const meet = ({ earlier }: Arrival) => {
    return { answer: 503, headers: { "retry-after": earlier === 2 ? "30" : "0" } };
  };
  return withUpload(meet, async ({ proxy, backend, waits }) => {
    const error = await rejectsWith(() => backend.list(""), "remote_busy");
    assert.match(error.message, /tried 6 times/);
    assert.deepEqual(waits, [200, 400, 30_000, 1600, 3200]);
    assert.equal(proxy.arrivals.length, 6);
  });
});

Deno.test("an upload that was cut off goes on where it was, and reads no part twice", () => {
  const broken = (arrival: Arrival): Trouble | undefined => {
    const { kind, url } = arrival;
    return kind === "putPart" && /partNumber=4/.test(url) && works !== true
      ? { answer: 403, code: "AccessDenied" }
      : undefined;
  };
  let works = false;
  return withUpload(broken, async ({ proxy, upload, stored }) => {
    await rejectsWith(() => upload(), "remote_denied");
    assert.equal(await stored(), undefined);
    const [before, begun] = [count(proxy, "putPart"), count(proxy, "begin")];
    works = true;
    await upload();
    assert.deepEqual(await stored(), CONTENT);
    assert.equal(count(proxy, "begin"), begun, "no new upload was begun");
    assert.ok(count(proxy, "putPart") - before < 5, "what had arrived was not sent again");
  });
});

Deno.test("an upload that the server has forgotten begins anew", () => {
  const meet = ({ kind, earlier }: Arrival): Trouble | undefined => {
    if (kind === "complete" && earlier === 0) return { answer: 403, code: "AccessDenied" };
    return kind === "parts" ? { answer: 404, code: "NoSuchUpload" } : undefined;
  };
  return withUpload(meet, async ({ proxy, upload, stored }) => {
    await rejectsWith(() => upload(), "remote_denied");
    await upload();
    assert.deepEqual(await stored(), CONTENT);
    assert.equal(count(proxy, "begin"), 2);
  });
});

Deno.test("a file that is not what its hash says is given up, and nothing is seen of it", () =>
  withUpload(() => {}, async ({ path, proxy, upload, stored }) => {
    const other = CONTENT.slice();
    other[250_000] ^= 1;
    Deno.writeFileSync(path, other);
    await rejectsWith(() => upload(), "damaged_archive");
    assert.equal(await stored(), undefined);
    assert.equal(count(proxy, "abort"), 1);
    Deno.writeFileSync(path, other.subarray(0, 300));
    await rejectsWith(() => upload(), "damaged_archive");
  }));

Deno.test("a download that is cut, or shorter than was asked for, is an error that passes", () => {
  const troubles: Trouble[] = [{ cutAnswerAfter: 500 }, { shortenTo: 500 }];
  const meet = ({ kind, earlier }: Arrival) => kind === "get" ? troubles[earlier] : undefined;
  return withUpload(meet, async ({ backend, proxy }) => {
    await backend.put("a", CONTENT);
    assert.deepEqual(await backend.get("a", 1000, 5000), CONTENT.slice(1000, 6000));
    assert.equal(count(proxy, "get"), 3);
  });
});

Deno.test("a server that is not there is named, and how it failed is not", () =>
  withTempDir(async (folder) => {
    const host = testHost(folder, { now: () => new Date() });
    const backend = s3Backend(host, loopbackPlace(1), server.keys);
    const error = await rejectsWith(() => backend.list(""), "remote_unreachable");
    assert.match(error.message, /127\.0\.0\.1:1 could not be reached/);
  }));

Deno.test("no more calls are on their way at a time than the limit allows", async () => {
  let [running, most] = [0, 0];
  const slow = {
    head: async () => {
      most = Math.max(most, ++running);
      await new Promise((wake) => setTimeout(wake, 1));
      running--;
    },
  } as unknown as Backend;
  const limited = withLimit(slow, 3);
  await Promise.all(Array.from({ length: 20 }, () => limited.head("a")));
  assert.deepEqual([running, most], [0, 3]);
});

Deno.test("an upload to a folder that was cut off goes on where it was", () =>
  withTempDir(async (folder) => {
    const disk = join(folder, "disk");
    Deno.mkdirSync(disk);
    const host = testHost(folder);
    markFolder(host, disk);
    const path = join(folder, "one.tar.gz");
    Deno.writeFileSync(path, CONTENT);
    const file = { path, key: KEY, size: CONTENT.length, sha256: sha256Of(CONTENT) };
    const backend = folderBackend(host, disk);
    let sent: number[] = [];
    const counting = (last: number): Backend => ({
      ...backend,
      putPart(upload, number, bytes) {
        if (number > last) throw new Error("unplugged");
        sent.push(number);
        return backend.putPart(upload, number, bytes);
      },
    });
    await uploadFile(host, counting(2), file, { partBytes: PART }).catch(() => {});
    assert.deepEqual(sent, [1, 2]);
    sent = [];
    await uploadFile(host, counting(9), file, { partBytes: PART });
    assert.deepEqual(sent, [3, 4, 5]);
    assert.deepEqual(Deno.readFileSync(join(disk, KEY)), CONTENT);
  }));
