import type { Backup, Manifest } from "../archive/mod.ts";
import type { PathMapping } from "../sessions/mod.ts";
import type { Target } from "./target.ts";

/** What a remap needs to know. */
export interface RemapOptions {
  backup: Backup;
  manifest: Manifest;
  target: Target;
  mappings: PathMapping[];
  /** Whether a file takes part, by its path in the backup. */
  isWanted(root: string, path: string): boolean;
}
