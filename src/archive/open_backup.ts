import {
  checkInterrupt,
  createWorkerPool,
  type Host,
  LifeboatError,
  sha256,
  type WorkerPool,
  workersFor,
} from "../base/mod.ts";
import { type Readers, type SignatureFile, type Unlock, unlockWith } from "../seal/mod.ts";
import type { Container, Delivery, StoredFile, Wanted } from "./container.ts";
import { badManifest } from "./faults.ts";
import type { AskPassword } from "./foreign/mod.ts";
import { READ_LIMITS, type ReadLimits } from "./limits.ts";
import {
  type FileEntry,
  type FileList,
  HOME_ROOT,
  type Manifest,
  type ManifestHead,
  rootFolder,
} from "./manifest.ts";
import { readManifestLists } from "./manifest_lists.ts";
import type { ManifestSource } from "./manifest_reader.ts";
import { openContainer } from "./open_container.ts";
import { type PackedFiles, packFiles } from "./packed_files.ts";
import { createPathGuard } from "./path_checks.ts";
import { openInside } from "./open_sealed.ts";
import { isHomeFile, readHead } from "./read_head.ts";
import { readSignature, signedManifest } from "./signature.ts";

/** What `visit` calls for each file; `chunks` may be read once, until the call returns. */
export type UseFile = (file: StoredFile, chunks: AsyncIterable<Uint8Array>) => Promise<void>;

/** A backup that is open for reading: ours, or one of another tool that we read. */
export interface Backup {
  /** The folder or archive that was opened. */
  source: string;
  form: Container["form"];
  /** Whether single files can be read without reading the others. */
  indexed: boolean;
  /** The manifest without its lists. `schema_version` 0: the oldest form, which has no hashes. */
  head: ManifestHead;
  /** Who can read it, when it was encrypted and opened with a key. */
  readers?: Readers;
  /** Holds, of whomever it is; null where there is none. */
  signature: SignatureFile | null;
  /** Set when it lies where others can write: only its signature says whose it is. */
  isRemote?: true;
  /**
   * The whole manifest, every path in it safe for this system. What manifests of others lack (sizes,
   * in the oldest form the entries themselves) is found out by reading the backup.
   */
  loadManifest(): Promise<Manifest>;
  /**
   * Reads the wanted files in the order in which they lie there. Throws `damaged_archive` when one
   * of them is not whole, `unsafe_archive` when one cannot be written on this system. Where all wanted
   * files of a piece of the backup are ordered, workers may write them; `use` gets the others.
   */
  visit(wanted: Wanted, use: UseFile, delivery?: Delivery): Promise<void>;
  /** Workers that read it. Others may use them meanwhile, where they run already. */
  pool?: WorkerPool;
  /** Says that most of it will be visited soon: workers that will read it are started. */
  prepareVisit?(): void;
  close(): void;
}

/** Entries for what lies below `files/` when no manifest lists it. */
async function findEntries(container: Container): Promise<FileEntry[]> {
  const entries: FileEntry[] = [];
  for await (const { path, bytes, mode, mtimeMs, chunks } of container.files(isHomeFile)) {
    const hash = sha256();
    for await (const chunk of chunks) hash.update(chunk);
    entries.push({
      relative_path: path.slice(rootFolder(HOME_ROOT).length),
      kind: "file",
      bytes,
      sha256: hash.hex(),
      method: "copy2",
      ...(mode !== undefined && { mode }),
      ...(mtimeMs !== undefined && { mtime_ms: mtimeMs }),
    });
  }
  return entries;
}

/** Sizes from the backup itself for entries that have none; 0 for a file that is not there. */
async function withSizes(container: Container, entries: PackedFiles): Promise<FileList> {
  if (entries.haveSizes()) return entries;
  const sizes = new Map<string, number>();
  for await (const { path, bytes } of container.files(isHomeFile)) sizes.set(path, bytes);
  return packFiles(
    entries.values().map((entry) => ({
      ...entry,
      bytes: entry.bytes ?? sizes.get(rootFolder(HOME_ROOT) + entry.relative_path) ?? 0,
    })),
  );
}

