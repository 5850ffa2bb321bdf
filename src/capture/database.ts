import { checkInterrupt, type Host, type JobResult, realFs, type WorkerPool } from "../base/mod.ts";
import { type DatabaseCapture, type DatabaseJob, runDatabaseJob } from "./database_job.ts";

/** Name of the job that captures a database. */
export const DATABASE_JOB = "capture.database";

/** Captures a database; runs in a worker, on the file system of this machine. */
export async function databaseJob(job: DatabaseJob): Promise<JobResult> {
  return { output: await runDatabaseJob(realFs, job) };
}

/**
 * Captures one consistent state of a database in a worker, and checks it (design.md section 4).
 * Nothing is created or changed beside the database. Throws `interrupted`, `disk_full`.
 *
 * @param staged a file that does not exist yet; holds the copy when the result is `captured`
 */
export async function captureDatabase(
  host: Host,
  pool: Pick<WorkerPool, "run">,
  source: string,
  staged: string,
): Promise<DatabaseCapture> {
  checkInterrupt(host);
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const interrupted = Promise.withResolvers<never>();
  const onAbort = () => {
    Atomics.store(stop, 0, 1);
    try {
      checkInterrupt(host);
    } catch (error) {
      interrupted.reject(error);
    }
  };
  host.signal.addEventListener("abort", onAbort, { once: true });
  try {
    const job: DatabaseJob = { source, staged, stop };
    return await Promise.race([pool.run<DatabaseCapture>(DATABASE_JOB, job), interrupted.promise]);
  } finally {
    host.signal.removeEventListener("abort", onAbort);
  }
}
