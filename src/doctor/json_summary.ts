import { type Table, tableOf } from "./parse.ts";
import type { JsonSummary } from "./report.ts";

/** What is a flag in the JSON of `codex_fast_proxy`; passed on where it is one. */
const FLAGS = [
  "ok",
  "installed",
  "running",
  "healthy",
  "runtime_matches",
  "needs_restart",
  "pending_restart",
  "config_matches",
  "startup_hook",
];

/** What may hold an address, a path or text; only whether it is there is passed on. */
const VALUES = [
  "status",
  "provider",
  "base_url",
  "upstream_base",
  "config_base_url",
  "log",
  "stdout",
  "stderr",
];
const HEALTH_VALUES = ["service_tier", "upstream_base", "runtime_id"];

function flagsOf(data: Table, flags: string[]): Record<string, boolean> {
  const known = flags.filter((key) => typeof data[key] === "boolean");
  return Object.fromEntries(known.map((key) => [key, data[key] as boolean]));
}

function presenceOf(data: Table, keys: string[]): Record<string, boolean> {
  const there = keys.filter((key) => key in data);
  return Object.fromEntries(there.map((key) => [`${key}_present`, data[key] !== null]));
}

function checksOf(checks: unknown): Table {
  if (!Array.isArray(checks)) return {};
  return { checks_ok: checks.every((check) => tableOf(check)?.ok === true) };
}

/** The booleans of a command's JSON, which as a whole may hold secrets. */
export function summarizeJson(text: string): JsonSummary {
  if (text.trim() === "") return { parse_status: "empty" };
  let data: Table | undefined;
  try {
    data = tableOf(JSON.parse(text));
  } catch {
    return { parse_status: "failed" };
  }
  if (!data) return { parse_status: "ok" };
  const health = tableOf(data.health);
  return {
    parse_status: "ok",
    ...flagsOf(data, FLAGS),
    ...presenceOf(data, VALUES),
    ...(health && { health: { ...flagsOf(health, ["ok"]), ...presenceOf(health, HEALTH_VALUES) } }),
    ...checksOf(data.checks),
  };
}
