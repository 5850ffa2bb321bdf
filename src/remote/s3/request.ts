import { AwsV4Signer } from "aws4fetch";
import { type Host, sha256Of } from "../../base/mod.ts";
import { refusalFault, unreachable } from "./errors.ts";
import { type BucketPlace, urlOf } from "./place.ts";

/** What requests are signed with. */
export interface AccessKeys {
  accessKeyId: string;
  secretAccessKey: string;
  /** Of keys that are good for some hours only. */
  sessionToken?: string;
}

/** A request for a key, or with an empty key for the bucket. */
export interface S3Request {
  method: "GET" | "PUT" | "POST" | "DELETE" | "HEAD";
  key: string;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  body?: Uint8Array<ArrayBuffer>;
  /** Bytes that the answer may have; tells how long to wait for them. */
  expects?: number;
}

/** A whole answer that is not a refusal, or the one status that was said to be fine. */
export interface S3Answer {
  status: number;
  headers: Headers;
  bytes: Uint8Array<ArrayBuffer>;
}

/** Makes a request. Throws {@linkcode RemoteFault}, or `interrupted`. */
export type SendRequest = (request: S3Request, fine?: number) => Promise<S3Answer>;

/** How long an answer may take, ms; and how slow a connection may be, bytes a second. */
const PATIENCE_MS = 60_000;
const SLOWEST = 20_000;

function timeLimit({ body, expects = 0 }: S3Request): number {
  return PATIENCE_MS + ((body?.length ?? 0) + expects) / SLOWEST * 1000;
}

/** Keys are never part of what is thrown: an error names the host only. */
async function signed(place: BucketPlace, keys: AccessKeys, request: S3Request, now: Date) {
  const { method, key, query, headers, body } = request;
  const signer = new AwsV4Signer({
    ...keys,
    method,
    url: urlOf(place, key, query).href,
    service: "s3",
    region: place.region,
    datetime: now.toISOString().replaceAll(/[:-]|\.\d{3}/g, ""),
    // The body's hash is signed, so that the server refuses what was garbled on its way.
    headers: { ...headers, "x-amz-content-sha256": sha256Of(body ?? "").toLowerCase() },
  });
  const { url, headers: all } = await signer.sign();
  all.set("accept-encoding", "identity"); // not signed: proxies change it
  return { url, headers: all };
}

/** A request function for a bucket. */
export function createSender(host: Host, place: BucketPlace, keys: AccessKeys): SendRequest {
  async function exchange(request: S3Request): Promise<S3Answer> {
    const { url, headers } = await signed(place, keys, request, host.now());
    const { method, body } = request;
    try {
      const limit = AbortSignal.any([host.signal, AbortSignal.timeout(timeLimit(request))]);
      const response = await fetch(url, {
        method,
        headers,
        body,
        signal: limit,
        redirect: "manual",
      });
      const bytes = new Uint8Array(await response.arrayBuffer());
      return { status: response.status, headers: response.headers, bytes };
    } catch (cause) {
      host.signal.throwIfAborted();
      throw unreachable(place, cause);
    }
  }

  return async (request, fine) => {
    const answer = await exchange(request);
    const { status, headers, bytes } = answer;
    const body = new TextDecoder().decode(bytes.subarray(0, 64 << 10));
    // CompleteMultipartUpload can begin with 200 and then tell of a failure.
    const failed = status === 200 && request.method === "POST" && /<Error[\s>]/.test(body);
    const isGone = /<Code>NoSuchBucket<\/Code>/.test(body); // more than that there is no such object
    if ((status >= 200 && status < 300 && !failed) || (status === fine && !isGone)) return answer;
    throw refusalFault(place, { status: failed ? 500 : status, headers, body, now: host.now() });
  };
}
