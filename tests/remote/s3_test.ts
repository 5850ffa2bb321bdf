import { s3Backend } from "../../src/remote/s3/backend.ts";
import { assert, rejectsWith } from "../assert.ts";
import { testHost } from "../support/host.ts";
import { loopbackPlace, startS3Server } from "../support/s3/server.ts";
import { patterned, testConformance } from "./conformance.ts";

const server = await startS3Server();
const host = testHost("/nowhere", { now: () => new Date() });
let prefixes = 0;

/** A backend with a prefix of its own, so that tests do not see each other's objects. */
function freshBackend() {
  return s3Backend(host, { ...server.place, prefix: `test ${++prefixes}/ü` }, server.keys);
}

testConformance("s3", (use) => use(freshBackend()));

Deno.test("a list of more objects than one answer holds is complete", async () => {
  const backend = freshBackend();
  const keys = Array.from({ length: 1005 }, (_, at) => `n/${String(at).padStart(4, "0")}`);
  for (let at = 0; at < keys.length; at += 50) {
    await Promise.all(keys.slice(at, at + 50).map((key) => backend.put(key, patterned(1))));
  }
  assert.deepEqual((await backend.list("n/")).map(({ key }) => key), keys);
});

Deno.test("a prefix is joined with a slash, and only once", async () => {
  const [plain, below] = ["", "one/two"].map((prefix) =>
    s3Backend(host, { ...server.place, prefix }, server.keys)
  );
  await below.put("key", patterned(5));
  assert.deepEqual((await plain.list("one/")).map(({ key }) => key), ["one/two/key"]);
});

Deno.test("a wrong secret, a wrong key and a bucket that is gone each have their error", async () => {
  const { place, keys } = server;
  const wrongSecret = s3Backend(host, place, { ...keys, secretAccessKey: "hunter2-wrong" });
  const refused = await rejectsWith(() => wrongSecret.list(""), "remote_keys_refused");
  assert.ok(!JSON.stringify([refused.message, refused.hint]).includes("hunter2"));
  assert.equal(refused.kind, "remote");
  const wrongKey = s3Backend(host, place, { ...keys, accessKeyId: "NOBODY" });
  await rejectsWith(() => wrongKey.head("a"), "remote_keys_refused");
  const gone = s3Backend(host, loopbackPlace(server.port, "gone-bucket"), keys);
  await rejectsWith(() => gone.list(""), "no_such_bucket");
  await rejectsWith(() => gone.put("a", patterned(5)), "no_such_bucket");
});
