/** Looks at everything, in a process of its own: a hook has no time for that. */
import type { Host } from "../base/mod.ts";
import { type Scope, takeSnapshot, trackWorkspace, withSnapshotStore } from "../snapshots/mod.ts";
import type { Scan } from "./hook.ts";
import { guarded, type HookFault, logHookFaults } from "./hook_log.ts";
import { homeScope } from "./record.ts";
import { takeTurn } from "./turns.ts";

/** Carries out a scan that a hook has started, after others of the same folder. Never throws. */
export async function runScan(host: Host, scan: Scan): Promise<void> {
  const faults: HookFault[] = [];
  const scanInTurn = () => takeTurn(host, scan.folder, () => scanAll(host, scan));
  await guarded(faults, scan.agent, scanInTurn, scan);
  logHookFaults(host, faults);
}

function scanAll(host: Host, { agent, folder, parts, context }: Scan): Promise<void> {
  return withSnapshotStore(host, async (store) => {
    const scopes: Scope[] = [];
    if (parts.folder) scopes.push(trackWorkspace(store, folder));
    if (parts.home) scopes.push(await homeScope(store, agent));
    for (const scope of scopes) {
      await takeSnapshot(store, scope, context, { onlyIfChanged: true });
    }
  });
}
