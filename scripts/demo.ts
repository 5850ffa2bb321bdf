/**
 * The main job before the reader's eyes, in a folder of its own: a Codex home that another program
 * is writing to is backed up, deleted, and restored by nothing but what is in the archive.
 */
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { BackupResult } from "../src/backup/mod.ts";
import type { RestoreResult } from "../src/restore/mod.ts";
import { makeSampleCodexHome } from "../tests/support/sample_home.ts";
import { startWriter } from "../tests/support/writer_process.ts";
import { run } from "./build/process.ts";
import { type Contents, differences, hashesBelow } from "./demo/compare.ts";
import { runScript, say } from "./terminal.ts";

const ROOT = dirname(import.meta.dirname!);
const WINDOWS = Deno.build.os === "windows";
const PROGRAM = join(ROOT, "dist", WINDOWS ? "lifeboat.exe" : "lifeboat");
const CONFIRM = "--i-understand-this-restores-sensitive-state";
const ROWS_PER_TRANSACTION = 10;

/** The folders of the demonstration. */
interface Stage {
  user: string;
  home: string;
  database: string;
  unpacked: string;
}

function stageIn(folder: string): Stage {
  const user = join(folder, "user");
  const home = join(user, ".codex");
  return { user, home, database: join(home, "live.sqlite"), unpacked: join(folder, "unpacked") };
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

async function makeHome({ home }: Stage): Promise<Contents> {
  await makeSampleCodexHome(home, { conversations: 12, turns: 30, links: false });
  const before = hashesBelow(home);
  say(`1. Here is a Codex home: ${before.size} files, conversations, logins and databases.`);
  return before;
}

async function backUp({ user, database }: Stage): Promise<BackupResult> {
  const rows = ["--rows-per-second", "1000", "--rows", String(ROWS_PER_TRANSACTION)];
  const writer = await startWriter(database, ...rows);
  say("2. Another program writes to one of the databases, 1,000 rows a second, and goes on.");
  const result: BackupResult = JSON.parse(
    await run(PROGRAM, ["backup", "--json"], { env: { HOME: user, USERPROFILE: user } }),
  );
  const { rows: written, longest_ms: longest, error } = await writer.stop();
  if (error) throw new Error(`The writing program was disturbed: ${error}`);
  const { counts, bytes, duration_ms, archive } = result;
  say(
    `3. Backed up meanwhile: ${counts.files} files, ${counts.sqlite_databases} of them databases,`,
  );
  say(`   in ${seconds(duration_ms)}. The other program wrote ${written} rows, undisturbed: its`);
  say(`   longest transaction took ${Math.round(longest)} ms.`);
  say(`   ${archive}  (${megabytes(bytes.stored)}, with the restorer)`);
  return result;
}

async function unpack({ unpacked }: Stage, archive: string): Promise<string> {
  await Deno.mkdir(unpacked);
  await run("tar", ["xzf", archive, "-C", unpacked]);
  const [top] = await Array.fromAsync(Deno.readDir(unpacked));
  say("5. Unpacked the archive with plain tar.");
  return join(unpacked, top.name);
}

/** Starts what lies in the backup: with no variable at all in its environment, so with no PATH. */
async function restore({ home }: Stage, backup: string): Promise<RestoreResult> {
  const launcher = WINDOWS
    ? [join(backup, "restore-standalone.exe")]
    : ["/bin/sh", join(backup, "restore-environment.sh")];
  // As on a new laptop, which does not know the key that the backup is signed with.
  const flags = ["--home", home, "--apply", CONFIRM, "--trust", "--json"];
  const [program, ...args] = [...launcher, ...flags];
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args,
    cwd: backup,
    clearEnv: true,
    env: WINDOWS ? { SystemRoot: Deno.env.get("SystemRoot") ?? "C:\\Windows" } : {},
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  if (!success) throw new Error(`The restorer failed:\n${text(stdout)}${text(stderr)}`);
  const result: RestoreResult = JSON.parse(text(stdout));
  say(`6. Ran the restorer in it, with an empty environment and no other program on PATH:`);
  say(`   ${result.restore?.restored_files} files restored.`);
  return result;
}

/** What came back against what was captured, and that against what there was. */
function compare(stage: Stage, backup: string, before: Contents, result: RestoreResult): void {
  const captured = hashesBelow(join(backup, "files"));
  const notRestored = result.plan.skipped.map(({ path }) => path).filter((p) => captured.has(p));
  for (const path of notRestored) captured.delete(path);
  const wrong = differences(captured, hashesBelow(stage.home));
  // Databases are captured by SQLite's own copy, which may have other bytes.
  const plain = new Map([...before].filter(([path]) => captured.has(path) && !/sqlite/.test(path)));
  wrong.push(...differences(plain, captured));
  if (wrong.length > 0) throw new Error(`These files are not what they were: ${wrong.join(", ")}`);
  say(`7. Compared: all ${captured.size} files are byte for byte what was captured.`);
  if (notRestored.length > 0) {
    say(
      `   ${notRestored.length} others belong to the machine they were on, and stay in the backup.`,
    );
  }
}

function readDatabase({ database }: Stage): void {
  const db = new DatabaseSync(database, { readOnly: true });
  try {
    const check = db.prepare("PRAGMA integrity_check").get()!.integrity_check;
    const rows = Number(db.prepare("SELECT count(*) AS n FROM ticks").get()!.n);
    if (check !== "ok" || rows === 0 || rows % ROWS_PER_TRANSACTION !== 0) {
      throw new Error(`The restored database is not sound: ${check}, ${rows} rows`);
    }
    say(`8. The database that was being written to is sound: ${rows} rows, whole transactions.`);
  } finally {
    db.close();
  }
}

async function demonstrate(folder: string): Promise<void> {
  const stage = stageIn(folder);
  const before = await makeHome(stage);
  const { archive } = await backUp(stage);
  await Deno.remove(stage.home, { recursive: true });
  say("4. Deleted the home.");
  const backup = await unpack(stage, archive!);
  compare(stage, backup, before, await restore(stage, backup));
  readDatabase(stage);
}

if (import.meta.main) {
  await runScript(async () => {
    say("Building the program ...");
    await run(Deno.execPath(), ["run", "-A", join(ROOT, "scripts", "build.ts"), "--if-needed"]);
    const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "lifeboat-demo-" }));
    try {
      say(`Everything happens in ${folder}, which is removed at the end.\n`);
      await demonstrate(folder);
      say("\nEverything is back. Make a backup of your own with: dist/lifeboat backup");
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}
