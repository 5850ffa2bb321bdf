import {
  type CommandRunner,
  type Host,
  isoWithOffset,
  runCommand,
  type WorkerPool,
} from "../base/mod.ts";
import type { Home } from "../profiles/mod.ts";
import { agentVersion } from "./agent_version.ts";
import { examineSessions } from "./claude_sessions.ts";
import { foreignPlugins } from "./claude_plugins.ts";
import { findInCodexHome } from "./codex_home.ts";
import { examineRollouts } from "./codex_sessions.ts";
import { runProbes, summarizeCommands } from "./commands.ts";
import { type Configuration, inspectConfig } from "./config.ts";
import { findCoreFaults } from "./core.ts";
import { type DatabasesExam, examineDatabases } from "./databases.ts";
import { findHomeState } from "./home_state.ts";
import { findLogins } from "./logins.ts";
import { findOutside } from "./outside.ts";
import { examineOpenClaw, type OpenClawExam } from "./openclaw.ts";
import { platformReport } from "./platform.ts";
import type { CommandReport, DoctorReport, Finding, SessionsExam } from "./report.ts";
import { sensitiveNoteFor } from "./snapshot_text.ts";
import {
  beginSurvey,
  emptySurvey,
  type Opening,
  type See,
  type Survey,
  walkHome,
} from "./survey.ts";

/** How a home is examined. */
export interface ExamineOptions {
  /** Run the profile's probes (`--run-commands`); the structure alone otherwise. */
  runCommands: boolean;
  /**
   * Which files are opened, to see whether they may be read; default `all`. A backup reads them itself,
   * and of files that were just written it is known.
   */
  openFiles?: Opening;
  /** Check every database on a copy of it; default true. A backup checks its own copies. */
  checkDatabases?: boolean;
  /** Runs the probes; a test has its own. */
  runner?: CommandRunner;
}

/** What the examination of a home's files came to. */
interface Structure {
  survey: Survey;
  config: Configuration;
  databases: DatabasesExam;
  sessions: SessionsExam;
  openclaw?: OpenClawExam;
  findings: Finding[];
}

const NO_SESSIONS: SessionsExam = {
  sessions: { count: 0, archived: 0, bytes: 0, at_risk: 0 },
  findings: [],
};

/**
 * Is this home healthy? Nothing in it is changed, and no file outside it but a scratch copy that is
 * removed. What is wrong is in the report; throws `interrupted`, and when Lifeboat's own folders
 * fail.
 */
export async function examineHome(
  host: Host,
  pool: WorkerPool,
  home: Home,
  options: ExamineOptions,
): Promise<DoctorReport> {
  const examination = beginExamination(host, pool, home, options);
  if (examination.isThere) walkHome(host, home, examination.see);
  return await examination.finish();
}

/** An examination of a home that somebody else walks through. */
export interface Examination {
  /** Whether there is a home that can be walked through. */
  isThere: boolean;
  /** Takes in what the walk comes across. */
  see: See;
  /** Looks at the rest; to be called when the walk is over. */
  finish(): Promise<DoctorReport>;
}

/** Begins an examination; see {@linkcode examineHome}. */
export function beginExamination(
  host: Host,
  pool: WorkerPool,
  home: Home,
  options: ExamineOptions,
): Examination {
  const coreFaults = findCoreFaults(host, home);
  const isThere = coreFaults.length === 0;
  const { survey, see } = isThere
    ? beginSurvey(host, home, options.openFiles ?? "all")
    : { survey: emptySurvey(), see() {} };
  return {
    isThere,
    see,
    async finish() {
      const structure = await examineStructure(host, pool, home, { isThere, survey, options });
      const commands = options.runCommands
        ? await runProbes(host, home, options.runner ?? runCommand)
        : {};
      const found = [...coreFaults, ...structure.findings];
      return assemble(host, home, { ...structure, findings: found }, {
        core: isThere && structure.config.readable,
        commands,
        commandsRan: options.runCommands,
      });
    },
  };
}

async function examineStructure(
  host: Host,
  pool: WorkerPool,
  home: Home,
  { isThere, survey, options }: { isThere: boolean; survey: Survey; options: ExamineOptions },
): Promise<Structure> {
  const config = inspectConfig(host, home, survey);
  const checked = options.checkDatabases ?? true ? survey : emptySurvey();
  const databases = await examineDatabases(host, pool, checked);
  const sessions = isThere ? examineConversations(host, home, databases) : NO_SESSIONS;
  const openclaw = isThere && home.profile.configured_roots === "openclaw"
    ? await examineOpenClaw(host, home, options.openFiles !== "none")
    : undefined;
  const findings = isThere
    ? [
      ...config.findings,
      ...databases.findings,
      ...sessions.findings,
      ...findHomeState(host, home, survey),
      ...findOutside(host, home, config, survey),
      ...findLogins(host, home, config, survey),
      ...findByAgent(host, home, config, survey),
      ...openclaw?.findings ?? [],
    ]
    : [];
  return { survey, config, databases, sessions, openclaw, findings };
}

function examineConversations(
  host: Host,
  home: Home,
  databases: DatabasesExam,
): SessionsExam {
  if (home.profile.transcripts === "codex") return examineRollouts(host, home, databases.rows);
  if (home.profile.transcripts === "claude-code") return examineSessions(host, home);
  return NO_SESSIONS;
}

function findByAgent(host: Host, home: Home, config: Configuration, survey: Survey): Finding[] {
  if (home.profile.transcripts === "codex") return findInCodexHome(host, home, config, survey);
  if (home.profile.transcripts === "claude-code") return foreignPlugins(host, home, config.values);
  return [];
}

interface Rest {
  core: boolean;
  commands: Record<string, CommandReport>;
  commandsRan: boolean;
}

function assemble(host: Host, home: Home, structure: Structure, rest: Rest): DoctorReport {
  const { survey, config, databases, sessions, openclaw, findings } = structure;
  const summary = summarizeCommands(rest.commands, rest.commandsRan);
  const checks = {
    core: rest.core,
    paths: survey.pathErrors.length === 0,
    commands: summary.ok,
    databases: databases.reports.every(({ ok }) => ok !== false),
    findings: findings.every(({ severity }) => severity !== "error"),
  };
  return {
    ok: Object.values(checks).every((check) => check),
    core_ok: checks.core,
    path_scan_ok: checks.paths,
    command_ok: checks.commands,
    checks,
    created_at: isoWithOffset(host.now()),
    home: home.path,
    profile: home.profile.id,
    agent: agentVersion(host, home) ?? { name: home.profile.name },
    platform: platformReport(host),
    paths: survey.paths,
    path_scan_errors: survey.pathErrors,
    config: config.report,
    databases: databases.reports,
    sessions: sessions.sessions,
    ...(openclaw && { agents: openclaw.agents }),
    ...(openclaw?.gateway && { gateway: openclaw.gateway }),
    findings,
    commands: rest.commands,
    command_summary: summary,
    sensitive_note: sensitiveNoteFor(home.profile.name),
  };
}
