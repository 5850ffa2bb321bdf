import type { Backup } from "../archive/mod.ts";
import type { DoctorReport, RunningProcess } from "../doctor/mod.ts";
import type { SignedBy } from "../seal/mod.ts";
import type { Home } from "../profiles/mod.ts";
import type { PathMapping } from "../sessions/mod.ts";
import type { RemapStep } from "./remap_steps.ts";
import type { SetAsideFile } from "./steps.ts";

/** What is to be restored, and where to. */
export interface RestoreOptions {
  /** Opened, and closed by the caller. */
  backup: Backup;
  /** The home as the local profile has it. */
  home: Home;
  /** `--root ID=PATH`: absolute paths of roots outside the home. */
  roots?: Record<string, string>;
  /** `--target DIR`: absolute; everything goes below it, nothing elsewhere. */
  targetDir?: string;
  /** Links that point out of their root come back too. */
  allowOutsideLinks?: boolean;
  /**
   * `--only GLOB`: restores just that. `GLOB` is about the home, `ID:GLOB` about the root ID; how a
   * glob is read stands in base's `matchGlobs`.
   */
  only?: string[];
  /**
   * `--session ID`: brings back these conversations, by id or a unique beginning of one, with all that
   * belongs to them, beside whatever is there. Not together with a selection of another kind.
   */
  sessions?: string[];
  /** `--openclaw-agent ID`, and `--as` the id that it gets; everything else stays as it is. */
  agent?: AgentChoice;
  /** `--missing-only`: puts back what is gone, and touches nothing that is there. */
  missingOnly?: boolean;
  /** `--mirror`: what the backup does not have leaves the target too, into the undo data. */
  mirror?: boolean;
  /** `--map-path OLD=NEW`: folders that lie elsewhere now; before what is offered. */
  mapPaths?: PathMapping[];
  /** Whether paths of the old home are mapped where the backup's lay elsewhere; by default they are. */
  offerMappings?: boolean;
  /** `--files`: the plan lists every file. */
  listFiles?: boolean;
  /** `--trust`: activates what comes back although nobody known has signed the backup. */
  trust?: boolean;
  /** `--allow-running`: restore although a process is at work in the home. */
  allowRunning?: boolean;
}

/** An agent of OpenClaw. */
export interface AgentChoice {
  id: string;
  /** Its id from now on; by default the same. */
  as?: string;
}

/** What a restore does with one agent of OpenClaw. */
export interface AgentPlan {
  id: string;
  as: string;
  /**
   * Its entry in the configuration here: `there` already, `added`, or to be added `by_hand` since the
   * file would have to be written anew.
   */
  entry: "there" | "added" | "by_hand";
}

/** How a restore is carried out. */
export interface ApplyOptions extends RestoreOptions {
  /** The user has said so: by the flag, or by typing RESTORE. */
  confirmed: boolean;
  /** Where the backup before the restore goes; by default where all backups of the profile go. */
  backupRoot?: string;
  /** Format of that backup. */
  format?: "tar.gz" | "tar.zst" | "zip";
  /** Whether the doctor afterwards runs the agent's commands. */
  runDoctorCommands?: boolean;
  jobs?: number;
}

/** Something that does not come back, and why. */
export interface SkippedItem {
  root: string;
  /** Empty for a root as a whole. */
  path: string;
  /** `machine_bound`, `outside_link`, `root_left_out`, `unknown_root`, … */
  reason: string;
  /** The rule of the profile that skips it. */
  rule?: string;
  /** Of a whole root: how many files. */
  files?: number;
  /** For a person. */
  message: string;
}

/** Something in the way that a restore does not touch. */
export interface Conflict {
  root: string;
  path: string;
  /** snake_case. */
  code: string;
  /** For a person. */
  message: string;
}

/** Something that starts to act once it is restored (design.md 1.8). */
export interface Activation {
  root: string;
  /** The file, or the profile's pattern where several files are meant. */
  path: string;
  what: string;
  /** Files of it that come back and differ. */
  files: number;
  /** Top-level keys of a configuration file that come back and differ. */
  keys?: string[];
}

