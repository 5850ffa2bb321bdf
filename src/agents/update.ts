/** A newer version of this very program, put into its place while it runs; and the one before it back. */
import { Buffer } from "node:buffer";
import { createPublicKey, verify } from "node:crypto";
import { fileURLToPath } from "node:url";
import {
  type Host,
  LifeboatError,
  lstatIfThere,
  readText,
  removeIfThere,
  runCommand,
  sha256OfFile,
  statIfThere,
} from "../base/mod.ts";
import { programInfo } from "../backup/mod.ts";
import { requireExecutable } from "./install_program.ts";
import { swapPrograms } from "./put_program.ts";
import { openSource, type UpdateSource } from "./update_source.ts";

/** What is asked of an update. */
export interface UpdateOptions {
  /** A program, a folder with a release, or the URL of either. */
  from: string;
  /** What the program must hash to, instead of a signature; hex. */
  sha256?: string;
}

/** What `update` gives back. */
export interface UpdateResult {
  ok: true;
  /** Where the program lies. */
  path: string;
  version: string;
  previous_version: string;
  /** Lower-case hex, as in SHA256SUMS. */
  sha256: string;
  /** What vouches for it. */
  checked_by: "signature" | "sha256" | "kept";
}

const LIST = "SHA256SUMS";

function untrusted(code: string, message: string, hint: string): LifeboatError {
  return new LifeboatError("untrusted", code, message, { hint });
}

const GIVE_HASH = "Give its hash, from a source that you trust: --sha256 HEX";

/** The key that releases are signed with, as it came with this program. */
function releaseKey(host: Host): string {
  const path = fileURLToPath(new URL("release-key.pem", host.kit));
  if (statIfThere(host.fs, path)) return readText(host.fs, path, 4096);
  throw untrusted("no_release_key", "This program knows no release key to check by", GIVE_HASH);
}

/** The hash that a release's signed list has for the program; upper-case hex. */
async function signedHash(host: Host, source: UpdateSource): Promise<string> {
  const key = releaseKey(host);
  const list = await source.readBeside(LIST);
  const signature = await source.readBeside(`${LIST}.sig`);
  if (!list || !signature) {
    throw untrusted("not_signed", `There is no signed ${LIST} beside ${source.name}`, GIVE_HASH);
  }
  const bytes = Buffer.from(new TextDecoder().decode(signature), "base64");
  if (!verify(null, list, createPublicKey(key), bytes)) {
    throw untrusted(
      "bad_release_signature",
      `The signature of ${LIST} is not by the release key`,
      "Do not use it. Take the release from its own site.",
    );
  }
  const lines = new TextDecoder().decode(list).split("\n").map((line) => line.split("  "));
  const found = lines.find(([, name]) => name === source.name)?.[0];
  if (found && /^[0-9a-f]{64}$/.test(found)) return found.toUpperCase();
  throw untrusted("not_signed", `${LIST} does not name ${source.name}`, GIVE_HASH);
}

/** Parts of a version as numbers, for comparing. */
function versionParts(version: string): number[] {
  return version.split(/[.+-]/).slice(0, 3).map(Number);
}

function isOlder(version: string, than: string): boolean {
  const [one, other] = [versionParts(version), versionParts(than)];
  const differs = one.findIndex((part, i) => part !== other[i]);
  return differs >= 0 && one[differs] < other[differs];
}

/** The version that a program says it is. Throws `does_not_run`. */
async function startedVersion(host: Host, program: string): Promise<string> {
  const { code, stdout } = await runCommand({
    program,
    args: ["--version", "--json"],
    env: host.env,
    cwd: host.userHome,
    timeoutMs: 60_000,
    maxOutputBytes: 4096,
    signal: host.signal,
  });
  const version = code === 0 && /"version": "([\w.+-]+)"/.exec(stdout)?.[1];
  if (version) return version;
  throw new LifeboatError("failed", "does_not_run", `${program} does not run on this machine`, {
    hint: "The program that is here was left as it is.",
  });
}

/** Checks a program before it is ever started. Throws as `update`. */
async function checkProgram(
  host: Host,
  program: string,
  source: UpdateSource,
  { sha256 }: UpdateOptions,
): Promise<string> {
  const expected = sha256?.toUpperCase() ?? await signedHash(host, source);
  const actual = sha256OfFile(host.fs, program);
  if (actual !== expected) {
    const hint = "It is damaged, or not what you think it is. Nothing was changed.";
    throw untrusted(
      "wrong_hash",
      `${source.name} does not have the hash that it should have`,
      hint,
    );
  }
  const { target, version } = programInfo(host.fs, program);
  if (target !== host.build.target) {
    throw new LifeboatError("refused", "wrong_system", `${source.name} is for ${target}`, {
      hint: `This machine needs one for ${host.build.target}.`,
    });
  }
  // A release that is signed but old may have faults that somebody wants to use.
  if (!sha256 && isOlder(version, host.build.version)) {
    const { version: here } = host.build;
    throw new LifeboatError(
      "refused",
      "older_version",
      `${source.name} is ${version}, here is ${here}`,
      {
        hint: "To go back on purpose: lifeboat update --rollback, or name its hash with --sha256",
      },
    );
  }
  return actual;
}

/**
 * Replaces this program by another version, once that is checked and has started; this one is kept as
 * `.old`. Throws `not_compiled`, `no_such_file`, `update_unreachable`, `no_release_key`, `not_signed`,
 * `bad_release_signature`, `wrong_hash`, `not_lifeboat`, `wrong_system`, `older_version`, `does_not_run`.
 */
export async function update(host: Host, options: UpdateOptions): Promise<UpdateResult> {
  const { fs } = host;
  const path = fs.realPath(requireExecutable(host));
  const source = openSource(host, options.from);
  const fresh = `${path}.new`;
  removeIfThere(fs, fresh);
  try {
    await source.fetchProgram(fresh);
    const sha256 = await checkProgram(host, fresh, source, options);
    const version = await startedVersion(host, fresh);
    swapPrograms(host, fresh, path, `${path}.old`);
    return {
      ok: true,
      path,
      version,
      previous_version: host.build.version,
      sha256: sha256.toLowerCase(),
      checked_by: options.sha256 ? "sha256" : "signature",
    };
  } finally {
    removeIfThere(fs, fresh);
  }
}

/** Puts the version before this one back, and keeps this one. Throws `nothing_to_roll_back`. */
export async function rollBackUpdate(host: Host): Promise<UpdateResult> {
  const { fs } = host;
  const path = fs.realPath(requireExecutable(host));
  const [old, fresh] = [`${path}.old`, `${path}.new`];
  if (!lstatIfThere(fs, old)) {
    throw new LifeboatError("missing", "nothing_to_roll_back", `There is no ${old}`, {
      hint: "Only the version before the last update is kept.",
    });
  }
  const version = await startedVersion(host, old);
  fs.rename(old, fresh);
  swapPrograms(host, fresh, path, old);
  return {
    ok: true,
    path,
    version,
    previous_version: host.build.version,
    sha256: sha256OfFile(fs, path).toLowerCase(),
    checked_by: "kept",
  };
}
