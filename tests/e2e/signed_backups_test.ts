/** Who made a backup: what is signed, what is refused, and what needs a word of its own. */
import { join } from "node:path";
import type { BackupResult } from "../../src/backup/mod.ts";
import { signManifest } from "../../src/seal/mod.ts";
import { machineSigner } from "../../src/seal/mod.ts";
import { assert } from "../assert.ts";
import { homeState } from "../support/folder_state.ts";
import { testHost } from "../support/host.ts";
import { CONFIRM, type Scene, withScene } from "../support/scene.ts";
import { talk } from "../support/pseudo_terminal.ts";
import { PROGRAM } from "../support/lifeboat.ts";

/** The sample home with something that acts by itself. */
function addHook({ home }: Scene): void {
  Deno.writeTextFileSync(join(home, "hooks.json"), '{"Stop":[{"command":"echo stopped"}]}\n');
}

/** Another user of the same disk, who has no key of the first. */
function elsewhere({ folder }: Scene): { env: Record<string, string> } {
  const user = join(folder, "elsewhere");
  Deno.mkdirSync(user, { recursive: true });
  return { env: { HOME: user, USERPROFILE: user } };
}

interface Listed {
  backups: { id: string; signed_by: string | null; error?: string }[];
}

Deno.test("a backup is signed by this machine, in every form, and list and verify say so", () =>
  withScene(async (scene) => {
    for (const form of [[], ["--format", "zip"], ["--no-archive"], ["--no-directory"]]) {
      const { archive, backup_dir } = await scene.backUp(...form);
      for (const path of [archive, backup_dir].filter((path) => path !== null)) {
        const { json } = await scene.run(["verify", path, "--json"]);
        assert.equal(json.ok, true);
        assert.equal((json.signature as { by: string }).by, "this_machine", path);
        assert.deepEqual(json.extra, []);
      }
    }
    const { json } = await scene.run<Listed>(["list", "--json"]);
    assert.deepEqual(json.backups.map((one) => one.signed_by), Array(4).fill("this machine"));
    const { stdout } = await scene.run(["list"]);
    assert.match(stdout, /SIGNED BY\n.* this machine\n/);
  }));

Deno.test("another user sees that the key is unknown, and may give it a name", () =>
  withScene(async (scene) => {
    await scene.backUp();
    const there = elsewhere(scene);
    const args = ["list", "--backup-root", scene.backups, "--json"];
    const before = await scene.run<Listed>(args, there);
    assert.match(before.json.backups[0].signed_by!, /^unknown key [\w+/]{43}=$/);
    const key = before.json.backups[0].signed_by!.slice("unknown key ".length);
    await scene.run(["keys", "trust", key, "--name", "laptop"], there);
    const after = await scene.run<Listed>(args, there);
    assert.equal(after.json.backups[0].signed_by, "laptop");
  }));

Deno.test("what a backup from elsewhere would activate needs --trust; the rest does not", () =>
  withScene(async (scene) => {
    const quiet = await scene.backUp();
    addHook(scene);
    await new Promise((wake) => setTimeout(wake, 1100));
    const { archive } = await scene.backUp();
    const there = elsewhere(scene);
    const target = join(scene.folder, "target");
    const apply = ["--home", target, "--apply", CONFIRM, "--json"];
    const refused = await scene.run(["restore", archive!, ...apply], there);
    assert.equal(refused.code, 12, refused.stdout);
    assert.equal(refused.json.error?.code, "trust_required");
    assert.match(refused.json.error?.hint ?? "", /--trust/);
    assert.throws(() => Deno.statSync(target), Deno.errors.NotFound);
    const trusted = await scene.run(["restore", archive!, ...apply, "--trust"], there);
    assert.equal(trusted.code, 0, trusted.stdout);
    assert.ok(Deno.readTextFileSync(join(target, "hooks.json")));
    assert.ok(quiet.archive);
    const here = await scene.run(["restore", archive!, "--home", target, "--json"]);
    const { requires_trust } = here.json.plan as { requires_trust: boolean };
    assert.equal(requires_trust, false, "it is this machine's own");
  }));

Deno.test("on a terminal, what a backup from elsewhere would activate is asked about separately", () =>
  withScene(async (scene) => {
    addHook(scene);
    const { archive } = await scene.backUp();
    const { env } = elsewhere(scene);
    const target = join(scene.folder, "target");
    const dialogue = talk(env.HOME, [PROGRAM, "restore", archive!, "--home", target, "--apply"]);
    await dialogue.sees("hooks.json");
    await dialogue.sees("Type RESTORE");
    await dialogue.types("RESTORE");
    await dialogue.sees("Type TRUST");
    await dialogue.types("no");
    assert.equal((await dialogue.end()).code, 2);
    assert.throws(() => Deno.statSync(target), Deno.errors.NotFound);
  }));

