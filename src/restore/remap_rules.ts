/** By whose rules the paths in a file are found: those of its home, or of one within it. */
import { HOME_ROOT } from "../archive/mod.ts";
import { type Home, type ProfileNested, STATE_DATABASE } from "../profiles/mod.ts";
import { REMAP_STATE_JOB, type RemapRule, remapRule } from "../sessions/mod.ts";

/** A file of a backup. */
export interface RuledFile {
  root: string;
  path: string;
  /** Whether it was captured as a database. */
  isDatabase: boolean;
  /** Whether OpenClaw's configuration includes it. */
  isIncluded: boolean;
}

const OPENCLAW_CONFIG = /^(?:openclaw|clawdbot|moltbot|moldbot)\.json$/;

/**
 * OpenClaw: its configuration with all that it includes, the database that its agents share, and the
 * index of conversations of the time before databases.
 */
function openClawRule({ root, path, isIncluded }: RuledFile): RemapRule | undefined {
  const isPath = () => (_: readonly string[], kind: "key" | "value") => kind === "value";
  if (root === "config" || isIncluded || (root === HOME_ROOT && OPENCLAW_CONFIG.test(path))) {
    return { what: "configuration", kind: "json5", isPath };
  }
  if (root === HOME_ROOT && path === STATE_DATABASE) {
    return { what: "shared database", kind: "database", job: REMAP_STATE_JOB };
  }
  const isIndex = root === HOME_ROOT && /^agents\/[^/]+\/sessions\/sessions\.json$/.test(path);
  return isIndex ? { what: "indexes of conversations", kind: "json", isPath } : undefined;
}

/** What lies below the folder that a pattern names, `*` standing for any name. */
function belowPattern(pattern: string, path: string): string | undefined {
  const [wanted, names] = [pattern.split("/"), path.split("/")];
  const fits = names.length > wanted.length &&
    wanted.every((name, at) => name === "*" || name === names[at]);
  return fits ? names.slice(wanted.length).join("/") : undefined;
}

/** A path below the home of Codex that it lies in, within the home of another agent. */
export function pathInNestedCodex(
  { profile }: Home,
  { root, path }: { root: string; path: string },
): string | undefined {
  const nested: ProfileNested[] | undefined = root === HOME_ROOT
    ? profile.nested
    : profile.roots.find(({ id }) => id === root)?.nested;
  for (const one of nested ?? []) {
    const inside = one.profile === "codex" ? belowPattern(one.path, path) : undefined;
    if (inside !== undefined) return inside;
  }
  return undefined;
}

/** Roots outside the home hold databases, and the one file of settings; else they only look alike. */
export function isTheirs(root: string, { kind }: RemapRule): boolean {
  return root === HOME_ROOT || kind === "database" || root === "claude-json";
}

/** How the paths in a file are found; nothing for a file that has none that matter. */
export function ruleFor(home: Home, file: RuledFile): RemapRule | undefined {
  const { transcripts, configured_roots } = home.profile;
  if (transcripts) {
    const rule = remapRule(transcripts, file.path, file.isDatabase);
    return rule && isTheirs(file.root, rule) ? rule : undefined;
  }
  const inside = pathInNestedCodex(home, file);
  if (inside !== undefined) return remapRule("codex", inside, file.isDatabase);
  return configured_roots === "openclaw" ? openClawRule(file) : undefined;
}
