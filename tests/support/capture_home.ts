/**
 * A program that reads a home as a backup does, and throws away what it has read:
 *
 *     deno run -A tests/support/capture_home.ts HOME STAGING
 *
 * It prints one line for each path and what became of it. Run under strace, it shows what a capture
 * does to a home.
 */
import { realFs } from "../../src/base/mod.ts";
import { captureFile, compileRules, isDatabase, walk } from "../../src/capture/mod.ts";
import { runDatabaseJob } from "../../src/capture/database_job.ts";
import { findProfile } from "../../src/profiles/mod.ts";
import { databaseJobFor } from "./databases.ts";
import { testHost } from "./host.ts";
import { memorySink } from "./memory_sink.ts";

async function captureOne(home: string, staging: string, path: string): Promise<string> {
  const source = `${home}/${path}`;
  if (!isDatabase(realFs, source)) {
    return (await captureFile(testHost(home), source, {}, memorySink())).status;
  }
  return (await runDatabaseJob(realFs, databaseJobFor(source, `${staging}/${path}`))).status;
}

if (import.meta.main) {
  const [home, staging] = Deno.args;
  const host = testHost(home);
  const rules = compileRules(findProfile(host, "codex"), "compact", []);
  const root = { id: "home", kind: "folder", name: "home", path: home } as const;
  for (const { type, path } of walk(host, root, rules)) {
    const outcome = type === "file" ? await captureOne(home, staging, path) : type;
    Deno.stdout.writeSync(new TextEncoder().encode(`${path} ${outcome}\n`));
  }
}
