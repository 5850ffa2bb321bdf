import type { EarlierArchive } from "../archive/mod.ts";
import type { Host, WorkerPool } from "../base/mod.ts";
import type { AgeHeader, Readers, Signer } from "../seal/mod.ts";
import type { BackupOptions } from "./options.ts";
import type { Trust } from "./unchanged.ts";

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

/** The newest backup of the same home: what is unchanged since is not read, but taken over. */
export interface Earlier {
  name: string;
  archive: EarlierArchive;
  /** Its folder form, whose files can be linked to. */
  folder?: string;
  /** How many files it captured of the home. */
  files: number;
  /** When it began to read the home, ms since 1970. */
  startedMs: number;
  trust: Trust;
}

/** Who shall read a backup, and the age header that lets them. */
export interface Seal {
  readers: Readers;
  age: AgeHeader;
}
