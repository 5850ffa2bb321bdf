/** The same against a server of other makers: what only one of them allows is found out. */
import { s3Backend } from "../../src/remote/s3/backend.ts";
import { rejectsWith } from "../assert.ts";
import { testHost } from "../support/host.ts";
import { startS3rver } from "../support/s3/s3rver.ts";
import { patterned, testConformance } from "./conformance.ts";

const { place, keys } = await startS3rver();
const host = testHost("/nowhere", { now: () => new Date() });
let prefixes = 0;

testConformance(
  "s3rver",
  (use) => use(s3Backend(host, { ...place, prefix: `test ${++prefixes}/ü` }, keys)),
  ["parts", "escapes"],
);

Deno.test("s3rver refuses wrong keys", async () => {
  const wrong = s3Backend(host, place, { ...keys, secretAccessKey: "other" });
  await rejectsWith(() => wrong.put("a", patterned(5)), "remote_keys_refused");
  const unknown = s3Backend(host, place, { ...keys, accessKeyId: "NOBODY" });
  await rejectsWith(() => unknown.head("a"), "remote_keys_refused");
});
