/** Identities of this user, and the recovery sheet that outlives the machine. */
import { join } from "node:path";
import { assert } from "../assert.ts";
import { fileTexts } from "../support/folder_state.ts";
import { withTempDir } from "../support/host.ts";
import { lifeboat, PROGRAM } from "../support/lifeboat.ts";
import { runTool } from "../support/oracles.ts";
import { talk } from "../support/pseudo_terminal.ts";
import { CONFIRM, namesIn, type Scene, withScene } from "../support/scene.ts";

const PASSPHRASE = "wombat linen orbit cactus";

// deno-lint-ignore no-explicit-any -- the shapes are what is tested
async function ok(scene: Scene, args: string[], code = 0): Promise<any> {
  const outcome = await scene.run([...args, "--json"]);
  assert.equal(outcome.code, code, `${args.join(" ")}: ${outcome.stdout}${outcome.stderr}`);
  return outcome.json;
}

function passwordFile({ folder }: Scene, passphrase = PASSPHRASE): string {
  const file = join(folder, `passphrase-${passphrase.length}`);
  Deno.writeTextFileSync(file, `${passphrase}\n`);
  return file;
}

function secretIn(file: string): string {
  return /AGE-SECRET-KEY-1[0-9A-Z]+/.exec(Deno.readTextFileSync(file))![0];
}

Deno.test("an identity is private to its user, is shown without its secret, and age reads it", () =>
  withScene(async (scene) => {
    const { identity } = await ok(scene, ["keys", "create"]);
    assert.deepEqual([identity.name, identity.locked], ["main", false]);
    scene.secrets.push(secretIn(identity.path));
    assert.equal(Deno.statSync(identity.path).mode! & 0o777, 0o600);
    const recipient = new TextDecoder().decode(await runTool(["age-keygen", "-y", identity.path]));
    assert.equal(recipient.trim(), identity.recipient);
    const { identities, signing } = await ok(scene, ["keys", "list"]);
    assert.deepEqual(identities, [identity]);
    assert.ok(signing.public_key);
    const again = await ok(scene, ["keys", "create"], 2);
    assert.equal(again.error.code, "name_taken");
    assert.equal((await ok(scene, ["keys", "create", "../x"], 2)).error.code, "usage");
  }));

Deno.test("what is encrypted to an identity of this machine opens without naming it", () =>
  withScene(async (scene) => {
    const { identity } = await ok(scene, ["keys", "create", "work"]);
    scene.secrets.push(secretIn(identity.path));
    const { archive } = await scene.backUp("--recipient", "work");
    const shown = await ok(scene, ["show", archive!, "--files"]);
    assert.ok(JSON.stringify(shown.files).includes("AGENTS.md"));
    assert.equal(
      (await ok(scene, ["backup", "--recipient", "nobody"], 2)).error.code,
      "bad_recipient",
    );
    assert.equal((await ok(scene, ["verify", "latest"])).unchecked.length, 0);
    const again = await scene.backUp("--recipient", "work");
    assert.ok(again.bytes.reused > 0, "its index opens, so what is unchanged is taken over");
    Deno.chmodSync(identity.path, 0o644);
    assert.equal((await ok(scene, ["show", archive!], 12)).error.code, "unsafe_key_file");
  }));

Deno.test("an identity under a passphrase opens nothing without it", () =>
  withScene(async (scene) => {
    const flags = ["--password-file", passwordFile(scene)];
    const { identity } = await ok(scene, ["keys", "create", "--encrypt", ...flags]);
    assert.ok(identity.locked && identity.path.endsWith(".age"));
    const { archive } = await scene.backUp("--recipient", "main");
    const locked = await ok(scene, ["show", archive!], 2);
    assert.equal(locked.error.code, "password_required");
    assert.ok(locked.error.message.includes(identity.path));
    const wrong = ["--password-file", passwordFile(scene, "another")];
    assert.equal((await ok(scene, ["show", archive!, ...wrong], 12)).error.code, "wrong_password");
    await ok(scene, ["show", archive!, ...flags]);
    await ok(scene, ["show", archive!, "--identity", identity.path, ...flags]);
    const dialogue = talk(scene.user, [PROGRAM, "show", archive!]);
    await dialogue.sees(`Passphrase of ${identity.path}: `);
    await dialogue.types(PASSPHRASE);
    const { code, shown } = await dialogue.end();
    assert.equal(code, 0, shown);
  }));

