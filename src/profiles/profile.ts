/** Id of the home itself among the roots of a backup. */
export const HOME_ROOT = "home";

/** A file or folder of an agent outside its home. */
export interface ProfileRoot {
  id: string;
  kind: "folder" | "file";
  /** Where it lies by default; may begin with `~`. */
  path?: string;
  /** A variable that says where it lies, and maybe what follows it: `XDG_CONFIG_HOME/goose`; before `path`. */
  env?: string;
  /** A key of a TOML file in the home that says where it lies; comes before `env`. */
  config?: { file: string; key: string };
  /** Not a root of its own while this variable is set, since it then lies inside the home. */
  unless_env?: string;
  /** Only these names at its top belong to the agent; absent: all. */
  only?: string[];
  /** As in the profile: captured, but not restored. */
  restore_skip?: string[];
  /** As in the profile: homes of other agents within it. */
  nested?: ProfileNested[];
  /** What is left out of this root, beside the profile's patterns that begin with `**\/`. */
  exclude?: ProfileExclusions;
}

/**
 * What is left out of a backup: patterns as `compilePatterns` reads them. Of the profile's own list,
 * anchored patterns hold in the home, those that begin with `**\/` in every root.
 */
export interface ProfileExclusions {
  /** Left out in every mode. */
  always: string[];
  /** Left out in mode compact as well. */
  compact: string[];
}

/** A configuration file that is checked to parse, or all that a pattern names. */
export interface ProfileConfig {
  /** Pattern below the home, or below root `root`: `config.toml`, `agents/*.toml`. */
  path: string;
  root?: string;
  format: "toml" | "json" | "json5";
}

/** Something that starts to act once it is restored (design.md 1.8). */
export interface ProfileActivation {
  /** Pattern below the home, or below root `root`. */
  path: string;
  root?: string;
  /** Only these top-level keys of a configuration file; absent: the file or folder itself. */
  keys?: string[];
  /** For a person: `hooks`, `MCP servers`. */
  what: string;
}

/** A command that tells about the agent without changing the home. */
export interface ProfileProbe {
  /** Key in the doctor's report: `codex_version`. */
  id: string;
  command: string[];
  /** `text`: redacted output is reported; `json_flags`: only booleans of its JSON output. */
  output: "text" | "json_flags";
}

/** Homes of another agent within the home. */
export interface ProfileNested {
  /** Pattern below the home: `agents/*\/agent/codex-home`. */
  path: string;
  /** Whose rules hold there. */
  profile: string;
}

/** A JSON file of the home that lists folders outside it: the only trace of where they are. */
export interface ProfileIndex {
  /** Relative to the home. */
  file: string;
  /** Key of its list of tables. */
  list: string;
  /** Key of the folder in each of them. */
  path: string;
  /** Key of what a relative folder is relative to. */
  base?: string;
}

/** Where a home lies. */
export interface ProfileHome {
  /** Variables that name it, and maybe what follows: `XDG_DATA_HOME/goose`; the first that is set. */
  env: string[];
  /** May begin with `~`. */
  default: string;
  /** A variable that names one of several: `<default>-<its value>`. */
  named?: string;
  /** A variable that says what `~` is here. */
  user_home?: string;
  /** Older defaults, for a home that was never moved. */
  legacy?: string[];
}

/** What an agent's home is, as a TOML file says it (design.md section 6). */
export interface Profile {
  /** `codex`, `claude-code`. */
  id: string;
  /** Display name: `Codex`, `Claude Code`. */
  name: string;
  /** The file this was read from. */
  source: string;
  home: ProfileHome;
  backups: {
    /** Folder below Documents: `CodexBackups`. */
    folder: string;
    /** Beginning of backup names and top folder in archives: `codex-backup`. */
    prefix: string;
  };
  roots: ProfileRoot[];
  /** A file of the home that lists further roots. */
  index?: ProfileIndex;
  /** What is written here has not been seen with the real agent; each point that is not sure. */
  unverified?: string[];
  /** Code that finds further roots in the home's configuration. */
  configured_roots?: "openclaw";
  nested?: ProfileNested[];
  exclude: ProfileExclusions;
  /** Captured, but not restored: locks, process registries, machine identity. Of the home. */
  restore_skip: string[];
  /** Files of the home with keys, tokens and logins: their text is never shown. */
  secrets?: string[];
  /** What a restore would activate: hooks, MCP servers, plugins, `notify`. */
  activates: ProfileActivation[];
  config: ProfileConfig[];
  /** Paths the doctor reports on: present or not, bytes or files. */
  important: string[];
  /** Names of the processes that own the home. */
  processes: string[];
  probes: ProfileProbe[];
  /** How conversations are laid out, for code that differs by agent: `codex` or `claude-code`. */
  transcripts?: "codex" | "claude-code";
}

/** A root that takes part: where it is on this machine. */
export interface HomeRoot {
  id: string;
  kind: "folder" | "file";
  /** Its own name, before links are resolved; a file root is stored as `extra/<id>/<name>`. */
  name: string;
  /** Absolute, links resolved where it exists. */
  path: string;
}

/** A home on this machine. */
export interface Home {
  profile: Profile;
  /** Absolute, links resolved where it exists. */
  path: string;
  /** Whether it is the profile's own, by default or environment, not one named by `--home`. */
  isOwn: boolean;
  /** Roots outside the home that take part. */
  roots: HomeRoot[];
  /** Roots that were left out because the home was named by `--home`. */
  rootsLeftOut: HomeRoot[];
  /** Of a home that was made for one agent alone: its id. */
  isolated?: string;
}
