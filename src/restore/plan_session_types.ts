/** What the parts of planning conversations (`--session`) share. */
import type { Backup, FileEntry, Manifest } from "../archive/mod.ts";
import type { Host } from "../base/mod.ts";
import type { ChosenSession, Comparison } from "../sessions/mod.ts";
import type { Bench } from "./bench.ts";
import type { Derivation, DroppedFile } from "./derive.ts";
import type { MergedFile, SessionStep } from "./options.ts";
import type { Target } from "./target.ts";

/** A file of the backup that takes part. */
export interface Part {
  root: string;
  entry: FileEntry;
  /** Where it comes back; by default where it was. */
  place?: string;
  derivation?: Derivation;
  /** It goes into the file that is there now, whose permissions stay. */
  isMerged?: boolean;
}

/** A conversation and what is to become of it. */
export interface Decided {
  session: ChosenSession;
  step: SessionStep;
  /** Whether the home had no transcript of it. */
  isGone: boolean;
}

/** Planning of conversations in progress. */
export interface SessionPlanner {
  host: Host;
  bench: Bench;
  target: Target;
  /** The backup as it comes back (derive.ts), and the part of its manifest that may take part. */
  backup: Backup;
  manifest: Manifest;
  decided: Decided[];
  parts: Part[];
  dropped: DroppedFile[];
  /** Paths of the home that stay as they are, and the bytes in the backup. */
  kept: { path: string; bytes: number }[];
  merged: MergedFile[];
  warnings: string[];
}

/** What a comparison means for what is there now. */
export function staysAsIs(comparison: Comparison): boolean {
  return comparison === "equal" || comparison === "shorter";
}
