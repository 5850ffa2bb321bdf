import { compilePatterns, findProfile, loadProfiles } from "../../src/profiles/mod.ts";
import { assert, rejectsWith } from "../assert.ts";
import { testHost, withTempDir } from "../support/host.ts";

const USER_PROFILE = `id = "pi"
name = "Pi"
[home]
default = "~/.pi"
[backups]
folder = "PiBackups"
prefix = "pi-backup"
`;

async function writeUserProfile(folder: string, content: string): Promise<void> {
  await Deno.mkdir(`${folder}/.config/lifeboat/profiles`, { recursive: true });
  await Deno.writeTextFile(`${folder}/.config/lifeboat/profiles/pi.toml`, content);
}

Deno.test("many profiles come with the program, and each is found by its id", () =>
  withTempDir((folder) => {
    const host = testHost(folder);
    const profiles = loadProfiles(host);
    for (const id of ["claude-code", "codex", "openclaw", "gemini-cli", "crush"]) {
      assert.ok(profiles.some((one) => one.id === id), id);
    }
    for (const profile of profiles) assert.deepEqual(findProfile(host, profile.id), profile);
  }));

Deno.test("a user's profile is loaded beside them", () =>
  withTempDir(async (folder) => {
    await writeUserProfile(folder, USER_PROFILE);
    assert.equal(findProfile(testHost(folder), "pi").name, "Pi");
  }));

Deno.test("a user's profile that is wrong is refused with its file", () =>
  withTempDir(async (folder) => {
    await writeUserProfile(folder, "id = \n");
    const error = await rejectsWith(() => loadProfiles(testHost(folder)), "bad_profile");
    assert.match(error.message, /pi\.toml, line 1: /);
  }));

Deno.test("a user's profile may not take the id of one that is there", () =>
  withTempDir(async (folder) => {
    await writeUserProfile(folder, USER_PROFILE.replace('"pi"', '"codex"'));
    const error = await rejectsWith(() => loadProfiles(testHost(folder)), "bad_profile");
    assert.match(error.message, /already that of .*codex\.toml/);
  }));

Deno.test("an unknown profile is missing, and the known ones are named", () =>
  withTempDir(async (folder) => {
    const error = await rejectsWith(() => findProfile(testHost(folder), "pi"), "unknown_profile");
    assert.equal(error.kind, "missing");
    assert.match(error.hint!, /claude-code, cline, codex/);
  }));

Deno.test("Claude Code's process registry is not restored, Codex' sessions are", () =>
  withTempDir((folder) => {
    const host = testHost(folder);
    const claude = compilePatterns(findProfile(host, "claude-code").restore_skip);
    const codex = compilePatterns(findProfile(host, "codex").restore_skip);
    assert.equal(claude("sessions/4711.json", false), "sessions/*.json");
    assert.equal(claude("projects/-a/x.jsonl", false), undefined);
    assert.equal(codex("sessions/2026/11/20/rollout-a.jsonl", false), undefined);
    assert.equal(codex("sessions/4711.json", false), undefined);
    assert.equal(codex("thread-writer-locks/a.lock", false), "thread-writer-locks/");
    assert.equal(codex("installation_id", false), "installation_id");
    assert.equal(codex("skills/x/Cargo.lock", false), undefined);
  }));
