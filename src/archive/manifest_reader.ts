import { LifeboatError, type Platform } from "../base/mod.ts";
import { badManifest } from "./faults.ts";
import { createJsonScanner, JsonFault, type JsonPath, type JsonPlan } from "./json_stream.ts";
import type { ReadLimits } from "./limits.ts";
import { ValueFault } from "./manifest_checks.ts";

/** Where a manifest comes from and for which system its paths must be safe. */
export interface ManifestSource {
  /** The backup, for messages. */
  path: string;
  platform: Platform;
  limits: ReadLimits;
}

/** One value: more than any head needs, and no list that is worth streaming. */
const VALUE_LIMITS = { bytes: 4 << 20, depth: 32 };

/** Feeds a manifest to a visitor and names the backup in whatever is wrong with it. */
export async function scan(
  chunks: AsyncIterable<Uint8Array>,
  { path, limits }: ManifestSource,
  visitor: Parameters<typeof createJsonScanner>[0],
): Promise<void> {
  const scanner = createJsonScanner(visitor, VALUE_LIMITS);
  let bytes = 0;
  let fault: LifeboatError | undefined;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > limits.manifestBytes) throw badManifest(path, `it has more than ${bytes} bytes`);
    fault ??= attempt(path, () => scanner.push(chunk));
  }
  // Damage, which only shows at the end of the content, explains more than bad JSON.
  fault ??= attempt(path, scanner.end);
  if (fault) throw fault;
}

/** Runs a step and names the backup in what is wrong with its manifest. */
export function attempt(path: string, act: () => void): LifeboatError | undefined {
  try {
    act();
  } catch (error) {
    if (error instanceof LifeboatError) return error;
    if (error instanceof JsonFault) return badManifest(path, `not JSON: ${error.message}`, error);
    if (error instanceof ValueFault) return badManifest(path, error.message, error);
    throw error;
  }
}

/** Names of the long lists. */
export const LISTS = ["entries", "roots", "symlinks", "directories", "skipped", "errors"];

/** JSON.parse would keep the last of two; a reader elsewhere might keep the first. */
function refuseTwice(seen: Set<string>, path: JsonPath): void {
  const place = path.join("/");
  if (seen.has(place)) throw new ValueFault(`it has "${place}" twice`);
  seen.add(place);
}

/** What is read of a manifest without its lists. */
export interface ManifestFields {
  fields: Record<string, unknown>;
  /** Elements of `entries`; undefined where there is no such list. */
  entryCount?: number;
}

/** Reads a manifest's values but for the long lists, which are passed over. */
export async function readManifestFields(
  chunks: AsyncIterable<Uint8Array>,
  source: ManifestSource,
): Promise<ManifestFields> {
  const read: ManifestFields = { fields: {} };
  const seen = new Set<string>();
  await scan(chunks, source, {
    plan(path): JsonPlan {
      if (path.length > 1) return "skip";
      refuseTwice(seen, path);
      if (path[0] === "entries") read.entryCount = 0;
      return path[0] === "entries"
        ? "elements"
        : LISTS.includes(path[0] as string)
        ? "skip"
        : "value";
    },
    value(path, value) {
      if (path.length > 1) read.entryCount!++;
      else if (path[0] === "entries") throw new ValueFault('its "entries" is no list');
      else if (!LISTS.includes(path[0] as string)) setField(read.fields, path[0] as string, value);
    },
  });
  return read;
}

/** As JSON.parse does: a key `__proto__` is a key like any other. */
export function setField(fields: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(fields, key, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  });
}