Deno.test("age opens an identity under a passphrase", () =>
  withScene(async (scene) => {
    const flags = ["--password-file", passwordFile(scene)];
    const { identity } = await ok(scene, ["keys", "create", "--encrypt", ...flags]);
    const dialogue = talk(scene.user, ["/usr/bin/age", "-d", identity.path]);
    await dialogue.sees("Enter passphrase");
    await dialogue.types(PASSPHRASE);
    const { code, shown } = await dialogue.end();
    assert.equal(code, 0, shown);
    assert.match(shown, new RegExp(`public key: ${identity.recipient}`));
  }));

Deno.test("with the printed sheet and the backup alone, another machine gets everything back", () =>
  withScene(async (scene) => {
    await ok(scene, ["keys", "create"]);
    const { archive } = await scene.backUp("--recipient", "main", "--kit", "full");
    const { stdout: sheet } = await lifeboat(scene.user, ["keys", "sheet"], {
      env: { TMPDIR: scene.temp },
    });
    assert.ok(sheet.includes(join(scene.backups)), sheet);
    const lines = sheet.split("\n").map((line) => line.trim());
    const check = lines.find((line) => line.startsWith("echo "))!;
    const trust = lines.find((line) => line.startsWith("lifeboat keys trust "))!;
    const restore = lines.find((line) => line.startsWith("lifeboat restore BACKUP.tar"))!;
    await withTempDir(async (folder) => {
      const user = join(folder, "new");
      Deno.mkdirSync(user);
      const typed = lines.find((line) => line.startsWith("AGE-SECRET-KEY-1"))!;
      Deno.writeTextFileSync(join(user, "identity.txt"), `${typed}\n`);
      await runTool(["tar", "xf", archive!, "-C", user]);
      const unpacked = join(user, "codex-backup");
      const ran = await runTool(["sh", "-c", `cd "$1" && ${check}`, "sh", unpacked]);
      assert.match(new TextDecoder().decode(ran), /restore-standalone: OK/);
      const argsOf = (line: string) => line.split(" ").slice(1);
      assert.equal((await lifeboat(user, argsOf(trust))).code, 0);
      const args = argsOf(restore).map((arg) =>
        arg === "BACKUP.tar" ? archive! : arg === "identity.txt" ? join(user, arg) : arg
      );
      const { code, stdout } = await lifeboat(user, [...args, CONFIRM, "--json"]);
      assert.equal(code, 0, stdout);
      const before = fileTexts(scene.home);
      const after = fileTexts(join(user, ".codex"));
      assert.ok(after.length > 5 && after.every((one) => before.includes(one)));
      // A byte of the restorer is another: the line from the sheet says so, before it is started.
      const restorer = join(unpacked, "restore-standalone");
      const file = Deno.openSync(restorer, { write: true, read: true });
      file.seekSync(1000, Deno.SeekMode.Start);
      file.writeSync(new Uint8Array([1, 2, 3]));
      file.close();
      await assert.rejects(runTool(["sh", "-c", `cd "$1" && ${check}`, "sh", unpacked]));
    });
  }));

Deno.test("the sheet's own words without lifeboat open a backup with tar and age", () =>
  withScene(async (scene) => {
    const { identity } = await ok(scene, ["keys", "create"]);
    const { archive } = await scene.backUp("--recipient", "main");
    const { stdout: sheet } = await lifeboat(scene.user, ["keys", "sheet"]);
    const lines = sheet.split("\n").map((line) => line.trim());
    const steps = lines.slice(lines.indexOf("tar xf BACKUP.tar"), -1).filter((line) => line !== "");
    const folder = join(scene.folder, "by-hand");
    Deno.mkdirSync(folder);
    Deno.copyFileSync(archive!, join(folder, "BACKUP.tar"));
    Deno.copyFileSync(identity.path, join(folder, "identity.txt"));
    await runTool(["sh", "-ec", `cd "$1"; ${steps.join("; ")}`, "sh", folder]);
    const files = join(folder, "codex-backup", "files");
    assert.equal(
      Deno.readTextFileSync(join(files, "AGENTS.md")),
      Deno.readTextFileSync(join(scene.home, "AGENTS.md")),
    );
  }));

