/** Archives as OpenClaw and ClawBackup write them, made by hand, so that they can lie. */
import { createCipheriv, createHash, pbkdf2Sync } from "node:crypto";
import { paxMember, type RawMember, tarGzOf } from "./raw_tar.ts";

/** Where the user of these archives had OpenClaw's home. */
export const STATE = "/home/alice/.openclaw";
export const WORKSPACE = "/home/alice/code/notes";

/** The top folder of an OpenClaw archive. */
export const ROOT = "2026-11-20T10-00-00.000Z-openclaw-backup";

/** Where a path lies in an OpenClaw archive. */
export function payload(path: string): string {
  return `${ROOT}/payload/posix${path}`;
}

const OPENCLAW = {
  schemaVersion: 1,
  createdAt: "2026-11-20T10:00:00.000Z",
  archiveRoot: ROOT,
  runtimeVersion: "2026.3.1",
  platform: "linux",
  nodeVersion: "v22.0.0",
  options: { includeWorkspace: true },
  paths: {
    stateDir: STATE,
    configPath: `${STATE}/openclaw.json`,
    oauthDir: `${STATE}/credentials`,
    workspaceDirs: [WORKSPACE],
  },
  assets: [
    { kind: "state", sourcePath: STATE, archivePath: payload(STATE) },
    { kind: "workspace", sourcePath: WORKSPACE, archivePath: payload(WORKSPACE) },
  ],
  skipped: [],
};

/** A manifest of the first generation, with changes. */
export function openClawManifest(changes: Record<string, unknown> = {}): RawMember {
  return { name: `${ROOT}/manifest.json`, content: JSON.stringify({ ...OPENCLAW, ...changes }) };
}

/** A member; a name that does not fit into a header has a PAX header before it. */
export function member(name: string, more: Omit<RawMember, "name"> = {}): RawMember[] {
  if (name.length <= 100) return [{ name, ...more }];
  return [paxMember({ path: name }), { name: name.slice(0, 100), ...more }];
}

/** What lies in the state folder and the workspace of every sample. */
export const FILES: Record<string, string> = {
  [`${STATE}/openclaw.json`]:
    '{ // comment\n agents: { defaults: { workspace: "~/code/notes" } } }',
  [`${STATE}/credentials/oauth.json`]: '{"token":"sk-never-print-this-0001"}',
  [`${WORKSPACE}/MEMORY.md`]: "remember\n",
};

/** The members of an OpenClaw archive: its files, and a manifest. */
export function openClawMembers(
  manifest: RawMember = openClawManifest(),
  files: Record<string, string> = FILES,
): RawMember[] {
  const members = Object.entries(files)
    .flatMap(([path, content]) => member(payload(path), { content }));
  return [manifest, ...members];
}

/** A whole OpenClaw archive with further members. */
export function openClawArchive(more: RawMember[] = [], manifest?: RawMember): Uint8Array {
  return tarGzOf([...openClawMembers(manifest), ...more]);
}

const encoded = (path: string) => `posix${path}`;

/** What ClawBackup writes down of a backup, inside the archive and beside it. */
export function clawBackupManifest(changes: Record<string, unknown> = {}) {
  return {
    schemaVersion: 1,
    backupId: "bak_19aa0b1c2d3-0123456789abcdef",
    name: "before the update",
    createdAt: "2026-11-20T10:00:00.000Z",
    sizeBytes: 0,
    contentHash: "",
    runtimeVersion: "1.1.0",
    platform: "linux",
    nodeVersion: "v22.0.0",
    options: { includeWorkspace: true, onlyConfig: false },
    paths: {
      stateDir: STATE,
      configPath: `${STATE}/openclaw.json`,
      credentialsDir: `${STATE}/oauth`,
      workspaceDirs: [WORKSPACE],
    },
    assets: [
      { kind: "state", sourcePath: STATE, archivePath: encoded(STATE), displayPath: "" },
      {
        kind: "workspace",
        sourcePath: WORKSPACE,
        archivePath: encoded(WORKSPACE),
        displayPath: "x",
      },
    ],
    skipped: [],
    storageBackend: "local",
    storagePath: "",
    ...changes,
  };
}

/**
 * A ClawBackup archive.
 *
 * @param place where a path lies in it: absolute as it really is, or as its manifest says
 */
export function clawBackupArchive(
  more: RawMember[] = [],
  { manifest = {}, place = (path: string) => path } = {},
): Uint8Array {
  const content = JSON.stringify(clawBackupManifest(manifest));
  return tarGzOf([
    { name: "/tmp/clawbackup-Ab12Cd/manifest.json", content },
    { name: `${place(STATE)}/`, typeflag: "5" },
    ...Object.entries(FILES).flatMap(([path, content]) => member(place(path), { content })),
    ...more,
  ]);
}

/** Encrypts as ClawBackup does (facts E3). */
export function encryptAsClawBackup(archive: Uint8Array, password: string): Uint8Array {
  const salt = new Uint8Array(16).fill(7);
  const iv = new Uint8Array(16).fill(9);
  const key = pbkdf2Sync(password, salt, 100_000, 32, "sha256");
  const cipher = createCipheriv("aes-256-cbc", key, iv);
  return new Uint8Array([...salt, ...iv, ...cipher.update(archive), ...cipher.final()]);
}

/** Writes the store of ClawBackup: its index, and what it wrote down of one archive. */
export async function writeClawBackupStore(
  folder: string,
  archive: string,
  changes: Record<string, unknown> = {},
): Promise<void> {
  const bytes = await Deno.readFile(archive);
  const contentHash = createHash("sha256").update(bytes).digest("hex");
  const manifest = clawBackupManifest({
    contentHash,
    sizeBytes: bytes.length,
    storagePath: archive,
    ...changes,
  });
  const { backupId: id, name, createdAt } = manifest;
  const encrypted = "encryption" in changes;
  const entry = { id, type: "clawbackup", name, createdAt, encrypted, storagePath: archive };
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(`${folder}/${id}.manifest.json`, JSON.stringify(manifest));
  const index = { schemaVersion: 1, indexedAt: createdAt, backups: [entry] };
  await Deno.writeTextFile(`${folder}/clawbackups.json`, JSON.stringify(index));
}
