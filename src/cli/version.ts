import { DatabaseSync } from "node:sqlite";
import { type BuildInfo, readBuildInfo } from "../base/mod.ts";

function sqliteVersion(): string {
  const database = new DatabaseSync(":memory:");
  try {
    return String(database.prepare("SELECT sqlite_version() AS version").get()!.version);
  } finally {
    database.close();
  }
}

/** What `--version` tells: key names are those of its JSON form. */
export interface VersionResult {
  ok: true;
  version: string;
  deno: string;
  sqlite: string;
  target: string;
  runtime: BuildInfo["runtime"];
}

/** Which program this is and what it stands on. */
export function versionResult(): VersionResult {
  const { version, target, runtime } = readBuildInfo();
  return { ok: true, version, deno: Deno.version.deno, sqlite: sqliteVersion(), target, runtime };
}

/** The line that `--version` prints. */
export function versionText({ version, deno, sqlite, target, runtime }: VersionResult): string {
  const mark = runtime === "fallback" ? " [fallback runtime]" : "";
  return `lifeboat ${version} (deno ${deno}, sqlite ${sqlite}, ${target})${mark}\n`;
}
