import { constants, gunzipSync } from "node:zlib";
import { BLOCK } from "../tar_header.ts";
import { parseBlock, parsePax } from "../tar_parse.ts";
import { decodeName, FormatFault } from "../faults.ts";
import { isManifestName } from "./survey.ts";

/** How much of an archive is looked at. */
export const SNIFF_BYTES = 64 << 10;

/** What the beginning inflates to at most; more means that it is none of ours. */
const MOST = 16 << 20;

/** The tar in the beginning of a tar.gz, as far as it goes. */
export function inflateStart(start: Uint8Array): Uint8Array | undefined {
  try {
    const options = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: MOST };
    const inflated = gunzipSync(start, options);
    return new Uint8Array(inflated.buffer, inflated.byteOffset, inflated.byteLength);
  } catch {
    return undefined; // damaged, or no tar.gz: the ordinary reader says so
  }
}

/** The first entry's name and content, as far as it is there; PAX headers before it are applied. */
function firstEntry(tar: Uint8Array): { name: string; content: Uint8Array } | undefined {
  let name: Uint8Array | undefined;
  for (let at = 0; at + BLOCK <= tar.length;) {
    const block = parseBlock(tar.subarray(at, at + BLOCK));
    const content = tar.subarray(at + BLOCK, at + BLOCK + block.size);
    if (block.typeflag !== "x" && block.typeflag !== "L") {
      return { name: decodeName(name ?? block.name), content };
    }
    name = block.typeflag === "x" ? parsePax(content).get("path") ?? name : content.subarray(0, -1);
    at += BLOCK + Math.ceil(block.size / BLOCK) * BLOCK;
  }
  return undefined;
}

/**
 * Whether a tar is another tool's archive, by its first entry: a payload, an absolute path, or a
 * manifest with a `schemaVersion`, where ours and those of codex-environment-backup say
 * `schema_version`.
 */
export function isForeignTar(tar: Uint8Array): boolean {
  try {
    const first = firstEntry(tar);
    if (!first) return false;
    const { name, content } = first;
    if (/^[^/]+\/payload\/(posix|windows|relative)\//.test(name)) return true;
    if (!isManifestName(name, true)) return false;
    const isAbsolute = /^([A-Za-z]:)?\//.test(name);
    return isAbsolute || /"schemaVersion"\s*:/.test(new TextDecoder().decode(content));
  } catch (error) {
    if (error instanceof FormatFault) return false;
    throw error;
  }
}
