/** An S3 server that checks signatures, started by the tests; traffic stays on the loopback. */
import { fileURLToPath } from "node:url";
import type { BucketPlace } from "../../../src/remote/s3/place.ts";
import { type AccessKeys, createSender } from "../../../src/remote/s3/request.ts";
import { assert } from "../../assert.ts";
import { testHost } from "../host.ts";

/** A server that runs, with a bucket. */
export interface S3Server {
  port: number;
  place: BucketPlace;
  keys: AccessKeys;
  stop(): Promise<void>;
}

/** Account and user of Swift's tempauth; see run_swift.py. */
const KEYS: AccessKeys = { accessKeyId: "test:tester", secretAccessKey: "testing" };

/** The bucket that is there from the start. */
const BUCKET = "test-bucket";

/** Where a bucket lies on a server of the loopback. */
export function loopbackPlace(port: number, bucket = BUCKET): BucketPlace {
  return { endpoint: `http://127.0.0.1:${port}`, region: "us-east-1", bucket, prefix: "" };
}

async function makeBucket(place: BucketPlace): Promise<void> {
  const host = testHost("/nowhere", { now: () => new Date() });
  await createSender(host, place, KEYS)({ method: "PUT", key: "" });
}

/** Debian's Python, which has Debian's packages. */
const PYTHON = "/usr/bin/python3";

/** Starts OpenStack Swift as a process of its own, keeping its objects in a new temporary folder. */
export async function startS3Server(): Promise<S3Server> {
  const folder = await Deno.makeTempDir({ prefix: "lifeboat-s3-" });
  const script = fileURLToPath(new URL("./run_swift.py", import.meta.url));
  const child = new Deno.Command(PYTHON, { args: [script, folder], stdin: "null", stdout: "piped" })
    .spawn();
  const end = () => {
    child.kill("SIGKILL");
    Deno.removeSync(folder, { recursive: true });
  };
  globalThis.addEventListener("unload", end);
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const port = Number((await reader.read()).value);
  assert.ok(port > 0, "this needs the Debian packages swift-{proxy,account,container,object}");
  const place = loopbackPlace(port);
  await makeBucket(place);
  return {
    port,
    place,
    keys: KEYS,
    async stop() {
      globalThis.removeEventListener("unload", end);
      end();
      await Promise.all([child.status, reader.cancel()]);
    },
  };
}
