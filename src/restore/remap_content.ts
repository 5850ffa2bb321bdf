/** The derivations of a remap: each file whose paths lie elsewhere now. */
import JSON5 from "json5";
import { rootFolder } from "../archive/mod.ts";
import { describeError, LifeboatError } from "../base/mod.ts";
import {
  canInflateZstd,
  deflateZstd,
  inflateZstd,
  type PathMapping,
  REMAP_DATABASE_JOB,
  remapContent,
  type RemapCounts,
  type RemapRule,
  type StreamRule,
} from "../sessions/mod.ts";
import { changedDatabase, readInPieces, writePieces } from "./bench.ts";
import { type Derivation, type Derive, filesOf } from "./derive.ts";
import type { RemapOptions } from "./remap_options.ts";
import { ruleFor } from "./remap_rules.ts";
import { countPaths, type StepCounter } from "./remap_steps.ts";

/** What the derivations of a remap share. */
export interface Remapping extends RemapOptions {
  /** With those of folders that were renamed. */
  all: PathMapping[];
  counter: StepCounter;
  warnings: string[];
  /** Files that OpenClaw's configuration includes, by path in the archive. */
  included: ReadonlySet<string>;
}

type Count = ReturnType<typeof countPaths>;

/** The derivations of all files that may hold paths, by path in the archive. */
export function remapDerivations(remapping: Remapping): Map<string, Derivation> {
  const { manifest, target, mappings, counter, included } = remapping;
  const derivations = new Map<string, Derivation>();
  for (const { root, entry } of filesOf(manifest)) {
    const path = entry.relative_path;
    const isDatabase = entry.method === "sqlite_backup";
    const isIncluded = included.has(rootFolder(root) + path);
    const rule = ruleFor(target.home, { root, path, isDatabase, isIncluded });
    if (!rule) continue;
    const step = { what: rule.what, root, path: rule.group ?? path };
    const count = countPaths(counter, mappings, step);
    const derivation = derivationOf(remapping, rule, { path, count });
    if (derivation) derivations.set(rootFolder(root) + path, derivation);
  }
  return derivations;
}

function derivationOf(
  remapping: Remapping,
  rule: RemapRule,
  { path, count }: { path: string; count: Count },
): Derivation | undefined {
  if (rule.kind === "database") {
    return { derive: databaseDerive(remapping, { path, count, job: rule.job }), once: true };
  }
  const edit = { mappings: remapping.all, leading: remapping.mappings, onPath: count };
  if (rule.what === "configuration") {
    return { derive: configDerive(remapping, rule, { path, count }), once: true };
  }
  if (rule.kind !== "lines" || !rule.compressed) {
    return { derive: (chunks) => remapContent(chunks, rule, edit) };
  }
  if (canInflateZstd()) {
    return { derive: compressedDerive(remapping, rule, { path, count }), once: true };
  }
  remapping.warnings.push(`${path} keeps its old paths: this build cannot read zstd`);
  return undefined;
}

/** A configuration that may be no JSON5 either, and then stays as it is. */
function configDerive(
  { all, mappings, warnings }: Remapping,
  rule: StreamRule,
  { path, count }: { path: string; count: Count },
): Derive {
  return async function* (chunks) {
    const decoder = new TextDecoder();
    let text = "";
    async function* heard() {
      for await (const chunk of chunks) {
        text += decoder.decode(chunk, { stream: true });
        yield chunk;
      }
    }
    let changes = 0;
    const onPath = (mapping: PathMapping) => {
      changes++;
      count(mapping);
    };
    yield* remapContent(heard(), rule, { mappings: all, leading: mappings, onPath });
    if (changes > 0 || isJson5(text) || !mappings.some(({ from }) => text.includes(from))) return;
    warnings.push(`${path} keeps its old paths, since it does not parse: mend them by hand`);
  };
}

function isJson5(text: string): boolean {
  try {
    JSON5.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Compressed once more only where something in it changes; one that is damaged stays as it is. */
function compressedDerive(
  { all, mappings, warnings }: Remapping,
  rule: StreamRule,
  { path, count }: { path: string; count: Count },
): Derive {
  return async function* (chunks, bench) {
    const original = bench.newFile();
    await writePieces(bench.host, original, chunks);
    const content = (onPath: Count) => {
      const inflated = inflateZstd(readInPieces(bench.host, original));
      return remapContent(inflated, rule, { mappings: all, leading: mappings, onPath });
    };
    let changes = 0;
    try {
      await readThrough(content(() => changes++));
    } catch (error) {
      if (!(error instanceof LifeboatError) || error.code !== "damaged_transcript") throw error;
      changes = 0;
      warnings.push(`${path} keeps its old paths: ${describeError(error)}`);
    }
    yield* changes === 0 ? readInPieces(bench.host, original) : deflateZstd(content(count));
    bench.host.fs.remove(original);
  };
}

async function readThrough(chunks: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _ of chunks) {
    // Only what is found on the way counts.
  }
}

/** A database that cannot be changed comes back as it is; it was whole when it was backed up. */
function databaseDerive(
  { all, mappings, warnings }: Remapping,
  { path, count, job = REMAP_DATABASE_JOB }: { path: string; count: Count; job?: string },
): Derive {
  let changes = 0;
  const done = (counts: RemapCounts) => {
    changes = Object.keys(counts).length;
    for (const mapping of mappings) {
      const found = counts[mapping.from];
      if (found) count(mapping, found);
    }
  };
  return async function* (chunks, bench) {
    const original = bench.newFile();
    await writePieces(bench.host, original, chunks);
    const change = { job, input: { mappings: all }, done };
    let began = false;
    try {
      for await (
        const chunk of changedDatabase(readInPieces(bench.host, original), bench, change)
      ) {
        if (changes === 0) break;
        began = true;
        yield chunk;
      }
    } catch (error) {
      if (began || (error instanceof LifeboatError && error.kind === "interrupted")) throw error;
      warnings.push(`${path} keeps its old paths: ${describeError(error)}`);
    }
    if (!began) yield* readInPieces(bench.host, original);
    bench.host.fs.remove(original);
  };
}
