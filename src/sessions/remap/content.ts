/** The new content of a file whose paths lie elsewhere now, from its old one. */
import { Buffer } from "node:buffer";
import { editJsonPaths, type PathEdit } from "./json_edit.ts";
import { editJson5Paths } from "./json5_edit.ts";
import { editLines } from "./line_edit.ts";
import type { PathMapping } from "./paths.ts";
import type { RemapRule } from "./rules.ts";
import { editTomlKeys } from "./toml_edit.ts";

/** What is mapped, and how it is counted. */
export interface RemapEdit extends PathEdit {
  /**
   * The mappings that the others follow from (a renamed folder holds its project's name): only where
   * one of their marks is, something is looked for.
   */
  leading: PathMapping[];
}

/** A settings file is far smaller; a larger one stays as it is. */
const MAX_JSON = 64 << 20;
const MAX_JSON5 = 4 << 20;
const MAX_TOML = 1 << 20;

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** A whole small file, edited; passed on where it is large, no UTF-8, or nothing is to be edited. */
async function* editWhole(
  chunks: AsyncIterable<Uint8Array>,
  most: number,
  edit: (text: string) => string | undefined,
): AsyncGenerator<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes <= most) pieces.push(chunk.slice());
    else {
      yield* pieces.splice(0);
      yield chunk;
    }
  }
  if (bytes > most) return;
  const whole = Buffer.concat(pieces);
  const edited = edit(decoded(whole) ?? "");
  yield edited === undefined ? whole : new TextEncoder().encode(edited);
}

function decoded(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

/** A rule whose files are edited as they stream by; databases are edited by a job. */
export type StreamRule = Exclude<RemapRule, { kind: "database" }>;

/** The content of a file with its paths replaced; that of a compressed transcript is inflated. */
export function remapContent(
  chunks: AsyncIterable<Uint8Array>,
  rule: StreamRule,
  edit: RemapEdit,
): AsyncIterable<Uint8Array> {
  if (rule.kind === "toml") {
    return editWhole(chunks, MAX_TOML, (text) => editTomlKeys(text, rule.isPath, edit));
  }
  const editJson = (text: string) => editJsonPaths(text, rule.isPath, edit);
  if (rule.kind === "json") return editWhole(chunks, MAX_JSON, editJson);
  if (rule.kind === "json5") {
    return editWhole(
      chunks,
      MAX_JSON5,
      (text) => editJson(text) ?? editJson5Paths(text, rule.isPath, edit),
    );
  }
  const { mark } = rule;
  const editLine = (line: string) => mark?.test(line) === false ? undefined : editJson(line);
  return editLines(chunks, edit.leading, editLine);
}
