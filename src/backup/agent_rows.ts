/** What OpenClaw's shared database has of the one agent that is backed up. */
import { rootFolder } from "../archive/mod.ts";
import {
  describeError,
  LifeboatError,
  pathsOf,
  removeIfThere,
  statIfThere,
  withFile,
} from "../base/mod.ts";
import { captureDatabase } from "../capture/mod.ts";
import { agentRowsPath, STATE_DATABASE } from "../profiles/mod.ts";
import { KEEP_AGENT_ROWS_JOB, type KeepAgentRows, type KeptAgentRows } from "../sessions/mod.ts";
import { addEntry, addError, type RootCollector, sizeOfDatabase } from "./collect.ts";

/**
 * Captures a copy of the database that holds nothing of other agents. Where its schema is not known,
 * it is left out with a warning; one that cannot be read is an error, as any database is.
 */
export async function collectAgentRows(collector: RootCollector, agent: string): Promise<void> {
  const { host, pool, outlet, findings, root, scratch } = collector;
  const source = pathsOf(host.platform).join(root.path, STATE_DATABASE);
  if (statIfThere(host.fs, source)?.kind !== "file") return;
  const path = agentRowsPath(agent);
  const stored = rootFolder(root.id) + path;
  const inFolder = outlet.folderPath(stored);
  const room = scratch(sizeOfDatabase(host, source));
  const staged = inFolder ?? room.path;
  if (!inFolder && !room.isInMemory) findings.stagedOnDisk++;
  const captured = await captureDatabase(host, pool, source, staged);
  if (captured.status === "vanished") return;
  if (captured.status === "failed") {
    removeIfThere(host.fs, staged);
    return addError(collector, STATE_DATABASE, "sqlite_backup", captured);
  }
  if (!await reduce(collector, staged, agent)) return removeIfThere(host.fs, staged);
  const { mode, mtimeMs } = captured.info;
  host.fs.setMtime(staged, mtimeMs);
  const written = await outlet.archive(stored, staged, { mode, mtimeMs, method: "sqlite_backup" });
  if (!inFolder) removeIfThere(host.fs, staged);
  findings.databases.push({ path: stored, ok: true, result: captured.result });
  findings.sqliteDatabases++;
  addEntry(collector, path, { ...written, info: captured.info, method: "sqlite_backup" });
}

/** Takes what is not the agent's out of a copy. Says whether that could be done. */
async function reduce({ host, pool, findings }: RootCollector, path: string, agent: string) {
  const without = `What ${STATE_DATABASE} has of the agent ${agent} is not in the backup`;
  try {
    const input: KeepAgentRows = { path, id: agent };
    const { refused, left } = await pool.run<KeptAgentRows>(KEEP_AGENT_ROWS_JOB, input);
    if (refused) findings.warnings.push(`${without}: ${refused}`);
    const tables = Object.entries(left).map(([table, rows]) => `${table} (${rows})`);
    if (tables.length > 0) {
      findings.warnings.push(
        `Of what ${STATE_DATABASE} has of the agent ${agent}, the rows of these tables are not in ` +
          `the backup: ${tables.join(", ")}. A backup of the whole home has them`,
      );
    }
    withFile(host.fs.open(path, { write: true }), (file) => file.sync());
    return refused === undefined;
  } catch (error) {
    if (error instanceof LifeboatError && error.kind === "interrupted") throw error;
    findings.warnings.push(`${without}: ${describeError(error)}`);
    return false;
  } finally {
    for (const suffix of ["-wal", "-shm", "-journal"]) removeIfThere(host.fs, path + suffix);
  }
}
