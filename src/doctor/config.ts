import {
  describeError,
  type Host,
  isInside,
  isNotFound,
  LifeboatError,
  pathsOf,
  readText,
  toSlashes,
} from "../base/mod.ts";
import {
  type Home,
  HOME_ROOT,
  localOpenClaw,
  openClawPlaces,
  type ProfileConfig,
} from "../profiles/mod.ts";
import { claudeFlags } from "./claude_config.ts";
import { codexFlags } from "./codex_config.ts";
import { parseConfig, type Table, tableOf } from "./parse.ts";
import { type ConfigFileReport, type ConfigReport, type Finding, finding } from "./report.ts";
import type { Survey } from "./survey.ts";

const MAX_BYTES = 16 << 20;

/** The configuration of a home: what may be reported, and what the other checks look into. */
export interface Configuration {
  report: ConfigReport;
  /** Whether the main file could be read, or is not there. */
  readable: boolean;
  /** The files that parse, by the path they are reported under. */
  values: Map<string, Table>;
  findings: Finding[];
}

/** One file, read and parsed. */
interface Inspected {
  report: ConfigFileReport;
  value?: Table;
  readable: boolean;
}

function readOnce(
  host: Host,
  path: string,
  absolute: string,
  format: ProfileConfig["format"],
): Inspected {
  const { size } = host.fs.stat(absolute);
  const report = { path, present: true, bytes: size };
  const parsed = parseConfig(readText(host.fs, absolute, MAX_BYTES), format);
  if (!parsed.ok) {
    return { report: { ...report, parse_status: "failed", error: parsed.where }, readable: true };
  }
  return {
    report: { ...report, parse_status: "ok" },
    value: tableOf(parsed.value),
    readable: true,
  };
}

function notRead(path: string, error: unknown): Inspected {
  if (isNotFound(error)) {
    return { report: { path, present: false, parse_status: "missing" }, readable: true };
  }
  const isTooLarge = error instanceof LifeboatError;
  const reason = isTooLarge ? error.message : `it cannot be read: ${describeError(error)}`;
  return {
    report: { path, present: true, parse_status: "failed", error: reason },
    readable: isTooLarge,
  };
}

/**
 * Reads and parses one file. One that does not parse is read again: the agents rewrite some in place
 * (agent-homes.md 1.4), and half of a file may have been read.
 */
function inspect(
  host: Host,
  path: string,
  absolute: string,
  format: ProfileConfig["format"],
): Inspected {
  try {
    const first = readOnce(host, path, absolute, format);
    return first.report.parse_status === "ok" ? first : readOnce(host, path, absolute, format);
  } catch (error) {
    return notRead(path, error);
  }
}

/** OpenClaw's may lie elsewhere, or bear an older name. */
function inspectOpenClaw(host: Host, home: Home): Inspected {
  const { path } = openClawPlaces(localOpenClaw(host, home.path, home.isOwn)).config;
  const { relative } = pathsOf(host.platform);
  const isInHome = isInside(path, home.path, host.platform);
  const name = isInHome ? toSlashes(relative(home.path, path), host.platform) : path;
  return inspect(host, name, path, "json5");
}

/** The configuration file that a profile names first. */
function inspectMain(host: Host, home: Home): Inspected | undefined {
  if (home.profile.configured_roots === "openclaw") return inspectOpenClaw(host, home);
  const main = home.profile.config.find(({ path, root }) => !root && !/[*?]/.test(path));
  if (!main) return undefined;
  const absolute = pathsOf(host.platform).join(home.path, ...main.path.split("/"));
  return inspect(host, main.path, absolute, main.format);
}

function flagsOf(home: Home, settings: Table): Partial<ConfigReport> {
  if (home.profile.transcripts === "codex") return codexFlags(settings);
  return home.profile.transcripts === "claude-code" ? claudeFlags(settings) : {};
}

function faultOf({ report, readable }: Inspected): Finding[] {
  if (report.parse_status !== "failed") return [];
  const { path, error } = report;
  if (!readable) {
    return [
      finding(
        "error",
        "config_unreadable",
        `${path}: ${error}`,
        "Make the file readable for your user.",
      ),
    ];
  }
  return [finding(
    "error",
    "config_does_not_parse",
    `${path} does not parse: ${error}`,
    "Mend the file, or restore it from a backup made before it broke.",
  )];
}

const NO_CONFIG: ConfigFileReport = { path: "", present: false, parse_status: "missing" };

/** Reads every configuration file of a home: presence, counts, and whether it parses. */
export function inspectConfig(host: Host, home: Home, survey: Survey): Configuration {
  const main = inspectMain(host, home);
  const others = survey.configs
    .map(({ root, path, ...file }) => ({
      ...file,
      path: root === HOME_ROOT ? path : file.absolute,
    }))
    .filter(({ path }) => path !== main?.report.path)
    .map(({ path, absolute, format }) => inspect(host, path, absolute, format))
    .filter(({ report }) => report.present);
  const all = main ? [main, ...others] : others;
  return {
    report: {
      ...(main?.report ?? NO_CONFIG),
      ...(main?.value && flagsOf(home, main.value)),
      files: others.map(({ report }) => report),
    },
    readable: main?.readable ?? true,
    values: new Map(all.flatMap(({ report, value }) => value ? [[report.path, value]] : [])),
    findings: all.flatMap(faultOf),
  };
}
