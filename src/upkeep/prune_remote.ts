/** Retention at a backend: removes the copies of this machine that the user's rules no longer keep. */
import type { Host } from "../base/mod.ts";
import {
  type BackupRecord,
  keysOf,
  listOwnRecords,
  type OpenBackend,
  openBackend,
  removeCopy,
} from "../remote/mod.ts";
import { protectLastGood } from "./last_good.ts";
import { attempt, type PrunedBackup, type PruneResult, requireRule } from "./prune.ts";
import { type Choice, chooseByRules, type KeepRules } from "./retention.ts";
import { isVerifiedRemote } from "./verified_remote.ts";

/** What `prune --remote` gives back; `paths` are keys. */
export interface RemotePruneResult extends PruneResult {
  remote: string;
  /** Where it is, for a person. */
  place: string;
}

/** What is pruned. */
export interface RemotePruneOptions {
  /** The backend's name. */
  backend: string;
  /** Only this profile's. */
  profile?: string;
  rules: KeepRules;
  apply?: boolean;
}

async function choose(
  host: Host,
  open: OpenBackend,
  { profile, rules }: RemotePruneOptions,
): Promise<{ choices: Choice[]; recordOf: (item: Choice["item"]) => BackupRecord }> {
  const known = await listOwnRecords(host, open, profile);
  const recordOf = (item: Choice["item"]) => known.get(item)!;
  const choices = await protectLastGood(chooseByRules([...known.keys()], rules), async (items) => {
    for (const item of items) if (await isVerifiedRemote(host, open, recordOf(item))) return item;
  });
  return { choices, recordOf };
}

/**
 * Says which copies of this machine at a backend the rules would remove, and removes them with
 * `apply`; those of other machines are theirs. Throws `no_keep_rule`, `no_such_backend` and errors of
 * kind `remote`.
 */
export async function pruneRemote(
  host: Host,
  options: RemotePruneOptions,
): Promise<RemotePruneResult> {
  const { rules, apply = false } = options;
  requireRule(rules);
  const open = openBackend(host, options.backend);
  const { choices, recordOf } = await choose(host, open, options);
  const shown = ({ item, reasons }: Choice): PrunedBackup => {
    const { id, profile, home, created_at, bytes } = item;
    return { id, profile, home, created_at, bytes, reasons, paths: keysOf(recordOf(item)) };
  };
  const going = choices.filter(({ reasons }) => reasons.length === 0);
  const result: RemotePruneResult = {
    ok: true,
    dry_run: !apply,
    remote: open.name,
    place: open.backend.place,
    rules,
    keep: choices.filter(({ reasons }) => reasons.length > 0).map(shown),
    remove: going.map(shown),
    undo: [],
    bytes: going.reduce((sum, { item }) => sum + (item.bytes ?? 0), 0),
    errors: [],
  };
  if (!apply) return result;
  for (const { item } of going) {
    await attempt(result, item.id, () => removeCopy(host, open, recordOf(item)));
  }
  return { ...result, ok: result.errors.length === 0 };
}
