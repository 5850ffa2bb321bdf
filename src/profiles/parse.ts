import { parse, TomlError } from "smol-toml";
import { describeError, relativePathFault } from "../base/mod.ts";
import { patternFault } from "./patterns.ts";
import { HOME_ROOT, type Profile, type ProfileExclusions, type ProfileRoot } from "./profile.ts";
import {
  badProfile,
  checked,
  faultAt,
  listOf,
  oneOf,
  optional,
  type Place,
  table,
  text,
} from "./shape.ts";

function idFault(value: string): string | undefined {
  if (/^[a-z0-9][a-z0-9-]*$/.test(value)) return undefined;
  return "only small letters, digits and hyphens are allowed";
}

const id = checked(idFault);

// Becomes part of folder and archive names on every system, so the strictest one decides.
const fileName = checked((value) =>
  value.includes("/") ? "must be a name, not a path" : relativePathFault(value, "windows")
);

const variable = checked((value) =>
  /^[A-Za-z_]\w*$/.test(value) ? undefined : "must be the name of an environment variable"
);

// `NAME`, or `NAME/what/follows` where the variable names a folder that holds the agent's.
const place = checked((value) =>
  /^[A-Za-z_]\w*(\/[^/\\]+)*$/.test(value)
    ? undefined
    : "must be a variable, and maybe a path below what it names"
);

const pattern = checked(patternFault);
const patterns = optional(listOf(pattern), []);

const exclusions = table<ProfileExclusions>({ always: patterns, compact: patterns });

const nested = optional(listOf(table({ path: pattern, profile: id })));

const root = table<ProfileRoot>({
  id: checked((value) => value === HOME_ROOT ? `"${value}" is the home itself` : idFault(value)),
  kind: oneOf("folder", "file"),
  path: optional(text),
  env: optional(place),
  config: optional(table({ file: pattern, key: text })),
  unless_env: optional(variable),
  only: optional(listOf(pattern)),
  restore_skip: optional(listOf(pattern)),
  nested,
  exclude: optional(exclusions),
});

const shape = table<Omit<Profile, "source">>({
  id,
  name: fileName,
  home: table({
    env: optional(listOf(place), []),
    default: text,
    named: optional(variable),
    user_home: optional(variable),
    legacy: optional(listOf(text)),
  }),
  backups: table({ folder: fileName, prefix: fileName }),
  roots: optional(listOf(root), []),
  index: optional(table({ file: pattern, list: text, path: text, base: optional(text) })),
  unverified: optional(listOf(text)),
  configured_roots: optional(oneOf("openclaw")),
  nested,
  exclude: optional(exclusions, { always: [], compact: [] }),
  restore_skip: patterns,
  secrets: optional(patterns, []),
  activates: optional(
    listOf(table({
      path: pattern,
      root: optional(id),
      keys: optional(listOf(text)),
      what: text,
    })),
    [],
  ),
  config: optional(
    listOf(table({ path: pattern, root: optional(id), format: oneOf("toml", "json", "json5") })),
    [],
  ),
  important: patterns,
  processes: optional(listOf(text), []),
  probes: optional(
    listOf(table({
      id: checked((value) => /^[a-z0-9_]+$/.test(value) ? undefined : "must be snake_case"),
      command: listOf(text),
      output: oneOf("text", "json_flags"),
    })),
    [],
  ),
  transcripts: optional(oneOf("codex", "claude-code")),
});

function parseToml(content: string, file: string): unknown {
  try {
    return parse(content);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    throw badProfile(file, error.line, describeError(error), error);
  }
}

/** What one key says must fit what another says. */
function checkTogether(profile: Omit<Profile, "source">, place: Place): void {
  const ids = new Set<string>();
  profile.roots.forEach((one, index) => {
    const at = (key: string) => ({ ...place, keys: ["roots", index, key] });
    if (ids.has(one.id)) throw faultAt(at("id"), `there are two roots with the id ${one.id}`);
    if (!one.path && !one.env && !one.config) {
      throw faultAt(at("id"), `root ${one.id} needs a path, an env or a config`);
    }
    ids.add(one.id);
  });
  for (const list of ["config", "activates"] as const) {
    profile[list].forEach((one, index) => {
      if (one.root === undefined || ids.has(one.root)) return;
      throw faultAt({ ...place, keys: [list, index, "root"] }, `there is no root ${one.root}`);
    });
  }
  profile.probes.forEach(({ id, command }, index) => {
    if (command.length > 0) return;
    throw faultAt({ ...place, keys: ["probes", index, "command"] }, `probe ${id} has no command`);
  });
}

/** Reads a profile. Throws `bad_profile` with the file, the line and the reason. */
export function parseProfile(content: string, file: string): Profile {
  const place = { file, text: content, keys: [] };
  const profile = shape(parseToml(content, file), place);
  checkTogether(profile, place);
  return { ...profile, source: file };
}
