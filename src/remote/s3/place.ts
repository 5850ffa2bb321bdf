import { LifeboatError } from "../../base/mod.ts";

/** Where a bucket is. */
export interface BucketPlace {
  /** `https://host`, without a path. */
  endpoint: string;
  region: string;
  bucket: string;
  /** Before every key; no slash at either end; may be empty. */
  prefix: string;
}

/** Services whose buckets are host names; some of them answer to nothing else. */
const BY_HOST_NAME = /(^|\.)(amazonaws\.com(\.cn)?|aliyuncs\.com|myqcloud\.com)$/;

/** The region in the host name of a service, where it has one. */
const REGION_IN_HOST = [
  /^s3[.-](?:dualstack\.)?([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?$/,
  /^s3\.([a-z0-9-]+)\.backblazeb2\.com$/,
  /^(?:s3\.)?(oss-[a-z0-9-]+)\.aliyuncs\.com$/,
  /^cos\.([a-z0-9-]+)\.myqcloud\.com$/,
];

function refused(message: string, hint: string): LifeboatError {
  return new LifeboatError("refused", "usage", message, { hint });
}

/** An endpoint as it is kept. Throws `usage` for what is no address of a server. */
export function parseEndpoint(text: string): string {
  const hint = "Write it so: https://s3.example.com";
  const withScheme = /^[a-z]+:\/\//i.test(text) ? text : `https://${text}`;
  if (!URL.canParse(withScheme)) throw refused(`${text} is no endpoint`, hint);
  const { protocol, origin, pathname, search, username, password } = new URL(withScheme);
  if (username || password) throw refused("The endpoint holds a password", hint);
  if (!/^https?:$/.test(protocol) || pathname !== "/" || search) {
    throw refused(
      `${text} is no endpoint`,
      `${hint} (bucket and prefix have options of their own)`,
    );
  }
  return origin;
}

/** Whether a network can read what goes to an endpoint; this machine itself is none. */
export function isReadable(endpoint: string): boolean {
  const { protocol, hostname } = new URL(endpoint);
  return protocol === "http:" && !/^(localhost|127\.[\d.]+|\[::1\])$/.test(hostname);
}

function awsEndpoint(region: string): string {
  return `https://s3.${region}.amazonaws.com${region.startsWith("cn-") ? ".cn" : ""}`;
}

function regionOf(endpoint: string): string | undefined {
  const { hostname } = new URL(endpoint);
  if (hostname.endsWith(".r2.cloudflarestorage.com")) return "auto";
  for (const pattern of REGION_IN_HOST) {
    const match = pattern.exec(hostname);
    if (match) return match[1];
  }
  return undefined;
}

/** A prefix without slashes at its ends, and without empty parts. */
function cleanPrefix(prefix: string): string {
  return prefix.split("/").filter((part) => part !== "").join("/");
}

/**
 * What is to be known of a bucket from what the user has said. Without an endpoint it is one of
 * AWS; without a region, that in the endpoint, else `us-east-1`, which MinIO and others accept.
 */
export function placeOf(
  said: { endpoint?: string; region?: string; bucket: string; prefix?: string },
): BucketPlace {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{1,254}$/.test(said.bucket)) {
    throw refused(`${said.bucket} is no name of a bucket`, "It has letters, digits, dots, dashes.");
  }
  const endpoint = said.endpoint && parseEndpoint(said.endpoint);
  const region = said.region ?? (endpoint && regionOf(endpoint)) ?? "us-east-1";
  return {
    endpoint: endpoint || awsEndpoint(region),
    region,
    bucket: said.bucket,
    prefix: cleanPrefix(said.prefix ?? ""),
  };
}

/** As URLs of S3 have it: everything but letters, digits and `-_.~` as `%XX`. */
function encode(part: string): string {
  return encodeURIComponent(part)
    .replaceAll(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

/**
 * The URL of a key, or with an empty one of the bucket. The bucket is part of the host name where
 * the service asks for that; a name with a dot would not fit the service's certificate.
 */
export function urlOf(place: BucketPlace, key: string, query: Record<string, string> = {}): URL {
  const { endpoint, bucket, prefix } = place;
  const url = new URL(endpoint);
  const byHost = BY_HOST_NAME.test(url.hostname) && !bucket.includes(".");
  if (byHost) url.hostname = `${bucket}.${url.hostname}`;
  const whole = key === "" ? "" : prefix === "" ? key : `${prefix}/${key}`;
  const parts = [...(byHost ? [] : [bucket]), ...(whole === "" ? [] : whole.split("/"))];
  url.pathname = `/${parts.map(encode).join("/")}`;
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return url;
}
