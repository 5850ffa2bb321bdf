/** Encrypted backups, end to end: made, read with the key, refused without. */
import { join } from "node:path";
import type { BackupResult } from "../../src/backup/mod.ts";
import { assert } from "../assert.ts";
import { type AgeKey, ageKey } from "../support/age.ts";
import { fileTexts, homeState } from "../support/folder_state.ts";
import { runTool } from "../support/oracles.ts";
import { PROGRAM } from "../support/lifeboat.ts";
import { talk } from "../support/pseudo_terminal.ts";
import { CONFIRM, namesIn, type Scene, withScene } from "../support/scene.ts";

const PASSPHRASE = "correct horse battery staple";

/** A password file, and the flags that name it. */
function passwordFlags({ folder }: Scene, passphrase = PASSPHRASE): string[] {
  const file = join(folder, `passphrase-${passphrase.length}`);
  Deno.writeTextFileSync(file, `${passphrase}\n`);
  return ["--password-file", file];
}

/** A backup to a key of age's own making. */
async function sealedToKey(scene: Scene, ...args: string[]) {
  const key = await ageKey(join(scene.folder, "key.txt"));
  const made = await scene.backUp("--recipient", key.recipient, ...args);
  return { key, archive: made.archive!, made };
}

/** Restores into a new folder; the files that came. */
async function restored(scene: Scene, archive: string, flags: string[]): Promise<string[]> {
  const target = join(scene.folder, "restored");
  const args = ["restore", archive, "--target", target, "--apply", CONFIRM, "--json", ...flags];
  const { code, json } = await scene.run(args);
  assert.equal(code, 0, JSON.stringify(json.error));
  return fileTexts(join(target, "home"));
}

Deno.test("an encrypted backup is one plain tar, without a name or a word of the home in it", () =>
  withScene(async (scene) => {
    const { archive, made } = await sealedToKey(scene, "--kit", "full");
    assert.equal(made.backup_dir, null);
    assert.match(archive, /\.tar$/);
    assert.deepEqual(scene.published().length, 2, "the archive and its hash file");
    const listed = new TextDecoder().decode(await runTool(["tar", "tf", archive]));
    assert.match(listed, /^codex-backup\/\n[^]*restore-standalone\n/);
    assert.match(
      listed,
      /payload\.tar\.gz\.age\ncodex-backup\/manifest\.json\n.*signature\.json\n$/,
    );
    const bytes = new TextDecoder("latin1").decode(await Deno.readFile(archive));
    for (const word of ["AGENTS.md", "rollout-", "auth.json", ...scene.secrets]) {
      const plain = bytes.slice(0, bytes.indexOf("age-encryption.org/v1"));
      const after = bytes.slice(bytes.lastIndexOf("manifest.json\0"));
      assert.ok(!after.includes(word), word);
      if (scene.secrets.includes(word)) assert.ok(!plain.includes(word), word);
    }
  }));

Deno.test("list, verify, show and restore read an encrypted backup with its identity", () =>
  withScene(async (scene) => {
    const { key, archive } = await sealedToKey(scene);
    const { json } = await scene.run<{ backups: Record<string, unknown>[] }>(["list", "--json"]);
    const [{ status, encrypted, signed_by, home, files }] = json.backups;
    assert.deepEqual([status, encrypted, signed_by, home], [
      "encrypted",
      true,
      "this machine",
      scene.home,
    ]);
    assert.ok(files! as number > 0);
    const flags = ["--identity", key.file];
    const verified = await scene.run(["verify", archive, "--json", ...flags]);
    assert.equal(verified.code, 0, verified.stdout);
    assert.deepEqual(verified.json.unchecked, []);
    assert.deepEqual([verified.json.extra, verified.json.kit_ok], [[], true]);
    const shown = await scene.run(["show", archive, "--files", "--json", ...flags]);
    assert.ok(shown.stdout.includes("files/AGENTS.md"));
    assert.equal(shown.json.encrypted, true);
    const text = await scene.run(["show", archive, ...flags]);
    assert.match(text.stdout, /^\S+ {2}ok, encrypted\n/);
    const files_ = await restored(scene, archive, flags);
    assert.ok(files_.some((one) => one.startsWith("AGENTS.md ")));
  }));

