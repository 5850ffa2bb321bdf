/** A server that speaks as much S3 as an upload needs, and keeps nothing but what became of it. */
import http from "node:http";

/** What was uploaded. */
export interface Sunk {
  bytes: number;
  /** As the client stored it with the object. */
  sha256?: string;
}

/** A running sink. */
export interface Sink {
  port: number;
  /** By key, with the bucket before it. */
  objects: Map<string, Sunk>;
  stop(): Promise<void>;
}

/** Starts a sink on the loopback. */
export async function startSink(): Promise<Sink> {
  const objects = new Map<string, Sunk>();
  const begun = new Map<string, Sunk>();

  function answer(method: string, url: URL, sunk: Sunk): [status: number, body: string] {
    const key = decodeURIComponent(url.pathname.slice(1));
    if (method === "GET") return [200, "<ListBucketResult></ListBucketResult>"];
    if (method === "HEAD") return [objects.has(key) ? 200 : 404, ""];
    if (url.searchParams.has("uploads")) {
      begun.set(key, { bytes: 0, sha256: sunk.sha256 });
      return [200, "<R><UploadId>1</UploadId></R>"];
    }
    if (method === "POST") objects.set(key, begun.get(key)!);
    else if (url.searchParams.has("partNumber")) begun.get(key)!.bytes += sunk.bytes;
    else objects.set(key, sunk);
    return [200, ""];
  }

  const server = http.createServer((request, response) => {
    const url = new URL(request.url!, "http://sink");
    const sunk: Sunk = { bytes: 0, sha256: request.headers["x-amz-meta-sha256"] as string };
    request.on("data", (chunk: Uint8Array) => sunk.bytes += chunk.length);
    request.on("end", () => {
      const [status, body] = answer(request.method!, url, sunk);
      const there = request.method === "HEAD" &&
        objects.get(decodeURIComponent(url.pathname.slice(1)));
      const headers = there
        ? { "content-length": String(there.bytes), "x-amz-meta-sha256": there.sha256 }
        : { etag: '"opaque"' };
      response.writeHead(status, headers).end(body);
    });
  });
  server.keepAliveTimeout = 0; // no timer that outlives a test
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  return {
    port: (server.address() as { port: number }).port,
    objects,
    async stop() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
