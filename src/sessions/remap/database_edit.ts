/** Paths in the rows of an agent's database, on a copy that nobody else has open. */
import { DatabaseSync } from "node:sqlite";
import type { Job } from "../../base/mod.ts";
import { inTransaction, settle } from "../database_change.ts";
import { editJsonPaths } from "./json_edit.ts";
import { mapPath, matchPath, type PathMapping } from "./paths.ts";
import { isPathKey } from "./path_keys.ts";

/** Name of the worker job that maps the paths in a database. */
export const REMAP_DATABASE_JOB = "sessions.remap_database";

/** What the job gets. */
export interface RemapDatabase {
  /** The copy; changed in place, and left without a WAL. */
  path: string;
  mappings: PathMapping[];
}

/** A path, or a JSON text of paths, is far smaller; anything larger is no setting. */
const MAX_VALUE = 1 << 20;

interface Column {
  table: string;
  column: string;
  /** What the rows of the table are told apart by. */
  key: string;
}

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;

/** Columns that hold JSON with paths in it (`threads.sandbox_policy`). */
function isSettings(column: string): boolean {
  return /(?:^|_)(?:policy|profile|roots|paths|cwds|settings|metadata)$/.test(column);
}

/**
 * The columns that may hold paths: read from the schema, since they differ from version to version
 * (agent-homes.md 6b). What was said stands in columns of other names, and is left alone.
 */
function columnsOf(database: DatabaseSync): Column[] {
  const query = `SELECT s.name AS "table", c.name AS "column", s.wr AS "plain"
    FROM pragma_table_list AS s JOIN pragma_table_info(s.name) AS c
    WHERE s.schema = 'main' AND s.type = 'table' AND s.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'`;
  return database.prepare(query).all()
    .map((row) => ({ table: String(row.table), column: String(row.column), plain: row.plain }))
    .filter(({ column }) => isPathKey(column) || isSettings(column))
    .map(({ table, column, plain }) => {
      return { table, column, key: plain === 0 ? "rowid" : quoted(column) };
    });
}

/** What a value becomes; undefined where it stays. */
function mapped(
  column: string,
  value: string,
  mappings: PathMapping[],
  count: (mapping: PathMapping) => void,
): string | undefined {
  const match = isPathKey(column) ? matchPath(value, mappings) : undefined;
  if (match) {
    count(match.mapping);
    return mapPath(value, mappings);
  }
  if (!/^\s*[[{]/.test(value)) return undefined;
  const isPath = () => (keys: readonly string[]) => keys.length === 0 || isPathKey(keys.at(-1)!);
  return editJsonPaths(value, isPath, { mappings, onPath: count });
}

function mapColumn(
  database: DatabaseSync,
  { table, column, key }: Column,
  mappings: PathMapping[],
  count: (mapping: PathMapping) => void,
): void {
  const [from, name] = [quoted(table), quoted(column)];
  // Through JavaScript, text is cut at a NUL; no path has one.
  const rows = database.prepare(
    `SELECT ${key} AS "key", ${name} AS "value" FROM ${from} WHERE typeof(${name}) = 'text'
      AND length(${name}) < ${MAX_VALUE} AND instr(${name}, char(0)) = 0`,
  );
  rows.setReadBigInts(true);
  const changes = rows.all().flatMap(({ key, value }) => {
    const after = mapped(column, String(value), mappings, count);
    return after === undefined ? [] : [{ key, after }];
  });
  // A row that would be there twice stays as it is.
  const update = database.prepare(
    `UPDATE OR IGNORE ${from} SET ${name} = ? WHERE ${key} = ?`,
  );
  for (const { key, after } of changes) update.run(after, key);
}

/** What is said of a database afterwards: paths that were replaced, by the folder they were in. */
export type RemapCounts = Record<string, number>;

/**
 * Replaces the paths in a copy of a database. Its output counts them by `from`.
 *
 * @param input what {@linkcode RemapDatabase} says
 */
export const remapDatabaseJob: Job = ({ path, mappings }: RemapDatabase) => {
  const database = new DatabaseSync(path);
  const counts: RemapCounts = {};
  try {
    const count = ({ from }: PathMapping) => counts[from] = (counts[from] ?? 0) + 1;
    inTransaction(database, () => {
      for (const column of columnsOf(database)) mapColumn(database, column, mappings, count);
    });
    settle(database);
  } finally {
    database.close();
  }
  return { output: counts };
};