Deno.test("without the key verify says what it could not check, and the rest is refused", () =>
  withScene(async (scene) => {
    const { archive } = await sealedToKey(scene);
    const { code, json } = await scene.run(["verify", archive, "--json"]);
    assert.equal(code, 0);
    assert.match(String((json.unchecked as string[])[0]), /^The files in it: None of the keys/);
    assert.equal((json.signature as { by: string }).by, "this_machine");
    assert.equal(json.archive_sha256, "matches");
    const other = await ageKey(join(scene.folder, "other.txt"));
    const before = homeState(scene.home);
    for (const command of [["show"], ["restore"], ["restore", "--apply", CONFIRM]]) {
      const args = [...command, archive, "--identity", other.file, "--json"];
      const refused = await scene.run(args);
      assert.deepEqual([refused.code, refused.json.error?.code], [12, "wrong_key"]);
    }
    assert.deepEqual(homeState(scene.home), before);
    assert.equal(scene.published().length, 2, "no backup was made before it");
  }));

Deno.test("a passphrase opens what it has encrypted, and no other does", () =>
  withScene(async (scene) => {
    const flags = passwordFlags(scene);
    const { archive } = await scene.backUp("--encrypt", ...flags);
    const files = await restored(scene, archive!, flags);
    assert.ok(files.some((one) => one.startsWith("AGENTS.md ")));
    const wrong = passwordFlags(scene, "another");
    for (const args of [["restore", archive!], ["verify", archive!]]) {
      const { code, json } = await scene.run([...args, ...wrong, "--json"]);
      assert.deepEqual([code, json.error?.code], [12, "wrong_password"], args[0]);
    }
    const none = await scene.run(["restore", archive!, "--json"]);
    assert.deepEqual([none.code, none.json.error?.code], [2, "password_required"]);
    assert.match(none.json.error!.hint, /--password-file/);
  }));

Deno.test("a passphrase is asked for twice on a terminal, with a hint, and never shown", () =>
  withScene(async (scene) => {
    const args = ["backup", "--encrypt", "--kit", "light"];
    const dialogue = talk(scene.user, [PROGRAM, ...args]);
    await dialogue.sees("New passphrase: ");
    await dialogue.types(PASSPHRASE);
    await dialogue.sees("Strength: good.");
    await dialogue.sees("Again: ");
    await dialogue.types(PASSPHRASE);
    const { code, shown } = await dialogue.end();
    assert.equal(code, 0, shown);
    assert.ok(!shown.includes(PASSPHRASE));
    const reading = talk(scene.user, [PROGRAM, "verify", "latest"]);
    await reading.sees("Passphrase: ");
    await reading.types(PASSPHRASE);
    const read = await reading.end();
    assert.equal(read.code, 0, read.shown);
    assert.ok(!read.shown.includes("Not checked"), read.shown);
  }));

Deno.test("verify --all asks once for what opens all, and again where it does not fit", () =>
  withScene(async (scene) => {
    const names: string[] = [];
    for (const passphrase of ["first", "second", "second"]) {
      names.push((await scene.backUp("--encrypt", ...passwordFlags(scene, passphrase))).backup_id);
    }
    const dialogue = talk(scene.user, [PROGRAM, "verify", "--all"]);
    await dialogue.sees("Passphrase: ");
    await dialogue.types("second"); // of the newest two
    await dialogue.sees(`The passphrase does not open ${join(scene.backups, names[0])}.tar.`);
    await dialogue.types("first");
    const { code, shown } = await dialogue.end();
    assert.equal(code, 0, shown);
    assert.equal(shown.split("Passphrase: ").length - 1, 2, shown);
    assert.ok(!shown.includes("Not checked"), shown);
  }));

Deno.test("two passphrases that differ make no backup", () =>
  withScene(async (scene) => {
    const dialogue = talk(scene.user, [PROGRAM, "backup", "--encrypt", "--kit", "light"]);
    await dialogue.sees("New passphrase: ");
    await dialogue.types("one");
    await dialogue.sees("Strength: weak.");
    await dialogue.sees("Again: ");
    await dialogue.types("two");
    assert.equal((await dialogue.end()).code, 2);
    assert.deepEqual(scene.published(), []);
  }));

Deno.test("a passphrase from the environment or the command line; the latter with a warning", () =>
  withScene(async (scene) => {
    const env = { BACKUP_PASS: PASSPHRASE };
    const args = ["backup", "--kit", "light", "--encrypt", "--json"];
    assert.equal((await scene.run([...args, "--password-env", "BACKUP_PASS"], { env })).code, 0);
    const loud = await scene.run<BackupResult>([...args, "--password", PASSPHRASE]);
    assert.equal(loud.code, 0);
    assert.match(loud.stderr, /Warning: .*process lists/);
    assert.ok(!loud.stderr.includes(PASSPHRASE));
    for (const bad of [["--password-env", "NOT_SET"], ["--password-file", "/nowhere"]]) {
      assert.equal((await scene.run([...args, ...bad])).code, 2);
    }
  }));

