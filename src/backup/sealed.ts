/** What an encrypted backup has beside an ordinary one (FORMAT.md section 10). */
import {
  type ArchiveOutput,
  createSealedTar,
  type ManifestHead,
  openBackup,
  type SealedTar,
  type WrittenFile,
} from "../archive/mod.ts";
import {
  type Host,
  isInside,
  LifeboatError,
  pathsOf,
  release,
  removeIfThere,
  sha256,
  sha256Of,
} from "../base/mod.ts";
import { homeMark, type Readers, sealedScratch, signManifest } from "../seal/mod.ts";
import { makeMemoryFolder } from "./memory_folder.ts";
import type { Outlet } from "./outlet.ts";
import type { Places } from "./places.ts";
import { writeRestoreKit } from "./restore_kit.ts";
import type { Run, Seal } from "./run.ts";

/** An encrypted backup while it is written. */
export interface SealedBackup {
  tar: SealedTar;
  /** Where the payload goes. */
  output: ArchiveOutput;
  /** SHA-256 of each file of the restore kit, upper-case hex. */
  kit: Record<string, string>;
  readers: Readers;
  /** Room in memory for copies of databases; absent where the system has none. */
  memory?: string;
  /** Removes what is there only while the backup is written. */
  clear(): void;
}

/** The host for an encrypted backup: what is written aside cannot be read by anybody. */
export function scratchHost(host: Host, { work, archive }: Places): Host {
  const spool = `${archive?.partial}.spool`;
  const isScratch = (path: string) => path === spool || isInside(path, work, host.platform);
  return { ...host, fs: sealedScratch(host.fs, isScratch) };
}

/** Begins the plain tar: the restore kit, and then the payload. */
export async function beginSealed(
  run: Run,
  places: Places,
  { readers, age }: Seal,
): Promise<SealedBackup> {
  const { host, options } = run;
  const top = options.home.profile.backups.prefix;
  const mtimeMs = Math.floor(run.startedAt.getTime() / 1000) * 1000;
  const tar = createSealedTar(host, places.archive!.partial, top, mtimeMs);
  try {
    const kit = await writeRestoreKit({ ...run, earlier: undefined }, plainOutlet(host, tar));
    const memory = makeMemoryFolder(host);
    const clear = () => memory && removeIfThere(host.fs, memory);
    return { tar, output: tar.payload(age, run.pool), kit, readers, memory, clear };
  } catch (error) {
    tar.discard();
    throw error;
  }
}

const PIECE_BYTES = 1 << 20;

/** Puts the files of the kit into the plain tar. */
function plainOutlet(host: Host, tar: SealedTar): Pick<Outlet, "bytes" | "copy"> {
  return {
    bytes(path, content, mode) {
      addBytes(tar, path, content, mode);
      return Promise.resolve(sha256Of(content));
    },
    copy(path, from, mode) {
      const file = host.fs.open(from);
      try {
        const { size } = file.info();
        tar.begin({ path, size, mode });
        const hash = sha256();
        const piece = new Uint8Array(PIECE_BYTES);
        let left = size;
        for (let n = file.read(piece); n > 0 && left > 0; n = file.read(piece)) {
          const bytes = piece.subarray(0, Math.min(n, left));
          hash.update(bytes);
          tar.write(bytes);
          left -= bytes.length;
        }
        tar.end();
        if (left > 0) throw new LifeboatError("failed", "entry_size", `${from} has become shorter`);
        return Promise.resolve({ bytes: size, sha256: hash.hex() });
      } finally {
        file.close();
      }
    },
  };
}

function addBytes(tar: SealedTar, path: string, content: Uint8Array, mode: number): void {
  tar.begin({ path, size: content.length, mode });
  tar.write(content);
  tar.end();
}

/** Ends the tar with what all may know: a manifest without names of files, and its signature. */
export async function finishSealed(
  run: Run,
  { tar, readers }: SealedBackup,
  inside: ManifestHead,
): Promise<WrittenFile> {
  const { schema_version, created_at, profile, backup_name, sensitive_note } = inside;
  const { counts, mode, status, malformed_configs, part, tool, kit, home, isolated } = inside;
  const outside = {
    schema_version,
    created_at,
    profile,
    backup_name,
    archive_format: "tar",
    sensitive_note,
    counts,
    mode,
    status,
    malformed_configs,
    part,
    tool,
    kit,
    isolated,
    home_mark: run.signer && homeMark(run.signer, home),
    encryption: { format: "age-encryption.org/v1", kind: readers.kind },
    payload: tar.facts,
    entries: [],
  };
  const content = new TextEncoder().encode(JSON.stringify(outside, null, 2) + "\n");
  addBytes(tar, "manifest.json", content, 0o600);
  if (run.signer) {
    addBytes(tar, "signature.json", signManifest(run.signer, sha256Of(content)), 0o600);
  }
  return await tar.finish();
}

/** Reads the plain part back. Throws `damaged_archive` when the kit is not what was put in. */
export async function verifyOutside(host: Host, path: string): Promise<void> {
  const backup = await openBackup(host, path, { unlock: "outside" });
  const { kit = {} } = backup.head;
  const left = new Map(Object.entries(kit));
  try {
    await backup.visit((stored) => left.has(stored), async ({ path }, chunks) => {
      const hash = sha256();
      for await (const chunk of chunks) {
        hash.update(chunk);
        release(chunk);
      }
      if (hash.hex() === left.get(path)) left.delete(path);
    });
  } finally {
    backup.close();
  }
  const name = pathsOf(host.platform).basename(path);
  for (const file of left.keys()) {
    throw new LifeboatError("failed", "damaged_archive", `${file} in ${name} is not what it was`);
  }
}
