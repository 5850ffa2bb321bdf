/**
 * What OpenClaw's shared database has of an agent: its rows are put into the database that is here,
 * as a rewriting, so that the plan tells of it and the journal takes it back.
 */
import { type FileEntry, HOME_ROOT, type Manifest, rootFolder } from "../archive/mod.ts";
import {
  asLifeboatError,
  checkInterrupt,
  describeError,
  type Host,
  LifeboatError,
  lstatIfThere,
} from "../base/mod.ts";
import { captureDatabase } from "../capture/mod.ts";
import { agentOfRows, STATE_DATABASE } from "../profiles/mod.ts";
import {
  KEEP_AGENT_ROWS_JOB,
  type KeepAgentRows,
  type KeptAgentRows,
  type PathMapping,
  PUT_AGENT_ROWS_JOB,
  type PutAgentRows,
  type PutRows,
} from "../sessions/mod.ts";
import { type Bench, readInPieces, writePieces } from "./bench.ts";
import type { Derive, Rewriting } from "./derive.ts";
import { pathBelow } from "./layout.ts";
import type { MergedFile, RestoreOptions } from "./options.ts";
import type { Target } from "./target.ts";

/** What the rows of an agent are put into, and how. */
export interface AgentRowsOptions {
  manifest: Manifest;
  target: Target;
  mappings: PathMapping[];
  /** Whether a file takes part, by its path in the backup. */
  isWanted(root: string, path: string): boolean;
}

/** The rows of an agent as a rewriting, and what came of it once the content was derived. */
export interface AgentRows {
  /** The one in which the file with the rows has no time of its own, as it becomes another. */
  manifest: Manifest;
  rewriting: Rewriting;
  merged: MergedFile[];
  warnings: string[];
}

/** What became of them; nothing where they come back. */
interface Left {
  reason: string;
  message: string;
}

/** Plans the rows that a backup has of an agent; nothing where it has no file of them. */
export function planAgentRows(
  host: Host,
  { agent, missingOnly }: RestoreOptions,
  options: AgentRowsOptions,
): AgentRows | undefined {
  const { manifest, target, isWanted } = options;
  const entry = manifest.entries.values().find((one) =>
    agentOfRows(one.relative_path) !== undefined
  );
  if (!entry || !isWanted(HOME_ROOT, entry.relative_path)) return undefined;
  const id = agentOfRows(entry.relative_path)!;
  const here = pathBelow(host, target.roots[0], STATE_DATABASE);
  const merging: Merging = {
    ...{ host, here, id, as: agent?.as ?? id, mappings: options.mappings },
    outcome: { merged: [], warnings: [] },
  };
  const kind = lstatIfThere(host.fs, here)?.kind;
  if (kind !== undefined && kind !== "file") leave(merging, `it is a ${kind} here`);
  else if (kind && missingOnly) {
    merging.outcome.left = { reason: "kept", message: "what is there is left alone" };
  }
  return {
    manifest: withoutTime(manifest, entry),
    rewriting: rewritingOf(merging, entry.relative_path),
    merged: merging.outcome.merged,
    warnings: merging.outcome.warnings,
  };
}

function withoutTime(manifest: Manifest, entry: FileEntry): Manifest {
  const { mode: _mode, mtime_ms: _time, ...rest } = entry;
  return {
    ...manifest,
    entries: [...manifest.entries].map((one) =>
      one.relative_path === rest.relative_path ? rest : one
    ),
  };
}

/** The rows on their way. */
interface Merging {
  host: Host;
  /** The database in the home, absolute; it need not be there. */
  here: string;
  id: string;
  as: string;
  mappings: PathMapping[];
  outcome: { left?: Left; merged: MergedFile[]; warnings: string[] };
}

function leave({ outcome, id }: Merging, why: string): void {
  outcome.left = { reason: "not_merged", message: `${STATE_DATABASE} stays as it is: ${why}` };
  outcome.warnings.push(
    `${STATE_DATABASE} stays as it is, and what the backup has of the agent ${id} in it does not ` +
      `come back: ${why}`,
  );
}

function rewritingOf(merging: Merging, path: string): Rewriting {
  const { outcome } = merging;
  const content = new Map([[rootFolder(HOME_ROOT) + path, {
    derive: derive(merging),
    once: true,
  }]]);
  return {
    content: outcome.left ? undefined : content,
    place: (root, one) => root === HOME_ROOT && one === path ? STATE_DATABASE : one,
    dropped: () =>
      outcome.left ? [{ root: HOME_ROOT, path, ...outcome.left, isInBackup: true }] : [],
  };
}

/** What is no database that is known, or has nothing new, leaves the one that is here alone. */
function derive(merging: Merging): Derive {
  const { host } = merging;
  return async function* (chunks, bench) {
    const from = bench.newFile();
    await writePieces(host, from, chunks);
    const into = await put(merging, bench, from);
    if (into !== undefined) yield* readInPieces(host, into);
    host.fs.remove(from);
  };
}

/** A copy of the database that is here with the agent's rows; nothing where it stays as it is. */
async function put(merging: Merging, bench: Bench, from: string): Promise<string | undefined> {
  const { host, id, as, mappings } = merging;
  try {
    const into = await copyHere(merging, bench, from);
    if (into === undefined) return undefined;
    const input: PutAgentRows = { from, into, id, as, mappings };
    const done = await bench.run<PutRows>(PUT_AGENT_ROWS_JOB, input);
    return report(merging, done) ? into : undefined;
  } catch (error) {
    checkInterrupt(host);
    if (error instanceof LifeboatError && error.kind === "interrupted") throw error;
    leave(merging, describeError(asLifeboatError(error)));
    return undefined;
  }
}

async function copyHere(
  merging: Merging,
  bench: Bench,
  from: string,
): Promise<string | undefined> {
  const { host, here } = merging;
  const into = bench.newFile();
  if (!lstatIfThere(host.fs, here)) {
    // OpenClaw has not begun here: it gets a database in which nobody has anything yet.
    await writePieces(host, into, readInPieces(host, from));
    const input: KeepAgentRows = { path: into };
    const { refused } = await bench.run<KeptAgentRows>(KEEP_AGENT_ROWS_JOB, input);
    if (refused) leave(merging, refused);
    return refused ? undefined : into;
  }
  const captured = await captureDatabase(host, bench, here, into);
  if (captured.status === "captured") return into;
  leave(merging, captured.status === "failed" ? captured.error : "it has just gone");
  return undefined;
}

/** Notes what was put; says whether that was anything. */
function report(merging: Merging, { refused, tables, revived, left }: PutRows): boolean {
  const { outcome, id, as } = merging;
  if (refused) {
    leave(merging, refused);
    return false;
  }
  const tablesLeft = Object.entries(left).map(([table, rows]) => `${table} (${rows})`);
  if (tablesLeft.length > 0) {
    outcome.warnings.push(
      `Of what the backup has of the agent ${id} in ${STATE_DATABASE}, the rows of these tables do ` +
        `not come back: ${tablesLeft.join(", ")}`,
    );
  }
  const count = Object.values(tables).reduce((sum, rows) => sum + rows, 0) + (revived ? 1 : 0);
  if (count === 0) {
    outcome.left = { reason: "unchanged", message: "all that it has of the agent is there" };
    return false;
  }
  if (revived) outcome.warnings.push(`OpenClaw had noted that the agent ${as} was deleted`);
  outcome.merged.push({ root: HOME_ROOT, path: STATE_DATABASE, what: "rows", count });
  return true;
}
