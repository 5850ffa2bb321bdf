import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { assert } from "../assert.ts";
import { withTempDir } from "./host.ts";
import type { WriterReport } from "./sqlite_writer.ts";

for (const journal of ["wal", "delete"] as const) {
  Deno.test(`the writer in mode ${journal} reports what it committed until stdin closes`, () =>
    withTempDir(async (folder) => {
      const database = join(folder, "written.sqlite");
      const writer = new Deno.Command(Deno.execPath(), {
        args: [
          "run",
          "--quiet",
          "-A",
          new URL("./sqlite_writer.ts", import.meta.url).href,
          database,
          "--journal",
          journal,
          "--rows",
          "7",
        ],
        stdin: "piped",
        stdout: "piped",
      }).spawn();
      await new Promise((wake) => setTimeout(wake, 700));
      await writer.stdin.close();
      const { code, stdout } = await writer.output();
      assert.equal(code, 0);
      const lines = new TextDecoder().decode(stdout).trim().split("\n");
      assert.equal(lines[0], "ready");
      const report: WriterReport = JSON.parse(lines[1]);
      assert.equal(report.error, null);
      assert.ok(report.transactions > 0);
      assert.equal(rowsIn(database), report.rows);
    }));
}

function rowsIn(database: string): number {
  const db = new DatabaseSync(database);
  try {
    const row = db.prepare("SELECT count(*) AS n, max(batch) AS batches FROM ticks").get();
    assert.equal(Number(row?.n), Number(row?.batches) * 7);
    return Number(row?.n);
  } finally {
    db.close();
  }
}
