/** What a remap changes, counted as the plan lists it. */
import type { PathMapping } from "../sessions/mod.ts";

/** One kind of change in one file, or in all files of a kind. */
export interface RemapStep {
  /** For a person: `conversations`, `database rows`, `project folder`, … */
  what: string;
  root: string;
  /** The file, as the backup has it, or the folder of all files that are meant. */
  path: string;
  /** The folder that lies elsewhere now, and where. */
  from: string;
  to: string;
  /** Paths that are replaced; of a folder that is renamed, files in it. */
  count: number;
}

/** Gathers steps; equal ones become one. */
export interface StepCounter {
  add(step: Omit<RemapStep, "count">, count?: number): void;
  /** As counted so far. */
  list(): RemapStep[];
}

/** An empty counter. */
export function createStepCounter(): StepCounter {
  const steps = new Map<string, RemapStep>();
  return {
    add({ what, root, path, from, to }, count = 1) {
      const id = JSON.stringify([root, path, what, from]);
      const known = steps.get(id);
      if (known) known.count += count;
      else steps.set(id, { what, root, path, from, to, count });
    },
    list: () => {
      const byPlace = [...steps].sort(([a], [b]) => a < b ? -1 : 1);
      return byPlace.map(([, step]) => ({ ...step }));
    },
  };
}

/** How the places of one file are counted: those of the mappings that the user sees. */
export function countPaths(
  counter: StepCounter,
  mappings: PathMapping[],
  step: Pick<RemapStep, "what" | "root" | "path">,
): (mapping: PathMapping, count?: number) => void {
  return (mapping, count) => {
    if (mappings.includes(mapping)) counter.add({ ...step, ...mapping }, count);
  };
}
