import { isReadable, parseEndpoint, placeOf, urlOf } from "../../src/remote/s3/place.ts";
import { assert, rejectsWith } from "../assert.ts";

/** Endpoint, region as said, and what becomes of both for the key `k` in the bucket `bkt`. */
const SERVICES: [
  endpoint: string | undefined,
  said: string | undefined,
  region: string,
  url: string,
][] = [
  [undefined, "eu-central-1", "eu-central-1", "https://bkt.s3.eu-central-1.amazonaws.com/p/k"],
  [undefined, undefined, "us-east-1", "https://bkt.s3.us-east-1.amazonaws.com/p/k"],
  [undefined, "cn-north-1", "cn-north-1", "https://bkt.s3.cn-north-1.amazonaws.com.cn/p/k"],
  ["http://localhost:9000", undefined, "us-east-1", "http://localhost:9000/bkt/p/k"],
  ["minio.example.com", "home", "home", "https://minio.example.com/bkt/p/k"],
  [
    "https://abc.r2.cloudflarestorage.com",
    undefined,
    "auto",
    "https://abc.r2.cloudflarestorage.com/bkt/p/k",
  ],
  [
    "https://s3.us-west-004.backblazeb2.com",
    undefined,
    "us-west-004",
    "https://s3.us-west-004.backblazeb2.com/bkt/p/k",
  ],
  [
    "https://oss-cn-hangzhou.aliyuncs.com",
    undefined,
    "oss-cn-hangzhou",
    "https://bkt.oss-cn-hangzhou.aliyuncs.com/p/k",
  ],
  [
    "https://cos.ap-guangzhou.myqcloud.com",
    undefined,
    "ap-guangzhou",
    "https://bkt.cos.ap-guangzhou.myqcloud.com/p/k",
  ],
];

for (const [endpoint, said, region, url] of SERVICES) {
  Deno.test(`a bucket at ${endpoint ?? `AWS (${said})`} is addressed as that service wants`, () => {
    const place = placeOf({ endpoint, region: said, bucket: "bkt", prefix: "p" });
    assert.equal(place.region, region);
    assert.equal(urlOf(place, "k").href, url);
  });
}

Deno.test("a bucket with dots stays out of the host name, which has a certificate", () => {
  const place = placeOf({ region: "eu-west-1", bucket: "a.b" });
  assert.equal(urlOf(place, "k").href, "https://s3.eu-west-1.amazonaws.com/a.b/k");
});

Deno.test("what is no endpoint or no bucket is refused, a password in it without being repeated", async () => {
  for (const text of ["", "ftp://x", "https://x/bucket", "https://x?y=1", "https://"]) {
    await rejectsWith(() => parseEndpoint(text), "usage");
  }
  const error = await rejectsWith(() => parseEndpoint("https://u:hunter2@x"), "usage");
  assert.ok(!error.message.includes("hunter2"));
  for (const bucket of ["", "a/b", "..", "x y", "-a"]) {
    await rejectsWith(() => placeOf({ bucket }), "usage");
  }
});

Deno.test("only what leaves this machine unencrypted is readable to a network", () => {
  const endpoints = ["http://minio.lan", "http://10.0.0.1:9000", "http://localhost.evil.com"];
  for (const endpoint of endpoints) assert.ok(isReadable(endpoint), endpoint);
  for (
    const endpoint of [
      "https://minio.lan",
      "http://localhost:9000",
      "http://127.0.0.1",
      "http://[::1]",
    ]
  ) {
    assert.ok(!isReadable(endpoint), endpoint);
  }
});
