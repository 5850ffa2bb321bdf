import type { BackupResult } from "../../src/backup/mod.ts";
import { createBackup } from "../../src/backup/mod.ts";
import type { Host } from "../../src/base/mod.ts";
import { findProfile, resolveHome } from "../../src/profiles/mod.ts";
import {
  listSessions,
  openSessionsBackup,
  searchSessions,
  showSessions,
} from "../../src/sessions/mod.ts";
import { assert, rejectsWith } from "../assert.ts";
import { bytesOf, manifestFor, storedEntries, writeFolder } from "../support/stored_backups.ts";
import { jsonLine, type SessionsScene, withSessions } from "./scene.ts";

const uuid = (n: number) => `01890000-0000-7000-8000-00000000000${n}`;

async function backUp(
  { folder, host }: SessionsScene,
  profile: string,
  format: "tar.gz" | "zip",
): Promise<BackupResult> {
  const executable = `${folder}/program`;
  Deno.writeTextFileSync(executable, "a program");
  const home = resolveHome(host, findProfile(host, profile));
  return await createBackup({ ...host, executable }, { home, format, kit: "light" });
}

async function listIn(host: Host, path: string) {
  const source = await openSessionsBackup(host, path);
  try {
    return await listSessions(host, [source]);
  } finally {
    source.close();
  }
}

for (const profile of ["codex", "claude-code"]) {
  Deno.test(`a backup of ${profile} lists what the home held, from folder, tar.gz, tar and zip`, () =>
    withSessions(async (scene) => {
      const { host, open } = scene;
      const { sessions: live } = await listSessions(host, [open(profile)]);
      const expected = live.map((item) => ({
        ...item,
        path: null,
        at_risk: null,
        deleted_after: null,
      }));
      const { archive, backup_dir } = await backUp(scene, profile, "tar.gz");
      const zip = (await backUp(scene, profile, "zip")).archive!;
      const tar = `${scene.folder}/plain.tar`;
      const unpacked = new Blob([await Deno.readFile(archive!)]).stream()
        .pipeThrough(new DecompressionStream("gzip"));
      await Deno.writeFile(tar, unpacked);
      for (const path of [archive!, backup_dir!, tar, zip]) {
        const { ok, sessions, sources: [source] } = await listIn(host, path);
        assert.equal(ok, true);
        assert.deepEqual(sessions, expected, path);
        assert.deepEqual([source.profile, source.backup], [profile, path]);
        assert.equal(source.retention_days, null);
      }
    }));
}

Deno.test("a backup can be searched, and its conversations shown", () =>
  withSessions(async (scene) => {
    const { archive } = await backUp(scene, "codex", "tar.gz");
    const [, , { id, questions }] = scene.codex.threads;
    const source = await openSessionsBackup(scene.host, archive!);
    const { report } = await searchSessions(scene.host, [source], [questions[1]]);
    assert.deepEqual(report.sessions.map((one) => one.id), [id]);
    const shown = await showSessions(scene.host, [source], id);
    assert.deepEqual(shown.report.sessions[0].messages, { user: 3, assistant: 3 });
    source.close();
  }));

Deno.test("a crafted backup is read like any other: of an unknown agent, with odd lines", () =>
  withSessions(async ({ folder, host }) => {
    const rollout = (n: number) => `sessions/rollout-2026-11-20T12-00-00-${uuid(n)}.jsonl`;
    const meta = { type: "session_meta", payload: { cwd: "/x\u001b[31m", cli_version: "rm -rf" } };
    const files = {
      [rollout(1)]: jsonLine(meta) + "\u0000".repeat(100) + "\n" + "[".repeat(200_000),
      [`${rollout(1)}.zst`]: bytesOf("left over"),
      [rollout(2)]: "",
      [`projects/-x/${uuid(3)}.jsonl`]: jsonLine({ cwd: "/y" }),
    };
    const manifest = manifestFor(files, { profile: "unheard-of" });
    const missing = { ...manifest.entries[0], relative_path: rollout(4) };
    manifest.entries.push(missing);
    await writeFolder(`${folder}/backup`, storedEntries(files, manifest));
    const { ok, sessions, errors } = await listIn(host, `${folder}/backup`);
    const byId = new Map(sessions.map((item) => [item.id, item]));
    assert.equal(byId.size, 4);
    assert.deepEqual([byId.get(uuid(1))!.lines, byId.get(uuid(1))!.malformed_lines], [3, 2]);
    assert.equal(byId.get(uuid(1))!.agent_version, null);
    assert.equal(byId.get(uuid(2))!.lines, 0);
    assert.equal(byId.get(uuid(3))!.agent, "claude-code");
    assert.equal(byId.get(uuid(4))!.error!.code, "not_found");
    assert.deepEqual([ok, errors.length], [false, 1]);
  }));

Deno.test("a damaged archive tells what could be read of it", () =>
  withSessions(async (scene) => {
    const { archive } = await backUp(scene, "claude-code", "zip");
    const bytes = await Deno.readFile(archive!);
    const [{ id }] = scene.claude.sessions;
    const name = bytesOf(`${id}.jsonl`);
    const at = bytes.findIndex((_, i) => name.every((byte, j) => bytes[i + j] === byte));
    bytes[at + name.length + 200] ^= 0xff;
    await Deno.writeFile(archive!, bytes);
    const { ok, sessions } = await listIn(scene.host, archive!);
    assert.equal(ok, false);
    assert.equal(sessions.find((item) => item.id === id)!.error!.code, "damaged_archive");
    assert.equal(sessions.filter(({ error }) => !error).length, 3);
  }));

Deno.test("what is no backup is refused with its code", () =>
  withSessions(async ({ folder, host }) => {
    await rejectsWith(() => openSessionsBackup(host, `${folder}/none`), "no_such_backup");
    await rejectsWith(() => openSessionsBackup(host, `${folder}/.codex`), "not_a_backup");
  }));
