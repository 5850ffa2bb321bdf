import { fileURLToPath } from "node:url";
import { assert } from "../assert.ts";
import { withTempDir } from "../support/host.ts";
import { entryFor, manifestFor, storedEntries, writeFolder } from "../support/stored_backups.ts";

const FILES = 20_000;

/** Bytes; a home can have 300,000 files. */
const MOST_PER_FILE = 250;

Deno.test("a plan holds little memory for each file", () =>
  withTempDir(async (folder) => {
    const entries = Array.from(
      { length: FILES },
      (_, n) => entryFor(`skills/skill-${n >> 6}/references/note-${n}.md`, `${n}`),
    );
    const manifest = manifestFor({}, { profile: "test", entries });
    await writeFolder(`${folder}/backup`, storedEntries({}, manifest));
    const program = fileURLToPath(new URL("../support/plan_memory.ts", import.meta.url));
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", "--v8-flags=--expose-gc", program, folder],
    }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
    const bytes = Number(new TextDecoder().decode(stdout));
    assert.ok(bytes > 50 && bytes <= MOST_PER_FILE, `${bytes} bytes for each file`);
  }));
