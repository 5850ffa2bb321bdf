/** How much memory the compiled program takes, as GNU time tells it. Linux only. */
import { join } from "node:path";
import { assert } from "../assert.ts";
import { ageKey } from "../support/age.ts";
import { hasTool } from "../support/oracles.ts";
import { CONFIRM, makeSmallHome, type Scene, withScene } from "../support/scene.ts";

/** More than twice of what the program may take. */
const LARGE = 560e6;
const SMALL_FILES = 4000;
/** With two jobs, bytes. */
const MOST = 256e6;

async function makeLargeHome(path: string) {
  const home = await makeSmallHome(path);
  const line = new TextEncoder().encode(
    Array.from({ length: 30_000 }, (_, n) => `{"n":${n},"x":"${n * 2654435761 % 99991}"}\n`).join(
      "",
    ),
  );
  const file = await Deno.create(`${path}/sessions/large.jsonl`);
  for (let written = 0; written < LARGE; written += line.length) file.writeSync(line);
  file.close();
  for (let n = 0; n < SMALL_FILES; n++) {
    const folder = `${path}/skills/skill-${n >> 6}`;
    Deno.mkdirSync(folder, { recursive: true });
    Deno.writeTextFileSync(`${folder}/note-${n}.md`, `note ${n}\n`);
  }
  return home;
}

/** The most that was resident, bytes. */
async function peakOf(scene: Scene, args: string[]): Promise<number> {
  const notes = join(scene.folder, "time.txt");
  const under = ["/usr/bin/time", "-q", "-f", "%M", "-o", notes];
  const { code, stdout, stderr } = await scene.run([...args, "--jobs", "2", "--json"], { under });
  assert.equal(code, 0, stdout + stderr);
  return Number(Deno.readTextFileSync(notes)) * 1024;
}

function expectBounded(peaks: Map<string, number>): void {
  for (const [what, peak] of peaks) {
    assert.ok(peak > 20e6 && peak <= MOST, `${what} took ${(peak / 1e6).toFixed(0)} MB`);
  }
}

if (Deno.build.os === "linux") {
  Deno.test("memory is bounded, however large a file or a home is", () =>
    withScene(async (scene) => {
      assert.ok(hasTool("/usr/bin/time", ["--version"], /GNU/), "this test needs GNU time");
      const root = ["--backup-root", join(scene.folder, "backups")];
      const backup = ["backup", "--kit", "light", ...root];
      const peaks = new Map<string, number>();
      peaks.set("first backup", await peakOf(scene, backup));
      peaks.set("second backup", await peakOf(scene, backup));
      const listed = await scene.run(["list", ...root, "--json"]);
      const [{ archives: [archive] }] = listed.json.backups as { archives: string[] }[];
      peaks.set("verify", await peakOf(scene, ["verify", archive]));
      const target = ["--target", join(scene.folder, "target")];
      const restore = ["restore", archive, ...target, "--apply", CONFIRM];
      peaks.set("restore", await peakOf(scene, restore));
      expectBounded(peaks);
    }, makeLargeHome));

  Deno.test("memory is bounded, also when a backup is encrypted", () =>
    withScene(async (scene) => {
      const { file, recipient } = await ageKey(join(scene.folder, "key.txt"));
      const root = ["--backup-root", join(scene.folder, "backups")];
      const args = ["backup", "--kit", "light", "--recipient", recipient, ...root];
      const peaks = new Map<string, number>();
      peaks.set("encrypted backup", await peakOf(scene, args));
      const listed = await scene.run(["list", ...root, "--json"]);
      const [{ archives: [archive] }] = listed.json.backups as { archives: string[] }[];
      peaks.set("verify", await peakOf(scene, ["verify", archive, "--identity", file]));
      expectBounded(peaks);
    }, makeLargeHome));
}
