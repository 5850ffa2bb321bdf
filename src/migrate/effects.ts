/** What a migration writes: worked out when it is planned, so that a plan says what will be done. */
import {
  describeError,
  errnoOf,
  type Host,
  isNoSpace,
  isNotFound,
  LifeboatError,
  pathsOf,
  readFile,
} from "../base/mod.ts";
import type { LinkRule, Tree } from "./tree.ts";
import { listTree } from "./tree.ts";

/** One thing that is written. Targets are absolute. */
export type Effect =
  | {
    do: "put";
    target: string;
    content: { file: string } | { text: string };
    mode: number;
    mtimeMs?: number;
  }
  | { do: "link"; target: string; to: string }
  /** Gets the text of a file, if there is one, and gives it as it shall be. */
  | { do: "edit"; target: string; edit: (text: string | undefined) => string }
  | { do: "database"; target: string; source: string };

/** Of files that are made. */
export const PRIVATE = 0o600;

/** Instructions, memories and configuration; more is none. */
const MAX_TEXT = 16 << 20;

/** A text file, strictly UTF-8. Throws `not_utf8`, `file_too_large`. */
export function readStrictText(host: Host, path: string): string {
  const bytes = readFile(host.fs, path, MAX_TEXT);
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new LifeboatError("refused", "not_utf8", `${path} is not valid UTF-8`, { cause });
  }
}

/** The same; nothing where there is no file. */
export function textIfThere(host: Host, path: string): string | undefined {
  try {
    return readStrictText(host, path);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** Copies a file as it is. */
export function copyFile(host: Host, source: string, target: string): Effect {
  const { mode, mtimeMs } = host.fs.stat(source);
  return { do: "put", target, content: { file: source }, mode: mode & 0o777, mtimeMs };
}

/** Copies a folder with all that is in it. */
export function copyTree(
  host: Host,
  source: string,
  target: string,
  rule: LinkRule,
): { tree: Tree; effects: Effect[] } {
  const { join } = pathsOf(host.platform);
  const tree = listTree(host, source, rule);
  const files = tree.files.map(({ path, source, info }): Effect => ({
    do: "put",
    target: join(target, ...path.split("/")),
    content: { file: source },
    mode: info.mode & 0o777,
    mtimeMs: info.mtimeMs,
  }));
  const links = tree.links.map(({ path, target: to }): Effect => ({
    do: "link",
    target: join(target, ...path.split("/")),
    to,
  }));
  return { tree, effects: [...files, ...links] };
}

/** Why something of the source cannot be used, in a line; throws what is no fault of the source. */
export function faultOf(error: unknown): string {
  const isOurs = error instanceof LifeboatError && error.kind === "refused";
  if (isNoSpace(error) || (!isOurs && errnoOf(error) === undefined)) throw error;
  return describeError(error);
}
