import { checkInterrupt, type CommandRunner, findCommand, type Host } from "../base/mod.ts";
import type { Home, ProfileProbe } from "../profiles/mod.ts";
import { redact } from "../seal/mod.ts";
import { summarizeJson } from "./json_summary.ts";
import type { CommandReport, CommandSummary } from "./report.ts";

const TIMEOUT_MS = 20_000;
const MAX_OUTPUT_BYTES = 64 << 10;

/**
 * The environment of a probe: the agent is led to this home by its own variable. But where the
 * variable would take a file with it that lies elsewhere without (`~/.claude.json`, agent-homes.md
 * 2.1), the agent would look in the wrong place and write a new one into the home: it stays unset
 * where the agent finds the home without it.
 */
export function probeEnvironment(host: Host, home: Home): Record<string, string | undefined> {
  const variable = home.profile.home.env.find((place) => !place.includes("/"));
  const moves = home.profile.roots.some((root) => root.unless_env === variable);
  if (!variable || (home.isOwn && moves)) return { ...host.env };
  return { ...host.env, [variable]: home.path };
}

/** A Python that lacks the module which the probe asks about. */
const NO_MODULE = /No module named/;

async function run(
  host: Host,
  home: Home,
  probe: ProfileProbe,
  runner: CommandRunner,
): Promise<CommandReport> {
  const { command } = probe;
  const program = findCommand(host.fs, command[0], host.env, host.platform);
  if (!program) return { command, status: "skipped", reason: "command_not_found" };
  const { ended, code, stdout, stderr } = await runner({
    program,
    args: command.slice(1),
    env: probeEnvironment(host, home),
    cwd: host.userHome,
    timeoutMs: TIMEOUT_MS,
    maxOutputBytes: MAX_OUTPUT_BYTES,
    signal: host.signal,
  });
  const said = probe.output === "text" ? shown(stdout, stderr) : summary(stdout, stderr);
  if (ended === "timeout") {
    return { command, status: "timeout", timeout_seconds: TIMEOUT_MS / 1000, ...said };
  }
  if (code !== 0 && NO_MODULE.test(stderr)) {
    return { command, status: "skipped", reason: "module_not_available" };
  }
  return { command, status: code === 0 ? "ok" : "failed", returncode: code, ...said };
}

function shown(stdout: string, stderr: string): Partial<CommandReport> {
  return { stdout: redact(stdout.trim()), stderr: redact(stderr.trim()) };
}

function summary(stdout: string, stderr: string): Partial<CommandReport> {
  const bytes = (text: string) => new TextEncoder().encode(text).length;
  return {
    stdout_summary: summarizeJson(stdout),
    stdout_bytes: bytes(stdout),
    stderr_bytes: bytes(stderr),
  };
}

/** Runs the profile's probes, one after the other. Throws only `interrupted`. */
export async function runProbes(
  host: Host,
  home: Home,
  runner: CommandRunner,
): Promise<Record<string, CommandReport>> {
  const reports: Record<string, CommandReport> = {};
  for (const probe of home.profile.probes) {
    checkInterrupt(host);
    reports[probe.id] = await run(host, home, probe, runner).catch((error) => {
      checkInterrupt(host);
      return { command: probe.command, status: "error", error: redact(String(error)) };
    });
  }
  return reports;
}

/** What the commands came to; `ran` is false when none was to be run. */
export function summarizeCommands(
  reports: Record<string, CommandReport>,
  ran: boolean,
): CommandSummary {
  if (!ran) {
    const skipped = [{ name: "external_commands", reason: "disabled" }];
    return { run: false, ok: true, total: 0, failed: [], skipped };
  }
  const named = Object.entries(reports);
  const failed = named.filter(([, { status }]) => status !== "ok" && status !== "skipped");
  return {
    run: true,
    ok: failed.length === 0,
    total: named.length,
    failed: failed.map(([name, { status, returncode, error }]) => ({
      name,
      status,
      returncode,
      reason: error,
    })),
    skipped: named.filter(([, { status }]) => status === "skipped")
      .map(([name, { reason }]) => ({ name, reason: reason ?? "skipped" })),
  };
}
