/** A second S3 server that checks signatures, of other makers than the first: s3rver from npm. */
import { join } from "node:path";
import { assert } from "../../assert.ts";
import { installPackages } from "../agents/install.ts";
import { loopbackPlace, type S3Server } from "./server.ts";

/** The original takes any signature of version 4. */
const PACKAGE = "@20minutes/s3rver";
const VERSION = "5.0.0";
const BUCKET = "second-bucket";

/** Keys that it knows without being told. */
const KEYS = { accessKeyId: "S3RVER", secretAccessKey: "S3RVER" };

/** Prints its port when it listens; arguments: where the package is, folder, bucket. */
const START = `
const [place, directory, name] = process.argv.slice(1);
const S3rver = require(place);
const configureBuckets = [{ name, configs: [] }];
const options = { address: "127.0.0.1", port: 0, silent: true, vhostBuckets: false };
new S3rver({ ...options, directory, configureBuckets }).run().then(({ port }) => console.log(port));
`;

/** Starts it as a process of its own, keeping its objects in a new temporary folder. */
export async function startS3rver(): Promise<S3Server> {
  const { node, modules } = await installPackages("s3rver", [`${PACKAGE}@${VERSION}`]);
  const folder = await Deno.makeTempDir({ prefix: "lifeboat-s3-" });
  const args = ["-e", START, join(modules, PACKAGE), folder, BUCKET];
  const child = new Deno.Command(node, { args, stdin: "null", stdout: "piped" }).spawn();
  const end = () => {
    child.kill("SIGKILL");
    Deno.removeSync(folder, { recursive: true });
  };
  globalThis.addEventListener("unload", end);
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const port = Number((await reader.read()).value);
  assert.ok(port > 0, "s3rver did not start");
  return {
    port,
    place: loopbackPlace(port, BUCKET),
    keys: KEYS,
    async stop() {
      globalThis.removeEventListener("unload", end);
      end();
      await Promise.all([child.status, reader.cancel()]);
    },
  };
}
