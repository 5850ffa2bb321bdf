/** What `status` tells; key names are those of its JSON. */
import type { BackupItem } from "../catalog/mod.ts";
import type { BackendItem } from "../remote/mod.ts";
import type { SnapshotTotals } from "../snapshots/mod.ts";
import type { DrillRecord } from "./drill_record.ts";
import type { Schedule, ScheduleRecord } from "./schedule.ts";

/** One home as `status` shows it. */
export interface HomeStatus {
  /** Whether its newest backup is whole and not too old. */
  ok: boolean;
  profile: string;
  name: string;
  home: string;
  /** Of an isolated home: its id. */
  isolated: string | null;
  backups: number;
  /** Bytes of their archives. */
  bytes: number;
  last_backup: Pick<BackupItem, "id" | "created_at" | "status" | "verified_at"> | null;
  /** The newest backup of which a copy is known to be at a backend, and at which ones. */
  last_copy: Pick<BackupItem, "id" | "created_at" | "remote"> | null;
  last_drill: DrillRecord | null;
  sessions: {
    count: number;
    /** How many the agent itself deletes within a week. */
    at_risk: number;
  };
  undo: { count: number; bytes: number; expired: number };
  findings: StatusFinding[];
}

/** Something that the user should see to. */
export interface StatusFinding {
  code: string;
  /** `error`: the home is not safe. */
  severity: "error" | "warning";
  /** For a person. */
  message: string;
  hint: string;
}

/** What is done regularly, and how it went. */
export interface ScheduleStatus extends Schedule, ScheduleRecord {
  findings: StatusFinding[];
}

/** What `status` gives back. */
export interface StatusResult {
  ok: boolean;
  homes: HomeStatus[];
  schedule: ScheduleStatus | null;
  /** Where copies can go; connects to nothing. */
  backends: BackendItem[];
  /** What was recorded between backups; null where nothing was. */
  snapshots: SnapshotTotals | { error: string } | null;
}
