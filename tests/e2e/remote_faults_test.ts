/** Backends that fail while something is sent or fetched: nothing is half there, here or there. */
import { join } from "node:path";
import { assert } from "../assert.ts";
import { homeState } from "../support/folder_state.ts";
import { killDuring } from "../support/killing.ts";
import {
  type Arrival,
  type FaultyProxy,
  startFaultyProxy,
  type Trouble,
} from "../support/s3/faulty_proxy.ts";
import { loopbackPlace, startS3Server } from "../support/s3/server.ts";
import { CONFIRM, namesIn, type Scene, withScene } from "../support/scene.ts";

const server = await startS3Server();
let prefixes = 0;

/** What the proxy does with each request; a test may change it. */
interface Line {
  meet(arrival: Arrival): Trouble | undefined | void;
}

/** Bytes that make an archive one of several parts. */
const NOISE = 22 << 20;

/** A user with a large home, and a bucket behind a line that may be bad. */
function withLine(use: (scene: Scene, line: Line, proxy: FaultyProxy) => Promise<void>) {
  return withScene(async (scene) => {
    const noise = new Uint8Array(NOISE);
    for (let at = 0; at < NOISE; at += 65536) {
      crypto.getRandomValues(noise.subarray(at, at + 65536));
    }
    Deno.writeFileSync(join(scene.home, "large.bin"), noise.subarray(0, NOISE));
    const line: Line = { meet: () => {} };
    const proxy = await startFaultyProxy(server.port, (arrival) => line.meet(arrival));
    try {
      const { endpoint, bucket } = loopbackPlace(proxy.port);
      const place = ["--endpoint", endpoint, "--bucket", bucket, "--prefix", `f/${++prefixes}`];
      const env = {
        AWS_ACCESS_KEY_ID: server.keys.accessKeyId,
        AWS_SECRET_ACCESS_KEY: server.keys.secretAccessKey,
      };
      const added = await scene.run(["backends", "add", "s3", "--name", "cloud", ...place], {
        env,
      });
      assert.equal(added.code, 0, added.stderr);
      await use(scene, line, proxy);
    } finally {
      await proxy.stop();
    }
  });
}

function count(proxy: FaultyProxy, kind: string): number {
  return proxy.arrivals.filter((arrival) => arrival.kind === kind).length;
}

const SYNC = ["sync", "latest", "--allow-plaintext"];
const RESTORE = ["restore", "latest", "--from-remote", "cloud", "--apply", CONFIRM];

Deno.test("a sync that was killed goes on where it was, and shows nothing until it is done", () =>
  withLine(async (scene, _, proxy) => {
    await scene.backUp("--no-directory");
    const seen = () => count(proxy, "putPart") >= 3;
    assert.ok(await killDuring(scene, SYNC, { seen, delayMs: 0 }), "it was killed");
    const list = await scene.run<{ backups: unknown[] }>(["list", "--remote", "cloud", "--json"]);
    assert.deepEqual(list.json.backups, []);
    const again = await scene.run([...SYNC, "--json"]);
    assert.equal(again.code, 0, again.stdout);
    assert.equal(count(proxy, "begin"), 1, "no new upload was begun");
    const verified = await scene.run(["verify", "latest", "--remote", "cloud", "--data"]);
    assert.equal(verified.code, 0, verified.stdout);
    const state = join(scene.user, ".local", "state", "lifeboat");
    assert.deepEqual([namesIn(join(state, "uploads")), namesIn(join(state, "downloads"))], [
      [],
      [],
    ]);
  }));

const LASTING: [name: string, trouble: Trouble, code: string][] = [
  ["the session token expires", { answer: 400, code: "ExpiredToken" }, "remote_token_expired"],
  ["the bucket goes", { answer: 404, code: "NoSuchBucket" }, "no_such_bucket"],
  ["access is taken away", { answer: 403, code: "AccessDenied" }, "remote_denied"],
];

for (const [name, trouble, code] of LASTING) {
  Deno.test(`a restore during which ${name} leaves the home as it was`, () =>
    withLine(async (scene, line, proxy) => {
      await scene.backUp("--no-directory");
      assert.equal((await scene.run(SYNC)).code, 0);
      Deno.removeSync(join(scene.home, "large.bin"));
      Deno.writeTextFileSync(join(scene.home, "config.toml"), 'model = "mine"\n');
      const before = homeState(scene.home);
      const start = count(proxy, "get");
      // The record and the index arrive, and some of the content.
      line.meet = ({ kind, earlier }) =>
        kind === "get" && earlier > start + 5 ? trouble : undefined;
      const failed = await scene.run([...RESTORE, "--json"]);
      assert.equal(failed.json.error?.code, code, failed.stdout);
      assert.equal(failed.code, 20);
      assert.deepEqual(homeState(scene.home), before);
      const downloads = join(scene.user, ".local", "state", "lifeboat", "downloads");
      assert.deepEqual(namesIn(downloads), []);
      line.meet = () => {};
      assert.equal((await scene.run(RESTORE)).code, 0);
      assert.equal(Deno.statSync(join(scene.home, "large.bin")).size, NOISE);
    }));
}

Deno.test("a restore survives answers that are cut, short, slow or wrong for a moment", () =>
  withLine(async (scene, line, proxy) => {
    await scene.backUp("--no-directory");
    assert.equal((await scene.run(SYNC)).code, 0);
    await Deno.remove(scene.home, { recursive: true });
    const start = count(proxy, "get");
    const troubles: Record<number, Trouble> = {
      2: { answer: 500, code: "InternalError" },
      6: { cutAnswerAfter: 100_000 },
      7: { shortenTo: 100 },
      8: { answer: 503, code: "SlowDown" },
    };
    line.meet = ({ kind, earlier }) => kind === "get" ? troubles[earlier - start] : undefined;
    const restored = await scene.run([...RESTORE, "--json"]);
    assert.equal(restored.code, 0, restored.stdout);
    assert.equal(Deno.statSync(join(scene.home, "large.bin")).size, NOISE);
  }));

Deno.test("locks and versions in a bucket are left as they are", () =>
  withLine(async (scene, _, proxy) => {
    for (let at = 0; at < 2; at++) {
      await scene.backUp("--no-directory");
      assert.equal((await scene.run(SYNC)).code, 0);
    }
    assert.equal(count(proxy, "remove"), 0, "sync deletes nothing");
    const [first] = scene.published().filter((name) => name.endsWith(".tar.gz"));
    const id = first.slice(0, -".tar.gz".length);
    assert.equal((await scene.run(["delete", id, "--remote", "cloud", "--yes"])).code, 0);
    assert.equal(count(proxy, "remove"), 3);
    for (const { url, headers, kind } of proxy.arrivals) {
      assert.ok(!/versionId|object-lock|retention|legal-hold/.test(url), url);
      assert.ok(!Object.keys(headers).some((name) => /object-lock|bypass-governance/.test(name)));
      // A bucket with locks takes nothing without a checksum.
      if (kind === "put" || kind === "putPart") assert.ok(headers["content-md5"], url);
    }
  }));
