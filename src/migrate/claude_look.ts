/** A look at a Claude Code home, or at a project of it: what its parts share. */
import { type Host, lstatIfThere, readText, statIfThere, toSlashes } from "../base/mod.ts";
import type { Asset } from "./asset.ts";
import { faultOf } from "./effects.ts";

/** A table of a JSON file. */
export type Table = Record<string, unknown>;

/** A look in progress. */
export interface Looking {
  host: Host;
  /** The home, or `.claude` of a project. */
  folder: string;
  followLinks?: boolean;
  assets: Asset[];
  warnings: string[];
}

const MAX_JSON = 64 << 20;

/** A table, and not a list. */
export function tableOf(value: unknown): Table | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? value as Table
    : undefined;
}

/** A JSON file; nothing where it is not there, and a warning where it is none. */
export function readTable({ host, warnings }: Looking, path: string): Table | undefined {
  if (statIfThere(host.fs, path)?.kind !== "file") return undefined;
  try {
    return tableOf(JSON.parse(readText(host.fs, path, MAX_JSON)));
  } catch (error) {
    const fault = error instanceof SyntaxError ? "it is no JSON" : faultOf(error);
    warnings.push(`${path} was not looked into: ${fault}`);
    return undefined;
  }
}

/** Something that is kept to be looked at. */
export function archive(
  { host, assets }: Looking,
  id: string,
  source: string,
  path: string,
): void {
  if (!lstatIfThere(host.fs, source)) return;
  const message = "Kept to be looked at; it is not activated";
  assets.push({ kind: "archive", id, source, path: toSlashes(path, host.platform), message });
}