Deno.test("age opens what lifeboat encrypts", () =>
  withScene(async (scene) => {
    const { key, archive } = await sealedToKey(scene);
    await runTool(["tar", "xf", archive, "-C", scene.folder]);
    const payload = join(scene.folder, "codex-backup", "payload.tar.gz.age");
    const plain = join(scene.folder, "payload.tar.gz");
    await runTool(["age", "-d", "-i", key.file, "-o", plain, payload]);
    const inside = join(scene.folder, "inside");
    Deno.mkdirSync(inside);
    await runTool(["tar", "xzf", plain, "-C", inside]);
    const home = join(inside, "codex-backup", "files");
    assert.equal(
      Deno.readTextFileSync(join(home, "AGENTS.md")),
      Deno.readTextFileSync(join(scene.home, "AGENTS.md")),
    );
    const { code } = await scene.run(["show", plain]);
    assert.equal(code, 0, "what is inside is a backup, but for the restore kit");
  }));

Deno.test("lifeboat opens what age encrypts", () =>
  withScene(async (scene) => {
    const { key, archive } = await sealedToKey(scene);
    const folder = join(scene.folder, "codex-backup");
    const plain = await scene.backUp("--no-directory");
    await runTool(["tar", "xf", archive, "-C", scene.folder]);
    for (const name of ["payload.tar.gz.age", "signature.json", "manifest.json"]) {
      Deno.removeSync(join(folder, name));
    }
    const payload = join(folder, "payload.tar.gz.age");
    await runTool(["age", "-r", key.recipient, "-o", payload, plain.archive!]);
    Deno.writeTextFileSync(
      join(folder, "manifest.json"),
      JSON.stringify({
        schema_version: 1,
        entries: [],
        counts: { files: 0, sqlite_databases: 0, errors: 0 },
      }),
    );
    const { code, stdout } = await scene.run(["show", folder, "--files", "--identity", key.file]);
    assert.equal(code, 0, stdout);
    assert.ok(stdout.includes("AGENTS.md"));
  }));

Deno.test("an unpacked encrypted backup restores from where it lies, as its restorer does", () =>
  withScene(async (scene) => {
    const { archive } = await scene.backUp("--encrypt", "--kit", "full", ...passwordFlags(scene));
    await runTool(["tar", "xf", archive!, "-C", scene.folder]);
    const folder = join(scene.folder, "codex-backup");
    const before = fileTexts(scene.home);
    Deno.removeSync(scene.home, { recursive: true });
    const dialogue = talk(scene.user, ["/bin/sh", join(folder, "restore-environment.sh")]);
    await dialogue.sees("Passphrase: ");
    await dialogue.types(PASSPHRASE);
    await dialogue.sees("Type RESTORE");
    await dialogue.types("RESTORE");
    await dialogue.sees("Press Enter");
    await dialogue.types("");
    const { code, shown } = await dialogue.end();
    assert.equal(code, 0, shown);
    const after = fileTexts(scene.home);
    assert.ok(after.length > 5 && after.every((one) => before.includes(one)));
  }));

Deno.test("the backup before a restore is sealed to the same key as the backup itself", () =>
  withScene(async (scene) => {
    const { key, archive } = await sealedToKey(scene);
    const second = await ageKey(join(scene.folder, "second.txt"));
    Deno.writeTextFileSync(join(scene.home, "AGENTS.md"), "changed since");
    const args = ["restore", archive, "--apply", CONFIRM, "--identity", key.file, "--json"];
    const { json, code } = await scene.run<{ pre_restore_backup: string }>(args);
    assert.equal(code, 0, JSON.stringify(json.error));
    assert.match(json.pre_restore_backup, /pre-restore-.*\.tar$/);
    const flags = ["--only", "AGENTS.md", "--identity", key.file];
    const { json: shown } = await scene.run([
      "show",
      json.pre_restore_backup,
      "--json",
      ...flags.slice(2),
    ]);
    assert.deepEqual(shown.recipients, [key.recipient]);
    const refused = await scene.run(["show", json.pre_restore_backup, "--identity", second.file]);
    assert.equal(refused.code, 12);
  }));

/** What is read of a changed archive must end so: refused, and nothing written. */
async function assertRefused(scene: Scene, key: AgeKey, bytes: Uint8Array, what: string) {
  const path = join(scene.folder, "changed.tar");
  await Deno.writeFile(path, bytes);
  const target = join(scene.folder, "never");
  const flags = ["--identity", key.file, "--json"];
  const restore = ["restore", path, "--target", target, "--apply", CONFIRM, "--trust", ...flags];
  const verified = await scene.run(["verify", path, ...flags]);
  assert.ok(verified.code !== 0 && verified.json.ok === false, `verify of ${what}`);
  const { code, json } = await scene.run(restore);
  assert.ok([2, 3, 12].includes(code), `${what}: ${code} ${JSON.stringify(json.error)}`);
  assert.deepEqual(namesIn(target).filter((name) => name !== ".lifeboat"), [], what);
}