Deno.test("the sheet goes to a private file when that is asked, and its JSON has no secret", () =>
  withScene(async (scene) => {
    const { identity } = await ok(scene, ["keys", "create"]);
    const output = join(scene.folder, "sheet.txt");
    scene.secrets.push(secretIn(identity.path));
    const told = await ok(scene, ["keys", "sheet", "--output", output]);
    assert.deepEqual([told.output, told.identities], [output, [identity]]);
    assert.equal(Deno.statSync(output).mode! & 0o777, 0o600);
    assert.equal(secretIn(output), secretIn(identity.path));
    const again = await ok(scene, ["keys", "sheet", "--output", output], 2);
    assert.equal(again.error.code, "output_exists");
    assert.equal((await ok(scene, ["keys", "sheet", "other"], 10)).error.code, "no_such_key");
  }));

Deno.test("on the sheet an identity under a passphrase stays under it", () =>
  withScene(async (scene) => {
    const flags = ["--password-file", passwordFile(scene)];
    await ok(scene, ["keys", "create", "--encrypt", ...flags]);
    const { archive } = await scene.backUp("--recipient", "main");
    const { stdout } = await lifeboat(scene.user, ["keys", "sheet"]);
    assert.ok(!stdout.includes("AGE-SECRET-KEY"));
    const armor = /-----BEGIN AGE ENCRYPTED FILE-----[^]*-----END AGE ENCRYPTED FILE-----/
      .exec(stdout)![0].replace(/^ +/gm, "");
    const typed = join(scene.folder, "typed.txt");
    Deno.writeTextFileSync(typed, `${armor}\n`);
    await ok(scene, ["show", archive!, "--identity", typed, ...flags]);
    assert.deepEqual(namesIn(scene.temp), []);
  }));

Deno.test("a signing key under a passphrase signs only for whoever knows it", () =>
  withScene(async (scene) => {
    const first = await scene.backUp("--no-directory");
    const before = (await ok(scene, ["keys", "list"])).signing.public_key;
    const flags = ["--encrypt", "--password-file", passwordFile(scene)];
    const { signing } = await ok(scene, ["keys", "create", "--signing", ...flags]);
    assert.deepEqual(signing, { public_key: before, locked: true });
    const keys = join(scene.user, ".config", "lifeboat", "keys");
    assert.deepEqual(namesIn(keys), ["signing.key.age", "signing.pub"]);
    assert.equal((await ok(scene, ["verify", first.archive!])).signature.by, "this_machine");
    const unsigned = await scene.backUp("--no-directory");
    assert.match(unsigned.warnings[0], /not signed: .*LIFEBOAT_SIGNING_PASSWORD/);
    const backup = ["backup", "--kit", "light", "--no-directory", "--json"];
    const env = { LIFEBOAT_SIGNING_PASSWORD: PASSPHRASE };
    const signed = await scene.run<{ archive: string }>(backup, { env });
    assert.equal(signed.code, 0, signed.stdout);
    assert.equal((await ok(scene, ["verify", signed.json.archive])).signature.by, "this_machine");
    const published = scene.published();
    const wrong = await scene.run(backup, { env: { LIFEBOAT_SIGNING_PASSWORD: "another" } });
    assert.deepEqual([wrong.code, wrong.json.error?.code], [12, "wrong_password"]);
    assert.deepEqual(scene.published(), published);
    const dialogue = talk(scene.user, [PROGRAM, "backup", "--kit", "light", "--no-directory"]);
    await dialogue.sees(`Passphrase of ${join(keys, "signing.key.age")}: `);
    await dialogue.types(PASSPHRASE);
    const { code, shown } = await dialogue.end();
    assert.equal(code, 0, shown);
    assert.equal((await ok(scene, ["verify", "latest"])).signature.by, "this_machine");
  }));
