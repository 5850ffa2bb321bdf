import { workerUrl } from "./build_info.ts";
import { asLifeboatError, type ErrorKind, LifeboatError } from "./errors.ts";

/** Runs jobs by name in worker threads; as many at once as it has workers, the rest wait. */
export interface WorkerPool {
  readonly size: number;
  /** Whether a worker runs already: starting the first costs 25 to 55 ms of this thread's time. */
  readonly isWarm: boolean;
  /** Rejects with the job's own error. `transfer` moves buffers instead of copying them. */
  run<Output>(job: string, input: unknown, transfer?: Transferable[]): Promise<Output>;
  /** Starts all workers now, for work that is about to come; not every pool has some. */
  start?(): void;
  /** Ends the workers, also in the middle of a job. */
  close(): void;
}

interface Request {
  job: string;
  input: unknown;
}

interface PlainError {
  kind: ErrorKind;
  code: string;
  message: string;
  hint?: string;
}

type Reply = { output: unknown } | { error: PlainError };

interface Waiting extends Request {
  transfer: Transferable[];
  resolve: (output: unknown) => void;
  reject: (error: unknown) => void;
}

/** More workers than this wait for memory and disk more than for a core. */
const MAX_WORKERS = 8;

/** How many workers take part: one for each core, or as many as the user says. */
export function workersFor({ cores }: { cores: number }, jobs?: number): number {
  return jobs ?? Math.min(cores, MAX_WORKERS);
}

/** A pool of workers, each started when it is first needed. */
export function createWorkerPool(size: number): WorkerPool {
  const idle: Worker[] = [];
  const busy = new Map<Worker, Waiting>();
  const queue: Waiting[] = [];

  function settle(worker: Worker, act: (waiting: Waiting) => void): void {
    const waiting = busy.get(worker);
    busy.delete(worker);
    if (waiting) act(waiting);
    next();
  }

  function startWorker(): Worker {
    const worker = new Worker(workerUrl(), { type: "module" });
    worker.onmessage = (event: MessageEvent<Reply>) => {
      idle.push(worker);
      const reply = event.data;
      settle(
        worker,
        (waiting) =>
          "error" in reply ? waiting.reject(fromPlain(reply.error)) : waiting.resolve(reply.output),
      );
    };
    worker.onerror = (event) => {
      event.preventDefault();
      settle(worker, (waiting) => waiting.reject(workerDied(waiting.job, event.message)));
    };
    return worker;
  }

  function next(): void {
    while (queue.length > 0 && busy.size < size) {
      const waiting = queue.shift()!;
      const worker = idle.pop() ?? startWorker();
      busy.set(worker, waiting);
      worker.postMessage({ job: waiting.job, input: waiting.input }, waiting.transfer);
    }
  }

  return {
    size,
    get isWarm() {
      return idle.length + busy.size > 0;
    },
    run<Output>(job: string, input: unknown, transfer: Transferable[] = []) {
      return new Promise<Output>((resolve, reject) => {
        queue.push({ job, input, transfer, resolve: resolve as (o: unknown) => void, reject });
        next();
      });
    },
    start() {
      while (idle.length + busy.size < size) idle.push(startWorker());
    },
    close() {
      for (const worker of [...idle, ...busy.keys()]) worker.terminate();
      idle.length = 0;
    },
  };
}

function workerDied(job: string, message: string): LifeboatError {
  return new LifeboatError("failed", "worker_failed", `The worker for ${job} failed: ${message}`);
}

function fromPlain(error: PlainError): LifeboatError {
  return new LifeboatError(error.kind, error.code, error.message, { hint: error.hint });
}

/** What a job gives back, and which of its buffers are moved instead of copied. */
export interface JobResult<Output = unknown> {
  output: Output;
  transfer?: Transferable[];
}

/** A job: input as it was posted, result to be posted back. */
// deno-lint-ignore no-explicit-any -- each job knows the shape of its own input
export type Job = (input: any) => JobResult | Promise<JobResult>;

interface WorkerScope {
  onmessage: ((event: MessageEvent<Request>) => void) | null;
  postMessage(reply: Reply, transfer?: Transferable[]): void;
}

/** Makes this thread serve jobs; called once, by the program that runs in workers. */
export function serveJobs(jobs: Record<string, Job>): void {
  const scope = globalThis as unknown as WorkerScope;
  scope.onmessage = async ({ data }) => {
    try {
      const { output, transfer } = await jobs[data.job](data.input);
      scope.postMessage({ output }, transfer);
    } catch (error) {
      const { kind, code, message, hint } = asLifeboatError(error);
      scope.postMessage({ error: { kind, code, message, hint } });
    }
  };
}