/** Where the parts of a plain tar lie. */
function partsOf(bytes: Uint8Array) {
  const text = new TextDecoder("latin1").decode(bytes);
  const header = text.indexOf("age-encryption.org/v1");
  const chunks = text.indexOf("\n", text.indexOf("\n--- ", header) + 1) + 1 + 16;
  const end = text.indexOf("codex-backup/manifest.json");
  return { header, chunks, end };
}

const CHUNK = 65536 + 16;

Deno.test("a payload that is cut, changed, or put together otherwise is refused", () =>
  withScene(async (scene) => {
    const noise = crypto.getRandomValues(new Uint8Array(65536));
    for (let n = 0; n < 5; n++) {
      Deno.writeFileSync(join(scene.home, `noise-${n}.bin`), noise.map((byte) => byte ^ n * 37));
    }
    const { key, archive } = await sealedToKey(scene);
    const good = await Deno.readFile(archive);
    const { header, chunks, end } = partsOf(good);
    assert.ok(chunks + 3 * CHUNK < end, "several chunks");
    const flip = (at: number) => {
      const bytes = good.slice();
      bytes[at] ^= 1;
      return bytes;
    };
    const places: Record<string, number> = {
      "in the tar header of the payload": header - 512 + 3,
      "in the length of the payload": header - 512 + 130,
      "in the first line of the age header": header + 3,
      "in a stanza": header + 60,
      "in the MAC": chunks - 16 - 10,
      "in the nonce": chunks - 8,
      "in the first chunk": chunks + 10,
      "in its tag": chunks + CHUNK - 3,
      "in the second chunk": chunks + CHUNK + 5,
      "in the outer manifest": end + 512 + 40,
    };
    for (const [what, at] of Object.entries(places)) {
      await assertRefused(scene, key, flip(at), `a flipped bit ${what}`);
    }
    const swapped = good.slice();
    swapped.set(good.subarray(chunks + CHUNK, chunks + 2 * CHUNK), chunks);
    swapped.set(good.subarray(chunks, chunks + CHUNK), chunks + CHUNK);
    await assertRefused(scene, key, swapped, "two chunks in each other's place");
    const doubled = good.slice();
    doubled.set(good.subarray(chunks, chunks + CHUNK), chunks + CHUNK);
    await assertRefused(scene, key, doubled, "a chunk twice");
    for (const at of [header + 30, chunks + 7, chunks + CHUNK, chunks + 2 * CHUNK + 9, end]) {
      await assertRefused(scene, key, good.slice(0, at), `a cut at byte ${at}`);
    }
    await assertRefused(
      scene,
      key,
      withoutLastChunk(good, header, chunks),
      "a last chunk left out",
    );
  }));

