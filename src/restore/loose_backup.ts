/** Files that lie anywhere on this machine, as the backup that a restore reads. */
import type { Backup, Manifest } from "../archive/mod.ts";
import { createPulse, type Host } from "../base/mod.ts";
import { readInPieces } from "./bench.ts";

/** The content of a file, and how long it is in bytes. */
export interface LooseFile {
  bytes: number;
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
}

/** Where files lie, and how each is read. */
export interface LooseFiles {
  /** For a person: the folder that most of them lie in. */
  source: string;
  manifest: Manifest;
  /** Stored paths of all that are there at the moment: planning may still add to them. */
  paths(): Iterable<string>;
  /** Is asked for a file once its content is wanted. */
  open(path: string): LooseFile;
}

/** A file of this machine, to be read in pieces. */
export function looseFile(host: Host, path: string): LooseFile {
  return { bytes: host.fs.lstat(path).size, chunks: readInPieces(host, path) };
}

async function* pieces(chunks: LooseFile["chunks"]): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) yield chunk;
}

/** Files as a backup. Reading it throws `interrupted`; closing it does nothing. */
export function looseBackup(host: Host, { source, manifest, paths, open }: LooseFiles): Backup {
  return {
    source,
    form: "folder",
    indexed: true,
    head: manifest,
    signature: null,
    loadManifest: () => Promise.resolve(manifest),
    async visit(wanted, use) {
      const pulse = createPulse(host);
      for (const path of paths()) {
        await pulse();
        if (!wanted(path)) continue;
        const { bytes, chunks } = open(path);
        await use({ path, bytes }, pieces(chunks));
      }
    },
    close() {},
  };
}
