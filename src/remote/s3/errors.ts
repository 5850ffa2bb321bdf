import type { BucketPlace } from "./place.ts";
import { RemoteFault } from "../faults.ts";
import { textOf } from "./xml.ts";

/** What a server answered instead of doing what it was asked to. */
export interface Refusal {
  status: number;
  /** Its XML, as far as there is any. */
  body: string;
  headers: Headers;
  /** The time here when it answered. */
  now: Date;
}

interface Meaning {
  code: string;
  /** What became of it; follows "HOST: ". */
  says: string;
  hint: string;
  passing?: boolean;
}

const KEYS: Meaning = {
  code: "remote_keys_refused",
  says: "does not accept the access key",
  hint: "Remove the backend and add it again with the right keys and region.",
};
const EXPIRED: Meaning = {
  code: "remote_token_expired",
  says: "says that the session token has expired",
  hint: "Sign in anew, so that AWS_SESSION_TOKEN or the credentials file has a fresh one.",
};
const DENIED: Meaning = {
  code: "remote_denied",
  says: "does not allow this",
  hint: "The key needs the rights to list, read and write in this bucket.",
};
const LATER = { hint: "Try again later.", passing: true };
const BUSY: Meaning = {
  code: "remote_busy",
  says: "asks to slow down",
  ...LATER,
};
const BROKEN: Meaning = {
  code: "remote_failed",
  says: "has failed",
  ...LATER,
};
const GARBLED: Meaning = {
  code: "remote_damaged",
  says: "received something else than was sent",
  hint: "Try again; if it stays so, look for a proxy in between.",
  passing: true,
};

const UNKNOWN: Meaning = {
  code: "remote_refused",
  says: "does not know this request",
  hint: "Does it speak S3? Check with: lifeboat backends test ID",
};

/** By the code in the answer's XML. */
const BY_CODE: Record<string, Meaning> = {
  InvalidAccessKeyId: KEYS,
  SignatureDoesNotMatch: KEYS,
  AuthorizationHeaderMalformed: KEYS,
  ExpiredToken: EXPIRED,
  InvalidToken: EXPIRED,
  TokenRefreshRequired: EXPIRED,
  AccessDenied: DENIED,
  AllAccessDisabled: DENIED,
  SlowDown: BUSY,
  ServiceUnavailable: BUSY,
  TooManyRequests: BUSY,
  RequestTimeout: BROKEN,
  InternalError: BROKEN,
  BadDigest: GARBLED,
  InvalidDigest: GARBLED,
  XAmzContentSHA256Mismatch: GARBLED,
  NotImplemented: UNKNOWN,
};

function byStatus(status: number): Meaning | undefined {
  if (status === 429 || status === 503) return BUSY;
  if (status >= 500) return BROKEN;
  return status === 401 || status === 403 ? DENIED : undefined;
}

function skewed({ headers, body, now }: Refusal): Meaning {
  const there = new Date(textOf(body, "ServerTime") || headers.get("date") || now);
  const minutes = Math.round((now.getTime() - there.getTime()) / 60_000);
  const which = minutes >= 0 ? "ahead" : "behind";
  return {
    code: "clock_skew",
    says: `refuses this machine's clock, which is ${Math.abs(minutes)} minutes ${which}`,
    hint: "Set the clock of this machine.",
  };
}

function elsewhere({ headers, body }: Refusal): Meaning {
  const region = headers.get("x-amz-bucket-region") ?? textOf(body, "Region");
  return {
    code: "wrong_region",
    says: `says that the bucket is elsewhere${region ? `: in ${region}` : ""}`,
    hint: "Remove the backend and add it again with that --region or --endpoint.",
  };
}

function meaningOf(place: BucketPlace, refusal: Refusal): Meaning {
  const { status, body } = refusal;
  const code = textOf(body, "Code");
  if (code === "NoSuchBucket") {
    const hint = "Make the bucket at your provider, or add the backend with another one.";
    return { code: "no_such_bucket", says: `has no bucket ${place.bucket}`, hint };
  }
  if (code === "RequestTimeTooSkewed") return skewed(refusal);
  if ((status >= 300 && status < 400) || code === "PermanentRedirect") return elsewhere(refusal);
  return (Object.hasOwn(BY_CODE, code) ? BY_CODE[code] : undefined) ?? byStatus(status) ?? {
    code: "remote_refused",
    says: `refused (${status}${/^\w{1,40}$/.test(code) ? ` ${code}` : ""})`,
    hint: "Check endpoint, bucket and keys with: lifeboat backends test ID",
  };
}

/** Seconds that a server asks to wait, as ms; at most a minute is believed. */
function waitOf(headers: Headers): number {
  const seconds = Number(headers.get("retry-after") ?? 0);
  return Number.isFinite(seconds) ? Math.min(60, Math.max(0, seconds)) * 1000 : 0;
}

/** The error that a server's refusal is. Its message holds nothing that the server wrote but codes. */
export function refusalFault(place: BucketPlace, refusal: Refusal): RemoteFault {
  const { code, says, hint, passing } = meaningOf(place, refusal);
  const { host } = new URL(place.endpoint);
  return new RemoteFault(code, `${host} ${says}`, {
    hint,
    passing,
    waitMs: waitOf(refusal.headers),
  });
}

/** The error of a request that got no answer, or half of one. */
export function unreachable(place: BucketPlace, cause: unknown): RemoteFault {
  const { host } = new URL(place.endpoint);
  const late = cause instanceof DOMException && cause.name === "TimeoutError";
  const what = late ? "did not answer in time" : "could not be reached, or hung up";
  return new RemoteFault("remote_unreachable", `${host} ${what}`, {
    hint: "Is this machine online, and is the endpoint right?",
    passing: true,
    cause,
  });
}
