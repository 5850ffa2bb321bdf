/** Whether what is staged fits on the disks of the target. */
import { type Host, LifeboatError, pathsOf, statIfThere } from "../base/mod.ts";
import type { TargetRoot } from "./journal_types.ts";
import type { Plan } from "./planner.ts";

/** A file takes whole blocks, and a line in the journal. */
const BLOCK = 4096;

/** Left for folders, and for the file system itself. */
const MARGIN = 4 << 20;

/** Throws `disk_full` when the new files of a plan do not fit beside the old ones. */
export function requireSpace(host: Host, plan: Plan): void {
  const needed = new Map<number, { folder: string; bytes: number }>();
  for (const root of plan.target.roots) {
    const folder = nearestFolder(host, root);
    const { device } = host.fs.stat(folder);
    const bytes = bytesFor(plan, root) + (needed.get(device)?.bytes ?? MARGIN);
    needed.set(device, { folder, bytes });
  }
  for (const { folder, bytes } of needed.values()) {
    const free = host.fs.freeSpace(folder);
    if (free >= bytes) continue;
    throw new LifeboatError(
      "refused",
      "disk_full",
      `Restoring needs ${bytes} bytes at ${folder}, and ${free} are free`,
      { hint: "Nothing was changed. Free some space there, then try again." },
    );
  }
}

function nearestFolder(host: Host, root: TargetRoot): string {
  const { dirname } = pathsOf(host.platform);
  let folder = root.kind === "folder" ? root.path : dirname(root.path);
  while (!statIfThere(host.fs, folder) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}

function bytesFor(plan: Plan, root: TargetRoot): number {
  let bytes = 0;
  for (const op of plan.ops) {
    if (op.root !== root.id) continue;
    bytes += BLOCK + (op.op === "file" ? Math.ceil(op.size / BLOCK) * BLOCK : 0);
  }
  return bytes;
}
