import type { Host } from "../base/mod.ts";
import {
  type DirectoryEntry,
  type ErrorEntry,
  type FileEntry,
  HOME_ROOT,
  type ManifestHead,
  type ManifestRoot,
  type SkippedEntry,
  type SymlinkEntry,
} from "./manifest.ts";
import { createOutputFile, discardAll, type OutputFile, type WrittenFile } from "./output_file.ts";
import { createSpool, type Spool } from "./spool.ts";
import { misused } from "./write_faults.ts";

/**
 * Writes `manifest.json` with constant memory: the long lists grow in temporary files beside it,
 * one element per line, and are joined behind the head, which is known last but stands first. When a
 * call throws, the only thing left to do is to abort.
 */
export interface ManifestWriter {
  /** A captured file of the home (`HOME_ROOT`) or of one of the other roots. */
  entry(rootId: string, entry: FileEntry): void;
  directory(entry: DirectoryEntry): void;
  symlink(entry: SymlinkEntry): void;
  skipped(entry: SkippedEntry): void;
  error(entry: ErrorEntry): void;
  /** Writes the manifest; the keys of the head come in the order they have there. */
  finish(head: ManifestHead): WrittenFile;
  /** Removes everything that was written; nothing once it is finished. */
  abort(): void;
}

/** The roots outside the home, before their files are known. */
export type RootHead = Omit<ManifestRoot, "entries">;

/** Elements of one array of the manifest. */
interface List {
  spool: Spool;
  empty: boolean;
}

const COPY_BYTES = 1 << 20;

const encoder = new TextEncoder();

/** Begins the manifest `path`; nothing may be there yet. */
export function createManifestWriter(host: Host, path: string, roots: RootHead[]): ManifestWriter {
  const list = (name: string): List => ({
    spool: createSpool(host.fs, `${path}.${name}.spool`),
    empty: true,
  });
  const lists = {
    symlinks: list("symlinks"),
    directories: list("directories"),
    skipped: list("skipped"),
    errors: list("errors"),
  };
  const entries = new Map([[HOME_ROOT, list("entries")]]);
  for (const [index, { id }] of roots.entries()) entries.set(id, list(`root-${index}`));
  const spools = [...entries.values(), ...Object.values(lists)].map(({ spool }) => spool);
  let output: OutputFile | undefined;
  let failure: { error: unknown } | undefined;
  let finished = false;

  function attempt<T>(act: () => T): T {
    if (failure) throw failure.error;
    try {
      return act();
    } catch (error) {
      failure = { error };
      throw error;
    }
  }

  return {
    entry: (rootId, entry) => attempt(() => add(entries.get(rootId), entry)),
    directory: (entry) => attempt(() => add(lists.directories, entry)),
    symlink: (entry) => attempt(() => add(lists.symlinks, entry)),
    skipped: (entry) => attempt(() => add(lists.skipped, entry)),
    error: (entry) => attempt(() => add(lists.errors, entry)),
    finish: (head) =>
      attempt(() => {
        output = createOutputFile(host.fs, path);
        writeManifest(output, head, { roots, entries, lists });
        discardAll(spools);
        const written = output.close();
        finished = true;
        return written;
      }),
    abort() {
      if (!finished) discardAll(output ? [...spools, output] : spools);
    },
  };
}

function add(list: List | undefined, value: unknown): void {
  if (!list) throw misused("a file of a root that it was not told of");
  list.spool.append(encoder.encode(`${list.empty ? "" : ","}\n    ${JSON.stringify(value)}`));
  list.empty = false;
}

interface Content {
  roots: RootHead[];
  entries: Map<string, List>;
  lists: Record<string, List>;
}

function writeManifest(output: OutputFile, head: ManifestHead, content: Content): void {
  const { roots, entries, lists } = content;
  const text = (value: string) => output.write(encoder.encode(value));
  const array = (name: string, list: List) => {
    text(`"${name}": [`);
    for (const piece of list.spool.read(COPY_BYTES)) output.write(piece);
    text(list.empty ? "]" : "\n  ]");
  };
  text("{");
  for (const [key, value] of Object.entries(head)) {
    if (value !== undefined) text(`\n  ${JSON.stringify(key)}: ${JSON.stringify(value)},`);
  }
  text("\n  ");
  array("entries", entries.get(HOME_ROOT)!);
  text(',\n  "roots": [');
  for (const [index, { id, kind, source }] of roots.entries()) {
    const root = JSON.stringify({ id, kind, source }).slice(0, -1);
    text(`${index === 0 ? "" : ","}\n  ${root}, `);
    array("entries", entries.get(id)!);
    text("}");
  }
  text(roots.length === 0 ? "]" : "\n  ]");
  for (const [name, list] of Object.entries(lists)) {
    text(",\n  ");
    array(name, list);
  }
  text("\n}\n");
}
