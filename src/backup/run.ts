import type { Host, WorkerPool } from "../base/mod.ts";
import type { Earlier } from "./earlier.ts";
import type { Signer } from "../seal/mod.ts";
import type { Seal } from "./sealed.ts";
import type { BackupOptions } from "./options.ts";

/** One run of the pipeline, with what was decided before anything is written. */
export interface Run {
  host: Host;
  pool: WorkerPool;
  options: BackupOptions;
  /** How hard to compress, 1 to 9. */
  level: number;
  warnings: string[];
  earlier?: Earlier;
  /** Signs the backup; absent where there is no key to sign with. */
  signer?: Signer;
  /** Set when it is to be encrypted. */
  seal?: Seal;
  startedAt: Date;
}
