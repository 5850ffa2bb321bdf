import { cpus, loadavg, release, totalmem } from "node:os";

/** The machine that something was measured on. */
export interface Machine {
  system: string;
  processor: string;
  cores: number;
  /** Bytes. */
  memory: number;
  /** Of the last minute, before anything was measured. */
  load: number;
}

/** This machine, now. */
export function describeMachine(): Machine {
  const processors = cpus();
  return {
    system: `${Deno.build.target} ${release()}`,
    processor: processors[0]?.model.trim() ?? "unknown",
    cores: processors.length,
    memory: totalmem(),
    load: loadavg()[0],
  };
}

/** Whether something else takes so much of the machine that times mean little. */
export function isBusy({ load, cores }: Machine): boolean {
  return load > cores / 4;
}
