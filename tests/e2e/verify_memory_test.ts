/** How much memory it takes to verify many files. Linux only, as it is measured with GNU time. */
import { join } from "node:path";
import { assert } from "../assert.ts";
import { bytesOf, entryFor, manifestFor } from "../support/stored_backups.ts";
import { type SampleEntry, writeArchive } from "../support/archives.ts";
import { testHost } from "../support/host.ts";
import { withScene } from "../support/scene.ts";
import { needTool } from "../support/strace.ts";

const FILES = 300_000;
const MOST_KIB = 256 * 1024;

/** A backup of many small files, all with the same content. */
async function writeManyFiles(archive: string): Promise<void> {
  const content = bytesOf("{}\n");
  const like = entryFor("", content);
  const paths = Array.from({ length: FILES }, (_, n) => `sessions/${n >> 8}/rollout-${n}.jsonl`);
  const entries = paths.map((relative_path) => ({ ...like, relative_path }));
  const manifest = manifestFor({}, { entries });
  const stored: SampleEntry[] = paths.map((path) => (
    { path: `files/${path}`, mode: 0o600, mtimeMs: like.mtime_ms!, content }
  ));
  const last = { path: "manifest.json", mode: 0o600, mtimeMs: like.mtime_ms! };
  stored.push({ ...last, content: bytesOf(JSON.stringify(manifest)) });
  await writeArchive(testHost("/"), archive, stored);
}

if (Deno.build.os === "linux") {
  Deno.test("verify of 300,000 files takes less than 256 MiB of memory with two workers", () =>
    withScene(async (scene) => {
      needTool("/usr/bin/time", ["--version"], /GNU/, "time");
      const archive = join(scene.folder, "b.tar.gz");
      await writeManyFiles(archive);
      const log = join(scene.folder, "memory");
      const under = ["/usr/bin/time", "-f", "%M", "-o", log];
      const verify = await scene.run(["verify", archive, "--jobs", "2"], { under });
      assert.equal(verify.code, 0, verify.stdout + verify.stderr);
      const peak = Number(Deno.readTextFileSync(log));
      assert.ok(peak > 0 && peak < MOST_KIB, `${peak} KiB`);
    }));
}
