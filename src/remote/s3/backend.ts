import { Buffer } from "node:buffer";
import { type Host, md5Of, sha256Of } from "../../base/mod.ts";
import type { Backend, ObjectInfo, Part, Upload } from "../backend.ts";
import { noSuchObject, RemoteFault, shortRead } from "../faults.ts";
import type { BucketPlace } from "./place.ts";
import { type AccessKeys, createSender, type S3Answer, type S3Request } from "./request.ts";
import { elementsOf, escapeXml, textOf } from "./xml.ts";

const SHA256_HEADER = "x-amz-meta-sha256";

function xmlOf({ bytes }: S3Answer): string {
  return new TextDecoder().decode(bytes);
}

/** The MD5 that an ETag is; none with a service's own encryption, nor of an object in parts. */
function md5In(etag: string): string | undefined {
  return /^"?([0-9a-f]{32})"?$/i.exec(etag)?.[1].toLowerCase();
}

/** With keys of a key service or of the customer, an ETag looks like an MD5 and is none. */
function hasOpaqueTag(headers: Headers): boolean {
  return (headers.get("x-amz-server-side-encryption") ?? "").startsWith("aws:kms") ||
    headers.has("x-amz-server-side-encryption-customer-algorithm");
}

function base64Md5(md5: string): string {
  return Buffer.from(md5, "hex").toString("base64");
}

/** A bucket of any service that speaks S3. */
export function s3Backend(host: Host, place: BucketPlace, keys: AccessKeys): Backend {
  const send = createSender(host, place, keys);
  const name = [place.bucket, place.prefix].filter(Boolean).join("/");
  const shown = `s3://${name} at ${new URL(place.endpoint).host}`;

  /** An answer to HEAD has no text that says what is wrong: the same question as a GET has. */
  async function headOf(request: S3Request): Promise<S3Answer> {
    try {
      return await send(request, 404);
    } catch (error) {
      if (error instanceof RemoteFault && !error.passing) await listPage(request.key, "", 1);
      throw error;
    }
  }

  async function head(key: string): Promise<ObjectInfo | undefined> {
    const { status, headers } = await headOf({ method: "HEAD", key });
    if (status === 404) return undefined;
    const sha256 = headers.get(SHA256_HEADER)?.toUpperCase();
    return { key, size: Number(headers.get("content-length")), ...(sha256 && { sha256 }) };
  }

  async function sendPart(request: S3Request, bytes: Uint8Array<ArrayBuffer>): Promise<Part> {
    const md5 = md5Of(bytes);
    const headers = { ...request.headers, "content-md5": base64Md5(md5) };
    const answer = await send({ ...request, headers, body: bytes });
    const tag = answer.headers.get("etag") ?? "";
    const told = md5In(tag);
    if (told && told !== md5 && !hasOpaqueTag(answer.headers)) {
      throw new RemoteFault("remote_damaged", `${shown} stored something else than was sent`, {
        passing: true,
        hint: "Try again; if it stays so, look for a proxy in between.",
      });
    }
    return { number: 0, size: bytes.length, tag, md5 };
  }

  async function listPage(prefix: string, token: string, most = 1000): Promise<string> {
    const whole = place.prefix === "" ? prefix : `${place.prefix}/${prefix}`;
    return xmlOf(
      await send({
        method: "GET",
        key: "",
        query: {
          "list-type": "2",
          "max-keys": String(most),
          prefix: whole,
          ...(token && { "continuation-token": token }),
        },
      }),
    );
  }

  async function list(prefix: string): Promise<ObjectInfo[]> {
    const found: ObjectInfo[] = [];
    const skip = place.prefix === "" ? 0 : place.prefix.length + 1;
    let token = "";
    do {
      const xml = await listPage(prefix, token);
      for (const item of elementsOf(xml, "Contents")) {
        found.push({ key: textOf(item, "Key").slice(skip), size: Number(textOf(item, "Size")) });
      }
      token = textOf(xml, "IsTruncated") === "true" ? textOf(xml, "NextContinuationToken") : "";
    } while (token !== "");
    return found.sort((a, b) => a.key < b.key ? -1 : 1);
  }

  /** For what some services do not know, and what can be done without. */
  async function ifKnown<T>(act: () => Promise<T>): Promise<T | undefined> {
    try {
      return await act();
    } catch (error) {
      if (error instanceof RemoteFault && error.code === "remote_refused") return undefined;
      throw error;
    }
  }

  async function allParts(upload: Upload): Promise<Part[] | undefined> {
    const found: Part[] = [];
    let marker = "";
    do {
      const query = { uploadId: upload.id, ...(marker && { "part-number-marker": marker }) };
      const answer = await send({ method: "GET", key: upload.key, query }, 404);
      if (answer.status === 404) return undefined;
      const xml = xmlOf(answer);
      for (const item of elementsOf(xml, "Part")) {
        const tag = textOf(item, "ETag");
        const [number, size] = [Number(textOf(item, "PartNumber")), Number(textOf(item, "Size"))];
        found.push({ number, size, tag, md5: md5In(tag) });
      }
      const more = textOf(xml, "IsTruncated") === "true";
      marker = more ? textOf(xml, "NextPartNumberMarker") : "";
    } while (marker !== "");
    return found;
  }

  async function complete(upload: Upload, parts: Part[]): Promise<void> {
    const lines = parts.map(({ number, tag }) =>
      `<Part><PartNumber>${number}</PartNumber><ETag>${escapeXml(tag)}</ETag></Part>`
    );
    const xml = `<CompleteMultipartUpload>${lines.join("")}</CompleteMultipartUpload>`;
    const body = new TextEncoder().encode(xml);
    const headers = { "content-type": "application/xml" };
    const query = { uploadId: upload.id };
    await send({ method: "POST", key: upload.key, query, headers, body });
  }

  async function get(key: string, at: number, bytes: number): Promise<Uint8Array<ArrayBuffer>> {
    if (bytes === 0) return new Uint8Array();
    const headers = { range: `bytes=${at}-${at + bytes - 1}` };
    const answer = await send({ method: "GET", key, headers, expects: bytes }, 404);
    if (answer.status === 404) throw noSuchObject(shown, key);
    if (answer.bytes.length !== bytes) throw shortRead(shown, key, answer.bytes.length, bytes);
    return answer.bytes;
  }

  return {
    place: shown,
    async put(key, bytes) {
      const headers = { [SHA256_HEADER]: sha256Of(bytes) };
      await sendPart({ method: "PUT", key, headers }, bytes);
    },
    async begin({ key, sha256 }) {
      const headers = { [SHA256_HEADER]: sha256, "content-type": "application/octet-stream" };
      const query = { uploads: "" };
      const id = textOf(xmlOf(await send({ method: "POST", key, query, headers })), "UploadId");
      if (id !== "") return id;
      throw new RemoteFault("remote_refused", `${shown} does not take uploads in parts`);
    },
    async putPart({ key, id }, number, bytes) {
      const query = { partNumber: String(number), uploadId: id };
      return { ...await sendPart({ method: "PUT", key, query }, bytes), number };
    },
    parts: (upload) => ifKnown(() => allParts(upload)), // else the upload begins anew
    complete,
    abort: async ({ key, id }) => {
      const request: S3Request = { method: "DELETE", key, query: { uploadId: id } };
      await ifKnown(() => send(request, 404)); // else the service's own clean-up is to be waited for
    },
    get,
    head,
    list,
    remove: async (key) => void await send({ method: "DELETE", key }, 404),
  };
}
