/** Restores of the fixture in which something goes wrong. */
import { join } from "node:path";
import { assert } from "../assert.ts";
import type { FileSystem, Host } from "../../src/base/mod.ts";
import { carryPlan } from "../../src/restore/carry_plan.ts";
import { makePlan } from "../../src/restore/plan.ts";
import { type Fault, faultyFs } from "../support/faulty_fs.ts";
import { withTempDir } from "../support/host.ts";
import type { MemoryBackup } from "../support/memory_backup.ts";
import type { Tree } from "../support/trees.ts";
import { fixtureBackup, makeTarget, quickHost, targetTree, testHome } from "./fixture.ts";

/** The machine stopped: no call gets through any more. */
export class PowerCut extends Error {}

/** A fault that lets nothing through from call `k` on. */
export function powerCutAt(k: number): Fault {
  return ({ index }) => index >= k ? new PowerCut() : undefined;
}

/** One attempt to restore the fixture into a fresh folder. */
export interface Attempt {
  folder: string;
  /** Without the fault. */
  host: Host;
  error?: unknown;
  /** The calls that were made to the file system. */
  calls: string[];
}

/** A process that dies has its files closed, and a handle is gone however closing it ends. */
const NEVER_FAILS = "close";

const READS = ["lstat", "stat", "list", "readLink", "realPath", "read", "info", "seek", "close"];

/** Between two calls that change something, the disk is the same at every other call. */
export function changes(operation: string): boolean {
  return !READS.includes(operation);
}

/** Puts a fault in front of a file system; `calls` takes the names of the calls. */
export function withFault(fs: FileSystem, fault: Fault, calls: string[] = []): FileSystem {
  return faultyFs(fs, (call) => {
    calls.push(call.operation);
    return call.operation === NEVER_FAILS ? undefined : fault(call);
  });
}

/** Changes the file system under a restore, given the folder of the attempt. */
export type Beneath = (fs: FileSystem, folder: string) => FileSystem;

/** Restores the fixture into `folder`, with a fault from the first change on. */
export async function attempt(
  folder: string,
  backup: MemoryBackup,
  fault: Fault,
  beneath: Beneath = (fs) => fs,
): Promise<Attempt> {
  makeTarget(folder);
  const quick = quickHost(folder);
  const host = { ...quick, fs: beneath(quick.fs, folder) };
  const plan = await makePlan(host, { backup, home: testHome(folder) });
  const calls: string[] = [];
  try {
    await carryPlan({ ...host, fs: withFault(host.fs, fault, calls) }, backup, plan);
    return { folder, host, calls };
  } catch (error) {
    return { folder, host, calls, error };
  }
}

/** How the target is before, and after a restore in which nothing went wrong. */
export interface Trees {
  before: Tree;
  after: Tree;
}

/** Runs `use` for a fault at each call of a restore in turn, or at each of some. */
export async function atEveryCall(
  which: (operation: string) => boolean,
  makeFault: (k: number) => Fault,
  use: (attempt: Attempt, k: number, trees: Trees) => void,
  beneath?: Beneath,
): Promise<void> {
  await withTempDir(async (folder) => {
    const backup = fixtureBackup(folder);
    const whole = await attempt(join(folder, "whole"), backup, () => {}, beneath);
    assert.equal(whole.error, undefined);
    makeTarget(join(folder, "before"));
    const trees = { before: targetTree(join(folder, "before")), after: targetTree(whole.folder) };
    for (let k = 0; k < whole.calls.length; k++) {
      if (!which(whole.calls[k])) continue;
      const one = await attempt(join(folder, `${k}`), backup, makeFault(k), beneath);
      use(one, k, trees);
      unlock(one.folder);
      Deno.removeSync(one.folder, { recursive: true });
    }
    unlock(whole.folder);
  });
}

/** The fixture has a folder that nobody may write, which would not let itself be removed. */
export function unlock(folder: string): void {
  try {
    Deno.chmodSync(join(folder, "home/readonly"), 0o700);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
