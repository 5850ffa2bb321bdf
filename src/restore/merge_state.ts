/** `.claude.json` is not replaced while it says more than the one that comes back: the two are merged. */
import { HOME_ROOT, type Manifest, rootFolder } from "../archive/mod.ts";
import { type Host, lstatIfThere, readText } from "../base/mod.ts";
import { mergeState } from "../sessions/mod.ts";
import type { Derivation, Derive, Rewriting } from "./derive.ts";
import { pathBelow } from "./layout.ts";
import type { MergedFile } from "./options.ts";
import type { Target } from "./target.ts";

const NAME = ".claude.json";
const MAX_BYTES = 64 << 20;

/** A merge as a rewriting, and what came of it once the content was derived. */
export interface StateMerge {
  rewriting: Rewriting;
  merged: MergedFile[];
}

/** A file of this name in the backup. */
interface State {
  root: string;
  path: string;
  bytes: number;
}

/**
 * Claude Code keeps all its projects, servers and the login in one file, which every one of its
 * processes rewrites. What only the file that is here knows stays, as files do that a backup does not
 * have; what both know comes back.
 */
export function planStateMerge(host: Host, target: Target, manifest: Manifest): StateMerge {
  const content = new Map<string, Derivation>();
  const merged: MergedFile[] = [];
  const isClaude = target.home.profile.transcripts === "claude-code";
  for (const { root, path, bytes } of isClaude ? statesIn(manifest) : []) {
    const here = bytes <= MAX_BYTES ? textAt(host, target, { root, path }) : undefined;
    if (here === undefined) continue;
    const note = (count: number) => merged.push({ root, path, what: "keys", count });
    content.set(rootFolder(root) + path, { derive: mergeWith(here, note), once: true });
  }
  return { rewriting: { content }, merged };
}

function statesIn({ entries, roots }: Manifest): State[] {
  const inHome = entries.values().filter(({ relative_path }) => relative_path === NAME)
    .map(({ relative_path: path, bytes }) => ({ root: HOME_ROOT, path, bytes }));
  const outside = roots.filter(({ id, kind }) => id === "claude-json" && kind === "file");
  return [
    ...inHome,
    ...outside.flatMap(({ id, entries }) =>
      [...entries].map(({ relative_path: path, bytes }) => ({ root: id, path, bytes }))
    ),
  ];
}

function textAt(
  host: Host,
  { roots }: Target,
  { root, path }: Pick<State, "root" | "path">,
): string | undefined {
  const at = roots.find(({ id }) => id === root);
  const place = at && pathBelow(host, at, path);
  const info = place === undefined ? undefined : lstatIfThere(host.fs, place);
  return info?.kind === "file" && info.size <= MAX_BYTES
    ? readText(host.fs, place!, MAX_BYTES)
    : undefined;
}

function mergeWith(here: string, note: (count: number) => void): Derive {
  return async function* (chunks) {
    const pieces = await Array.fromAsync(chunks, (chunk) => chunk.slice());
    const stored = new Blob(pieces as BlobPart[]);
    const { text, added } = mergeState(await stored.text(), here);
    if (added === 0) return yield await stored.bytes();
    note(added);
    yield new TextEncoder().encode(text);
  };
}