/** Changes a file of the folder form, then says what reading the backup ends with. */
async function codesAfter(scene: Scene, change: (folder: string) => void) {
  const { backup_dir } = await scene.backUp("--no-archive");
  change(backup_dir!);
  const before = homeState(scene.home);
  const codes: Record<string, [number, string | undefined]> = {};
  for (
    const args of [["restore"], ["restore", "--apply", CONFIRM, "--trust"], ["show"], ["verify"]]
  ) {
    const { code, json } = await scene.run([args[0], backup_dir!, ...args.slice(1), "--json"]);
    codes[args.slice(0, 2).join(" ")] = [code, json.error?.code];
  }
  assert.deepEqual(homeState(scene.home), before, "nothing was changed");
  const { json } = await scene.run<Listed>(["list", "--json"]);
  return { codes, listed: json.backups[0].error };
}

Deno.test("a forged signature is refused by all that read the backup, with exit 12", () =>
  withScene(async (scene) => {
    const { codes, listed } = await codesAfter(scene, (folder) => {
      const path = join(folder, "signature.json");
      const file = JSON.parse(Deno.readTextFileSync(path));
      file.signature = file.signature.replace(/^./, (first: string) => first === "A" ? "B" : "A");
      Deno.writeTextFileSync(path, JSON.stringify(file));
    });
    for (const command of Object.keys(codes)) {
      assert.deepEqual(codes[command], [12, "forged_signature"], command);
    }
    assert.match(listed!, /^forged_signature/);
  }));

Deno.test("a manifest that is not the signed one is refused, --trust or not", () =>
  withScene(async (scene) => {
    const { codes } = await codesAfter(scene, (folder) => {
      const path = join(folder, "manifest.json");
      Deno.writeTextFileSync(path, Deno.readTextFileSync(path) + "\n");
    });
    assert.deepEqual(codes["restore"], [12, "bad_signature"]);
    assert.deepEqual(codes["restore --apply"], [12, "bad_signature"]);
    assert.deepEqual(codes["verify"], [1, undefined], "to verify, it is damage");
  }));

Deno.test("a backup signed anew by somebody else is one from elsewhere", () =>
  withScene(async (scene) => {
    const { backup_dir } = await scene.backUp("--no-archive");
    const stranger = machineSigner(testHost(join(scene.folder, "stranger")));
    assert.ok("signer" in stranger);
    const path = join(backup_dir!, "signature.json");
    const { manifest_sha256 } = JSON.parse(Deno.readTextFileSync(path));
    Deno.writeFileSync(path, signManifest(stranger.signer, manifest_sha256));
    const { json } = await scene.run(["verify", backup_dir!, "--json"]);
    assert.equal((json.signature as { by: string }).by, "unknown");
  }));

Deno.test("where no key can be made, the backup is made all the same, and says so", () =>
  withScene(async (scene) => {
    Deno.writeTextFileSync(join(scene.user, ".config"), "in the way");
    const { warnings, ok } = await scene.backUp() as BackupResult;
    assert.ok(ok);
    assert.ok(warnings.some((warning) => /not signed/.test(warning)), warnings.join());
  }));

Deno.test("an archive that was exchanged with its hash file is not the one that was made here", () =>
  withScene(async (scene) => {
    const first = await scene.backUp("--no-directory");
    const second = await scene.backUp("--no-directory");
    const made = await scene.run(["verify", second.archive!, "--json"]);
    assert.deepEqual([made.code, made.json.catalog_sha256], [0, "matches"]);
    for (const suffix of ["", ".sha256"]) {
      Deno.renameSync(first.archive! + suffix, second.archive! + suffix);
    }
    const { code, json } = await scene.run(["verify", second.archive!, "--json"]);
    assert.deepEqual([code, json.archive_sha256, json.catalog_sha256], [1, "matches", "differs"]);
    const [damage] = json.damaged as { reason: string }[];
    assert.match(damage.reason, /not the archive that was made here/);
    const moved = join(scene.folder, "elsewhere.tar.gz");
    Deno.renameSync(second.archive!, moved);
    const elsewhere = await scene.run(["verify", moved, "--json"]);
    assert.deepEqual([elsewhere.code, elsewhere.json.catalog_sha256], [0, "unknown"]);
  }));
