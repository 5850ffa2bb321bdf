/** What happens to each path, as a plan is told: in numbers, or one by one. */
import type { PlanItem } from "./options.ts";
import { key, mainByName } from "./paths.ts";

/** Items that are added while planning. */
export interface PlanItems {
  push(item: PlanItem): void;
  count(what: "leaf" | "folder", action: PlanItem["action"]): number;
  /** All, in the order in which they were added; empty where they are only counted. */
  list(): PlanItem[];
  /** Whether something is at this path, which has a name like those of the files beside a database. */
  hasSidecar(root: string, path: string): boolean;
}

/** @param areListed whether anybody wants them one by one: a home can have 300,000 files */
export function createPlanItems(areListed: boolean): PlanItems {
  const items: PlanItem[] = [];
  const counts = new Map<string, number>();
  const sidecars = new Set<string>();
  return {
    push(item) {
      const id = `${item.kind === "folder" ? "folder" : "leaf"} ${item.action}`;
      counts.set(id, (counts.get(id) ?? 0) + 1);
      if (mainByName(item.path) !== undefined) sidecars.add(key(item.root, item.path));
      if (areListed) items.push(item);
    },
    count: (what, action) => counts.get(`${what} ${action}`) ?? 0,
    list: () => items,
    hasSidecar: (root, path) => sidecars.has(key(root, path)),
  };
}