/** What happens to one conversation. */
export interface SessionStep {
  id: string;
  /** The id under which it comes back, where the home has another conversation of its id. */
  new_id: string | null;
  agent: "codex" | "claude-code";
  /** The folder it was held in. */
  project: string | null;
  /** Codex: the chosen conversation whose sub-agent it is. */
  parent_id: string | null;
  /** Where its transcript is afterwards, below the home. */
  path: string;
  /**
   * `create`: it comes back. `unchanged`: it is there. `kept`: what is there goes on further.
   * `replace`: it goes on further than what is there. `beside`: both went on; it gets an id of its own.
   */
  action: "create" | "unchanged" | "kept" | "replace" | "beside";
}

/**
 * A file of many conversations into which only what is about the chosen ones is put, or one that comes
 * back and keeps what only the one that is here has.
 */
export interface MergedFile {
  root: string;
  /** As it is here. */
  path: string;
  what: "lines" | "rows" | "project" | "cursors" | "keys";
  /** Lines, rows or entries that are added; of `cursors`: that are removed; of `keys`: that stay. */
  count: number;
}

/** What happens to one path. */
export interface PlanItem {
  root: string;
  path: string;
  kind: "file" | "link" | "folder";
  /** `kept`: it is there, whatever it is, and only what is gone comes back. */
  action: "create" | "overwrite" | "unchanged" | "kept" | "set_aside";
  bytes: number;
}

/** The plan; key names are those of contract.md. */
export interface PlanSummary {
  backup_dir: string;
  target_home: string;
  /** Whether it is the home that the agent itself uses, by default or environment. */
  target_is_active_home: boolean;
  /** Files of the backup that take part, and their bytes. */
  files: number;
  bytes: number;
  /** Files and links. */
  create: number;
  overwrite: number;
  unchanged: number;
  /** With missing-only: what is there and stays as it is. */
  kept: number;
  /** Files and links of the backup that no glob of `only` means. */
  not_selected: number;
  /**
   * Files and links that leave their place without another taking it: old WALs of databases, and with
   * mirror what the backup does not have.
   */
  set_aside: number;
  /** Folders that are made. */
  create_folders: number;
  /** With mirror: folders that the backup does not have and that are empty then. */
  remove_folders: number;
  /** Files and folders that stay and get other permissions. */
  set_permissions: number;
  /** Bytes that are written. */
  write_bytes: number;
  /** Whether all that would come back is there already: apply then makes no backup and no undo data. */
  changes_nothing: boolean;
  mode: "overlay" | "mirror";
  /** Prunes from the home, into the undo data; nothing is erased. */
  will_prune_existing_files: boolean;
  requires_app_closed: boolean;
  /** Processes that are at work in the target; apply refuses while there are any. */
  running: RunningProcess[];
  will_skip_excluded_paths: boolean;
  skipped: SkippedItem[];
  /** Where paths lie elsewhere now: what is replaced in what comes back. */
  remap: RemapStep[];
  /** With session: what happens to each conversation. */
  sessions?: SessionStep[];
  /** With session, or where files are merged: into which files something is put. */
  merged?: MergedFile[];
  /** With openclaw-agent. */
  agent?: AgentPlan;
  conflicts: Conflict[];
  activates: Activation[];
  /** Whether `activates` needs a word of its own, since nobody known has signed the backup. */
  requires_trust: boolean;
  /** Where each root goes. */
  targets: { root: string; path: string }[];
  items?: PlanItem[];
}

/** What `restore` gives back; key names are those of contract.md. */
export interface RestoreResult {
  ok: boolean;
  dry_run: boolean;
  message: string;
  plan: PlanSummary;
  source_manifest: Record<string, unknown>;
  /** Who signed the backup; null where nobody did. */
  signature: SignedBy | null;
  restore_kit: Record<string, string>;
  /** The archive, or folder, of the backup that was made before. */
  pre_restore_backup: string | null;
  restore: {
    restored_files: number;
    skipped: SkippedItem[];
    errors: Conflict[];
    set_aside: SetAsideFile[];
  } | null;
  undo_id: string | null;
  post_restore_doctor: DoctorReport | null;
  post_restore_doctor_mode: "structural" | "commands" | null;
  post_restore_next_steps: string[];
  profile_mismatch?: { backup: string; target: string };
  warnings: string[];
  sensitive_note: string;
}
