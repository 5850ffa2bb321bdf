/** What takes a passphrase: scrypt works for a second, in 256 MB, so it is done in a worker. */
import { checkInterrupt, createWorkerPool, type Host, type JobResult } from "../base/mod.ts";
import {
  type AgeHeader,
  makeHeader,
  openBytes,
  openHeader,
  type Readers,
  sealBytes,
} from "./age_header.ts";

const ACTS = { makeHeader, openHeader, openBytes, sealBytes };

type Acts = typeof ACTS;

/** Name of the job in the worker program. */
export const PASSPHRASE_JOB = "seal.passphrase";

interface PassphraseInput {
  act: keyof Acts;
  args: unknown[];
}

/** Does one of the acts, in a worker. */
export async function passphraseJob({ act, args }: PassphraseInput): Promise<JobResult> {
  const perform = ACTS[act] as (...args: unknown[]) => Promise<unknown>;
  return { output: await perform(...args) };
}

/**
 * Has one of the acts done by a worker of its own, whose memory is gone with it. Throws `interrupted`
 * at once when the user wants to stop, and what the act throws.
 */
export async function withPassphrase<Act extends keyof Acts>(
  host: Host,
  act: Act,
  ...args: Parameters<Acts[Act]>
): Promise<Awaited<ReturnType<Acts[Act]>>> {
  checkInterrupt(host);
  const pool = createWorkerPool(1);
  const stopped = Promise.withResolvers<undefined>();
  const stop = () => stopped.resolve(undefined);
  host.signal.addEventListener("abort", stop);
  try {
    const input: PassphraseInput = { act, args };
    const done = await Promise.race([
      pool.run<Awaited<ReturnType<Acts[Act]>>>(PASSPHRASE_JOB, input).then((output) => ({
        output,
      })),
      stopped.promise,
    ]);
    checkInterrupt(host);
    return done!.output;
  } finally {
    host.signal.removeEventListener("abort", stop);
    pool.close();
  }
}

/** Makes the header of a new file, as of {@linkcode makeHeader}, while other things go on. */
export async function headerFor(host: Host, readers: Readers): Promise<AgeHeader> {
  return readers.kind === "passphrase"
    ? await withPassphrase(host, "makeHeader", readers)
    : await makeHeader(readers);
}
