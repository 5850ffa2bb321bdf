import JSON5 from "json5";
import { parse as parseToml, TomlError } from "smol-toml";
import type { ProfileConfig } from "../profiles/mod.ts";

/** A parsed configuration file, or where it stopped making sense. */
export type Parsed = { ok: true; value: unknown } | { ok: false; where: string };

function positionOf(error: unknown): string | undefined {
  if (error instanceof TomlError) return `line ${error.line}, column ${error.column}`;
  const { lineNumber, columnNumber } = error as { lineNumber?: number; columnNumber?: number };
  if (lineNumber !== undefined) return `line ${lineNumber}, column ${columnNumber}`; // of JSON5
  const place = /\(line (\d+) column (\d+)\)/.exec(String(error));
  return place ? `line ${place[1]}, column ${place[2]}` : undefined;
}

const PARSERS: Record<ProfileConfig["format"], (text: string) => unknown> = {
  toml: parseToml,
  json: JSON.parse,
  json5: JSON5.parse,
};

/**
 * Parses a configuration file. Of an error only the place is passed on: the parsers quote what they
 * choke on, and that may be a secret.
 */
export function parseConfig(text: string, format: ProfileConfig["format"]): Parsed {
  try {
    return { ok: true, value: PARSERS[format](text) };
  } catch (error) {
    return { ok: false, where: positionOf(error) ?? `it is not ${format.toUpperCase()}` };
  }
}

/** A table of a configuration. */
export type Table = { [key: string]: unknown };

/** A value as a table, or nothing. */
export function tableOf(value: unknown): Table | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? value as Table
    : undefined;
}

/** How many keys a table or elements a list has; 0 for anything else. */
export function sizeOf(value: unknown): number {
  return Array.isArray(value) ? value.length : Object.keys(tableOf(value) ?? {}).length;
}

/** A text that is not empty, or nothing. */
export function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
