import { basename } from "node:path/posix";

/** How the program was started. */
export interface Invocation {
  args: string[];
  /** Started by a name of the original: stdout is always JSON, and `error` is a string. */
  oldName: boolean;
  /** Whether stdout is for a program. */
  json: boolean;
  /** Whether it says several things, one JSON document a line each. */
  lines: boolean;
  /** Whether the version is asked for, whatever else there is. */
  version: boolean;
}

const OLD_NAMES = ["agent-environment-backup", "codex-environment-backup"];

/**
 * What can be known of a command line before it is parsed.
 *
 * @param args what stands after the program's name
 * @param argv0 the name it was started by; may be a path, and end in `.exe`
 */
export function readInvocation(args: string[], argv0: string): Invocation {
  const name = basename(argv0.replaceAll("\\", "/")).replace(/\.exe$/i, "");
  const oldName = OLD_NAMES.includes(name);
  const end = args.indexOf("--");
  const options = end < 0 ? args : args.slice(0, end);
  return {
    args,
    oldName,
    json: oldName || options.includes("--json"),
    lines: options.find((one) => !one.startsWith("-")) === "watch",
    version: options.includes("--version") || options.includes("-V"),
  };
}
