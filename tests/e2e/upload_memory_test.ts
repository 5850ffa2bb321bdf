/** How much memory an upload takes. Linux only, as it is measured with GNU time. */
import { join } from "node:path";
import { assert } from "../assert.ts";
import { headerOf, membersOf } from "../support/raw_tar.ts";
import { startSink } from "../support/s3/sink.ts";
import { loopbackPlace } from "../support/s3/server.ts";
import { withScene } from "../support/scene.ts";
import { entryFor, manifestFor } from "../support/stored_backups.ts";
import { needTool } from "../support/strace.ts";

const SIZE = 2 * 2 ** 30;
const MOST_KIB = 256 * 1024;

/** A backup of the original tool, whose one file is a hole. */
function writeLargeBackup(path: string): void {
  const entry = { ...entryFor("large.bin", ""), bytes: SIZE };
  const counts = { files: 1, sqlite_databases: 0, errors: 0 };
  const content = JSON.stringify({ ...manifestFor({}), entries: [entry], counts });
  const file = Deno.openSync(path, { create: true, write: true });
  file.writeSync(membersOf([{ name: "codex-backup/manifest.json", content }]));
  file.writeSync(headerOf({ name: "codex-backup/files/large.bin" }, SIZE));
  file.truncateSync(file.seekSync(SIZE + 1024, Deno.SeekMode.Current));
  file.close();
}

if (Deno.build.os === "linux") {
  Deno.test("an upload of 2 GiB takes less than 256 MiB of memory", () =>
    withScene(async (scene) => {
      needTool("/usr/bin/time", ["--version"], /GNU/, "time");
      const id = "codex-backup-20261120-120000";
      Deno.mkdirSync(scene.backups, { recursive: true });
      const archive = join(scene.backups, `${id}.tar`);
      writeLargeBackup(archive);
      const sink = await startSink();
      try {
        const { endpoint, bucket } = loopbackPlace(sink.port);
        const env = { AWS_ACCESS_KEY_ID: "any", AWS_SECRET_ACCESS_KEY: "any" };
        const add = ["backends", "add", "s3", "--endpoint", endpoint, "--bucket", bucket];
        assert.equal((await scene.run(add, { env })).code, 0);
        const log = join(scene.folder, "memory");
        const under = ["/usr/bin/time", "-f", "%M", "-o", log];
        const sync = await scene.run(["sync", id, "--allow-plaintext"], { under });
        assert.equal(sync.code, 0, sync.stdout + sync.stderr);
        const [[, sunk]] = [...sink.objects].filter(([key]) => key.endsWith(".tar"));
        assert.equal(sunk.bytes, Deno.statSync(archive).size);
        const peak = Number(Deno.readTextFileSync(log));
        assert.ok(peak > 0 && peak < MOST_KIB, `${peak} KiB`);
      } finally {
        await sink.stop();
      }
    }));
}
