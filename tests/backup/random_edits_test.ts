import fc from "fast-check";
import { assert } from "../assert.ts";
import { verifyBackup } from "../../src/archive/mod.ts";
import { type BackupScene, withBackupScene } from "../support/backups.ts";
import { runTool } from "../support/oracles.ts";
import { readTree } from "../support/trees.ts";

/** Lengths around every border: tar block, where runs may end and do end, large files, slices. */
const EDGES = [0, 512, 1 << 17, 1 << 18, 1 << 20, 4 << 20].flatMap((edge) =>
  [edge - 1, edge, edge + 1].filter((length) => length >= 0)
);
const NAMES = ["a", "b.md", "c.jsonl", "deep/d", "deep/e.md", "deep/er/f", "ü".repeat(60)];

const name = fc.constantFrom(...NAMES);
const length = fc.oneof(fc.constantFrom(...EDGES), fc.nat(3000));

/** Something that a day does to a home. */
const edit = fc.oneof(
  fc.record({ do: fc.constant("write" as const), name, length }),
  fc.record({
    do: fc.constant("append" as const),
    name,
    length: fc.integer({ min: 1, max: 2000 }),
  }),
  fc.record({ do: fc.constant("middle" as const), name, length: fc.integer({ min: 1, max: 900 }) }),
  fc.record({ do: fc.constant("truncate" as const), name, length }),
  fc.record({ do: fc.constant("rename" as const), name, to: name }),
  fc.record({ do: fc.constant("remove" as const), name }),
  fc.record({ do: fc.constant("mode" as const), name, mode: fc.constantFrom(0o600, 0o644, 0o755) }),
);
type Edit = typeof edit extends fc.Arbitrary<infer E> ? E : never;

/** Lines that compress as little as they repeat, the same for the same seed. */
function content(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = seed * 2654435761 + 1;
  for (let at = 0; at < length; at++) {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    bytes[at] = at % 80 === 79 || at === length - 1 ? 0x0a : 0x21 + (state >> 16) % 60;
  }
  return bytes;
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

function carryOut(folder: string, edit: Edit, seed: number): void {
  const path = `${folder}/${edit.name}`;
  if (edit.do === "write") return Deno.writeFileSync(path, content(edit.length, seed));
  if (!isFile(path)) return;
  const before = Deno.readFileSync(path);
  if (edit.do === "append") Deno.writeFileSync(path, content(edit.length, seed), { append: true });
  else if (edit.do === "middle") {
    before.set(content(edit.length, seed).subarray(0, before.length >> 1), before.length >> 1);
    Deno.writeFileSync(path, before);
  } else if (edit.do === "truncate") {
    Deno.truncateSync(path, Math.min(edit.length, before.length));
  } else if (edit.do === "rename") Deno.renameSync(path, `${folder}/${edit.to}`);
  else if (edit.do === "remove") Deno.removeSync(path);
  else Deno.chmodSync(path, edit.mode);
}

/** Gives whatever was written now a time of its day: long before the next backup begins. */
function settle(folder: string, day: number): void {
  const time = new Date(Date.UTC(2027, 0, day) - 3600_000);
  for (const path of NAMES.map((one) => `${folder}/${one}`).filter(isFile)) {
    const hasDay = Deno.statSync(path).mtime!.getTime() >= Date.UTC(2026, 11, 31);
    if (!hasDay) Deno.utimeSync(path, time, time);
  }
}

async function backUpOn(scene: BackupScene, day: number) {
  const host = { ...scene.host, now: () => new Date(Date.UTC(2027, 0, day)) };
  return await scene.backUp({}, host);
}

/** A backup holds the edited folder as it is, in both forms, for us and for GNU tar. */
async function holdsHome(scene: BackupScene, day: number): Promise<void> {
  const { archive, backup_dir, errors } = await backUpOn(scene, day);
  assert.deepEqual(errors, []);
  const expected = readTree(`${scene.home.path}/edited`);
  const unpacked = `${scene.folder}/unpacked-${day}`;
  Deno.mkdirSync(unpacked);
  await runTool(["tar", "-xzpf", archive!, "-C", unpacked]);
  assert.deepEqual(readTree(`${unpacked}/codex-backup/files/edited`), expected);
  const contents = (folder: string) => contentsOf(`${folder}/files/edited`);
  assert.deepEqual(contents(backup_dir!), contents(`${unpacked}/codex-backup`));
  for (const path of [archive!, backup_dir!]) {
    assert.ok((await verifyBackup(scene.host, path, {})).ok);
  }
  Deno.removeSync(unpacked, { recursive: true });
}

/** The folder form keeps permissions in its manifest. */
function contentsOf(folder: string): Map<string, Uint8Array> {
  const paths = NAMES.filter((one) => isFile(`${folder}/${one}`));
  return new Map(paths.map((one) => [one, Deno.readFileSync(`${folder}/${one}`)]));
}

Deno.test("whatever is done to a home between backups, each of them holds it byte for byte", async () => {
  const days = fc.array(fc.array(edit, { maxLength: 6 }), { minLength: 2, maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(days, (days) =>
      withBackupScene(async (scene) => {
        const folder = `${scene.home.path}/edited`;
        Deno.mkdirSync(`${folder}/deep/er`, { recursive: true });
        NAMES.forEach((one, index) =>
          Deno.writeFileSync(`${folder}/${one}`, content(EDGES[index * 2], index))
        );
        settle(folder, 1);
        await holdsHome(scene, 1);
        for (const [index, edits] of days.entries()) {
          edits.forEach((one, number) => carryOut(folder, one, index * 100 + number));
          settle(folder, index + 2);
          await holdsHome(scene, index + 2);
        }
      })),
    { numRuns: Deno.env.get("SLOW") ? 200 : 3 },
  );
});