/** The whole manifest; what it lacks is taken from the container. */
async function loadManifest(
  container: Container,
  head: ManifestHead,
  source: ManifestSource,
): Promise<Manifest> {
  const nothing = { roots: [], symlinks: [], directories: [], skipped: [], errors: [] };
  if (head.schema_version === 0) {
    return { ...head, ...nothing, entries: await findEntries(container) };
  }
  const lists = await readManifestLists(container.manifest(), source);
  const roots = lists.roots.map((root) => {
    const { entries } = root;
    if (entries.haveSizes()) return { ...root, entries };
    throw badManifest(source.path, `${root.id} has an entry without bytes`);
  });
  return { ...head, ...lists, roots, entries: await withSizes(container, lists.entries) };
}

/** From so many bytes of an archive on, workers take part in reading it. */
export const WORTH_WORKERS = 8 << 20;

/** How a backup is opened. */
export interface ReadOptions {
  limits?: Partial<ReadLimits>;
  /** Worker threads at most; they are started when there is much to read. */
  jobs?: number;
  /** Asks for the password of another tool's encrypted archive. */
  password?: AskPassword;
  /**
   * Opens what is encrypted; without it the identities of this machine are tried. `outside`: an
   * encrypted backup is only looked at from there.
   */
  unlock?: Unlock | "outside";
}

/**
 * Opens a backup: its folder (or a folder that holds exactly one), or its `.tar.gz`, `.tar` or
 * `.zip`, told apart by content. Throws `no_such_backup`, `not_a_backup`, `damaged_archive`,
 * `unsafe_archive`, `bad_manifest`, `newer_schema`, `unreadable_backup`, `bad_signature`,
 * `forged_signature`, `password_needed`, `wrong_password`.
 */
export async function openBackup(
  host: Host,
  path: string,
  options: ReadOptions = {},
): Promise<Backup> {
  const limits = { ...READ_LIMITS, ...options.limits };
  const { password } = options;
  const pool = createWorkerPool(workersFor(host, options.jobs));
  const opened = openContainer(host, path, { limits, pool, password });
  const close = () => {
    opened.close();
    pool.close();
  };
  const source = { path: opened.source, platform: host.platform, limits };
  try {
    const inside = opened.sealed && options.unlock !== "outside"
      ? await openInside(opened, source, options.unlock ?? unlockWith(host))
      : undefined;
    const found = inside?.container ?? opened;
    const signature = await readSignature(found);
    const container = signedManifest(found, signature);
    const head = await readHead(container, source);
    return {
      source: container.source,
      pool,
      form: container.form,
      indexed: container.indexed,
      readers: inside && readersOf(inside.readers, head),
      head,
      signature,
      async loadManifest() {
        if (found.sealed) throw locked(source.path);
        return await loadManifest(container, head, source);
      },
      async visit(wanted, use, delivery) {
        const guard = createPathGuard(source.path, host.platform, limits.members);
        const guarded = delivery && {
          ...delivery,
          done(path: string) {
            // Who delivers has checked all paths by the rules of Linux.
            if (host.platform !== "linux") guard.admit(path, "file");
            delivery.done(path);
          },
        };
        for await (const { chunks, ...file } of container.files(wanted, guarded)) {
          checkInterrupt(host);
          guard.admit(file.path, "file");
          await use(file, chunks);
        }
      },
      prepareVisit() {
        if (container.indexed && host.fs.stat(source.path).size > WORTH_WORKERS) {
          pool.start?.();
        }
      },
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

/** All for whom the backup was encrypted, and the one who has opened it. */
function readersOf(readers: Readers, { recipients = [] }: ManifestHead): Readers {
  if (readers.kind === "passphrase") return readers;
  return { kind: "recipients", recipients: [...new Set([...recipients, ...readers.recipients])] };
}

function locked(path: string): LifeboatError {
  return new LifeboatError("untrusted", "encrypted_backup", `${path} is encrypted`, {
    hint: "Open it with its passphrase, or with --identity.",
  });
}
