import { type Host, pathsOf, statIfThere } from "../base/mod.ts";
import type { Home } from "../profiles/mod.ts";
import { findTranscripts, type Transcript } from "../sessions/mod.ts";
import { compareWithRows, type Parity } from "./codex_parity.ts";
import {
  countOf,
  type Finding,
  finding,
  type SessionsExam,
  type SessionsReport,
} from "./report.ts";
import type { ThreadRows } from "./state_rows.ts";

/**
 * Whether a rollout is there although none was found at that path: the home may have another name
 * too. A path on a server is not looked at, since that would go over the network.
 */
function isThere(host: Host, path: string): boolean {
  if (!pathsOf(host.platform).isAbsolute(path) || /^[\\/]{2}/.test(path)) return false;
  try {
    return [path, `${path}.zst`].some((name) => statIfThere(host.fs, name)?.kind === "file");
  } catch {
    // In a folder of another user, say: for this user it is not there.
    return false;
  }
}

function count(transcripts: Transcript[]): SessionsReport {
  return {
    count: transcripts.length,
    archived: transcripts.filter(({ archived }) => archived).length,
    bytes: transcripts.reduce((sum, { bytes }) => sum + bytes, 0),
    // Codex deletes no conversation by itself (agent-homes.md 0).
    at_risk: 0,
  };
}

/**
 * Counts rollouts and holds them against the rows of the state databases, as `codex doctor` does
 * (agent-homes.md 1.6).
 *
 * @param rows of all state databases of the home; nothing where there is none that can be read
 */
export function examineRollouts(host: Host, home: Home, rows: ThreadRows): SessionsExam {
  // What cannot be looked at is reported by the survey.
  const transcripts = [...findTranscripts(host, home, () => {})];
  const sessions = count(transcripts);
  if (!rows) return { sessions, findings: [] };
  const parity = compareWithRows(rows, transcripts, {
    platform: host.platform,
    home: home.path,
    isThere: (path) => isThere(host, path),
  });
  sessions.state_rows = rows.length;
  sessions.rows_without_file = parity.rowsWithoutFile.length;
  sessions.files_without_row = parity.filesWithoutRow.length;
  return { sessions, findings: parityFindings(parity) };
}

function parityFindings(parity: Parity): Finding[] {
  return [
    ...rowsWithoutFile(parity),
    ...filesWithoutRow(parity),
    ...archiveDisagrees(parity),
    ...duplicateIds(parity),
  ];
}

function rowsWithoutFile({ rowsWithoutFile: { length }, movedFiles }: Parity): Finding[] {
  if (length === 0) return [];
  const moved = movedFiles > 0
    ? `; ${movedFiles} of these conversations lie elsewhere in this home`
    : "";
  return [finding(
    "warning",
    "rows_without_rollout",
    `${countOf(length, "row")} of Codex's state database ` +
      `${length === 1 ? "points" : "point"} at a rollout that is not there${moved}`,
    "Codex deletes such rows when it next lists conversations. If the rollouts are in a backup, " +
      "restore them before Codex is started.",
  )];
}

function filesWithoutRow({ filesWithoutRow: { length } }: Parity): Finding[] {
  if (length === 0) return [];
  return [finding(
    "warning",
    "rollouts_without_row",
    `Codex's state database does not know ${countOf(length, "rollout")}, so Codex does not list ` +
      `${length === 1 ? "it" : "them"}`,
    "With Codex closed, move state_*.sqlite and its -wal and -shm aside: Codex rebuilds it from " +
      "the rollouts when it starts.",
  )];
}

function archiveDisagrees({ archiveDisagrees }: Parity): Finding[] {
  if (archiveDisagrees === 0) return [];
  return [finding(
    "warning",
    "archive_flag_disagrees",
    `Of ${countOf(archiveDisagrees, "conversation")} Codex's state database says archived where ` +
      "the folder says active, or the reverse",
    "Open the conversation by its id (codex resume ID): Codex then corrects its row.",
  )];
}

function duplicateIds({ duplicateIds }: Parity): Finding[] {
  if (duplicateIds === 0) return [];
  return [finding(
    "warning",
    "duplicate_rollouts",
    `The home holds ${countOf(duplicateIds, "rollout")} more than it has conversations: some ` +
      "have two",
    "Compare the rollouts with the same id at the end of their names, and move one of each aside.",
  )];
}
