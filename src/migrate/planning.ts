/** What all steps of a plan share. */
import { type Host, lstatIfThere } from "../base/mod.ts";
import { faultOf } from "./effects.ts";
import { idle, type MigrationItem, type ProviderId, REASONS, type Step } from "./item.ts";
import { faultOfTarget } from "./place.ts";
import type { Target } from "./target.ts";

/** What steps are made of. */
export interface Planning {
  host: Host;
  provider: ProviderId;
  target: Target;
  /** The folder of the report, with its archive. */
  reportDir: string;
  overwrite: boolean;
  includeSecrets: boolean;
  followLinks: boolean;
  /** Names of the archive that are taken. */
  archived: Set<string>;
}

/** What cannot be read is an error of one item, and does not stop the others. */
export function guarded(item: MigrationItem, plan: (item: MigrationItem) => Step): Step {
  try {
    return plan(item);
  } catch (error) {
    return idle({ ...item, status: "error", reason: faultOf(error) });
  }
}

/** A step that is not done, and why. */
export function stopped(
  item: MigrationItem,
  status: "skipped" | "conflict" | "error",
  reason: string,
): Step {
  return idle({ ...item, status, reason });
}

/** Why a file or folder cannot be made, or nothing. Files that are there may be replaced. */
export function conflictAt(
  { host, target, overwrite }: Planning,
  path: string,
): string | undefined {
  const fault = faultOfTarget(host, target.home, path);
  if (fault) return fault;
  return lstatIfThere(host.fs, path) && !overwrite ? REASONS.targetExists : undefined;
}
