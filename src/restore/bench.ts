/** Room and hands for what is worked out while a restore is planned: scratch files, and a worker. */
import {
  createPulse,
  createWorkerPool,
  ensureDir,
  type Host,
  newScratch,
  pathsOf,
  removeIfThere,
  type WorkerPool,
} from "../base/mod.ts";

/** Scratch files of one plan, and a worker for its databases. Nothing is made before it is needed. */
export interface Bench {
  host: Host;
  /** A path in a private folder of Lifeboat's own, where nothing is yet. */
  newFile(): string;
  /** Runs a job of src/worker.ts, such as one that changes a database's copy. */
  run<Output>(job: string, input: unknown): Promise<Output>;
  /** Removes all scratch files. */
  close(): void;
}

/** An empty bench. */
export function createBench(host: Host): Bench {
  let folder: string | undefined;
  let pool: WorkerPool | undefined;
  let files = 0;
  return {
    host,
    newFile() {
      folder ??= newScratch(host, "restoring");
      ensureDir(host.fs, folder, host.platform);
      return pathsOf(host.platform).join(folder, String(files++));
    },
    run(job, input) {
      pool ??= createWorkerPool(1);
      return pool.run(job, input);
    },
    close() {
      pool?.close();
      if (folder !== undefined) removeIfThere(host.fs, folder);
    },
  };
}

const CHUNK = 1 << 20;

/**
 * Content of a file; now and then timers and signals run. A piece is valid until the next. Throws
 * `interrupted`.
 */
export async function* readInPieces(host: Host, path: string): AsyncGenerator<Uint8Array> {
  const pulse = createPulse(host);
  const file = host.fs.open(path);
  try {
    const buffer = new Uint8Array(Math.min(CHUNK, file.info().size + 1));
    for (let n = file.read(buffer); n > 0; n = file.read(buffer)) {
      await pulse();
      yield buffer.subarray(0, n);
    }
  } finally {
    file.close();
  }
}

/** A job that changes a database. */
export interface DatabaseChange<Output> {
  job: string;
  input: Record<string, unknown>;
  /** Gets what the job says. */
  done?(output: Output): void;
}

/**
 * The content of a database after a job has changed its copy: the job gets `path` beside `input`, and
 * leaves one file there, without a WAL. To be used in a derivation that is made once.
 */
export async function* changedDatabase<Output>(
  chunks: AsyncIterable<Uint8Array>,
  bench: Bench,
  { job, input, done }: DatabaseChange<Output>,
): AsyncGenerator<Uint8Array> {
  const path = bench.newFile();
  await writePieces(bench.host, path, chunks);
  const output = await bench.run<Output>(job, { ...input, path });
  done?.(output);
  yield* readInPieces(bench.host, path);
  bench.host.fs.remove(path);
}

/** Writes a new private file. */
export async function writePieces(
  { fs }: Host,
  path: string,
  chunks: AsyncIterable<Uint8Array>,
): Promise<void> {
  const file = fs.open(path, { createNew: true, mode: 0o600 });
  try {
    for await (const chunk of chunks) file.write(chunk);
  } finally {
    file.close();
  }
}