/** The payload with its last chunk left out, in a tar that says so. */
function withoutLastChunk(good: Uint8Array, header: number, chunks: number): Uint8Array {
  const block = good.slice(header - 512, header);
  const keep = chunks - header + 2 * CHUNK;
  block.set(new TextEncoder().encode(keep.toString(8).padStart(11, "0")), 124);
  block.fill(32, 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.set(new TextEncoder().encode(`${sum.toString(8).padStart(6, "0")}\0 `), 148);
  const padded = Math.ceil(keep / 512) * 512;
  const { end } = partsOf(good);
  const bytes = new Uint8Array(header + padded + good.length - end);
  bytes.set(good.subarray(0, header));
  bytes.set(block, header - 512);
  bytes.set(good.subarray(header, header + keep), header);
  bytes.set(good.subarray(end), header + padded);
  return bytes;
}

Deno.test("a swapped restorer in an encrypted backup is named by verify, without the key too", () =>
  withScene(async (scene) => {
    const { archive } = await sealedToKey(scene);
    const bytes = await Deno.readFile(archive);
    const at = new TextDecoder("latin1").decode(bytes).indexOf("#!/bin/sh");
    bytes[at] ^= 1;
    await Deno.writeFile(archive, bytes);
    const { code, json } = await scene.run(["verify", archive, "--json"]);
    assert.deepEqual([code, json.kit_ok], [1, false]);
  }));

Deno.test("a payload of another backup in the same wrapping is refused", () =>
  withScene(async (scene) => {
    const { key, archive } = await sealedToKey(scene);
    await new Promise((wake) => setTimeout(wake, 1100));
    const later = await scene.backUp("--recipient", key.recipient);
    const [a, b] = [join(scene.folder, "a"), join(scene.folder, "b")];
    for (const [folder, from] of [[a, archive], [b, later.archive!]]) {
      Deno.mkdirSync(folder);
      await runTool(["tar", "xf", from, "-C", folder]);
    }
    const payload = join("codex-backup", "payload.tar.gz.age");
    Deno.copyFileSync(join(a, payload), join(b, payload));
    const args = ["restore", join(b, "codex-backup"), "--identity", key.file, "--json"];
    const { code, json } = await scene.run(args);
    assert.deepEqual([code, json.error?.code], [3, "damaged_archive"]);
  }));

Deno.test("what cannot go together with encrypting is a usage error", () =>
  withScene(async (scene) => {
    for (const flags of [["--no-archive"], ["--format", "zip"], ["--recipient", "age1nonsense"]]) {
      const { code } = await scene.run(["backup", "--encrypt", ...flags, "--json"]);
      assert.equal(code, 2, flags.join(" "));
    }
    assert.deepEqual(scene.published(), []);
  }));

Deno.test("a machine that only has recipients takes over what is unchanged, and can still not read", () =>
  withScene(async (scene) => {
    const noise = new Uint8Array(3 << 20);
    for (let at = 0; at < noise.length; at += 65536) {
      crypto.getRandomValues(noise.subarray(at, at + 65536));
    }
    Deno.writeFileSync(join(scene.home, "noise.bin"), noise);
    const key = await ageKey(join(scene.folder, "key.txt"));
    const backup = ["--recipient", key.recipient];
    const first = await scene.backUp(...backup);
    Deno.writeTextFileSync(join(scene.home, "AGENTS.md"), "Changed.");
    const second = await scene.backUp(...backup);
    assert.deepEqual(second.warnings, []);
    assert.ok(second.bytes.reused > 2 << 20, `${second.bytes.reused} bytes were taken over`);
    const kept = join(scene.user, ".local", "state", "lifeboat", "next-time");
    assert.equal(namesIn(kept).length, 1, "only the key of the newest");
    assert.equal(Deno.statSync(join(kept, namesIn(kept)[0])).mode! & 0o777, 0o600);
    for (const { archive } of [first, second]) {
      assert.equal((await scene.run(["show", archive!])).code, 12);
    }
    const files = await restored(scene, second.archive!, ["--identity", key.file]);
    assert.ok(files.includes("AGENTS.md Changed."));
    Deno.removeSync(kept, { recursive: true });
    const third = await scene.backUp(...backup);
    assert.equal(third.bytes.reused, 0);
    assert.match(third.warnings[0], /No key here opens the backup before/);
  }));

Deno.test("a backup is made although the encrypted one before it is damaged", () =>
  withScene(async (scene) => {
    const { key, archive } = await sealedToKey(scene);
    const bytes = await Deno.readFile(archive);
    const { chunks } = partsOf(bytes);
    bytes.fill(0, chunks, chunks + 2000);
    await Deno.writeFile(archive, bytes);
    const { warnings } = await scene.backUp("--recipient", key.recipient);
    assert.match(warnings[0], /Nothing was taken over from codex-backup-.*not what was written/);
  }));

Deno.test("conversations in an encrypted backup are listed, searched and brought back one by one", () =>
  withScene(async (scene) => {
    const { key, archive } = await sealedToKey(scene);
    const flags = ["--backup", archive, "--identity", key.file, "--json"];
    const locked = await scene.run(["sessions", "list", "--backup", archive, "--json"]);
    assert.deepEqual([locked.code, locked.json.error?.code], [12, "wrong_key"]);
    const { json } = await scene.run<{ sessions: { id: string; path: string }[] }>(
      ["sessions", "list", ...flags],
    );
    assert.equal(json.sessions.length, 2);
    const [{ id }] = json.sessions;
    const shown = await scene.run(["sessions", "show", id, ...flags]);
    assert.equal(shown.code, 0, shown.stdout);
    const before = fileTexts(scene.home);
    const lost = before.find((one) => one.includes(id))!.split(" ", 1)[0];
    Deno.removeSync(join(scene.home, lost));
    const restore = ["restore", archive, "--session", id, "--identity", key.file, "--json"];
    const { code, stdout } = await scene.run([...restore, "--apply", CONFIRM]);
    assert.equal(code, 0, stdout);
    assert.ok(fileTexts(scene.home).some((one) => one.startsWith(lost)));
  }));
